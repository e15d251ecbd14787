"""A model with its card, run on any size: sessions, tiles, the shipped weights."""
