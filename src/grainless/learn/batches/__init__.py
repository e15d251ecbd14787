"""From data to batches: drawn from memory or shards, with noise from a seed."""
