"""Codes: the few numbers to which a network takes an image down. A table of them, a map, a walk between two."""
