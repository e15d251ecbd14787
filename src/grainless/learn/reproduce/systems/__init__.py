"""The published systems, and the studies of them: a file each gives a section of the page."""
