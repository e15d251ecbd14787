"""A classifier beside a denoiser: what it is, how it is taught, what is kept of it."""
