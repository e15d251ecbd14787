"""TIFF: pages, tags, rows."""
