"""The HTTP API and the page over it: denoising for programs, and for people without a terminal."""
