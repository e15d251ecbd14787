"""PNG, and what its chunks hold."""
