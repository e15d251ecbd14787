"""Noise as images meet it on their way: light, camera, film, paper, JPEG, resizing. One step a file."""
