"""Files in, files out: which, in what format, whole or by rows, and what became of them."""
