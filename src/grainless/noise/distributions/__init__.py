"""Noise as a distribution about each pixel: added, counted, lost, measured. A family a file."""
