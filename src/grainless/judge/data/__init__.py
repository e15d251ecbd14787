"""Data sets: one file, one kind of storage; each gives `Data`, its images as bytes."""
