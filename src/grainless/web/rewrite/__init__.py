"""A model's file, written anew: the same results by other nodes."""
