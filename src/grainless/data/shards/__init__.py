"""Data that outgrow memory: images in WebDataset's tar files, packed once and streamed."""
