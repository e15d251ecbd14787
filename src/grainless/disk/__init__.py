"""The disk: files are written whole or not at all, and a lock holds off others meanwhile."""
