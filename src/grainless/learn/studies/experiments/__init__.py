"""Experiments that publications suggest, each with its page in the docs. One question a file."""
