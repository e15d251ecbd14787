"""File formats: one file, one format. Each gives `decode(bytes) -> Image` and `encode(image) -> bytes`."""
