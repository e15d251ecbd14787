"""Noisy images and nothing else: their noise found, a method chosen by it. One question a file."""
