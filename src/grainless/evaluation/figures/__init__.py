"""Curves and pictures, as files and as pieces of a page."""
