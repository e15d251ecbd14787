"""Grainless in other people's tools: darktable, napari, the Hugging Face Hub."""
