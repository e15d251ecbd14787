"""Grainless removes noise from images with denoising autoencoders."""

__version__ = "0.1.0.dev0"
