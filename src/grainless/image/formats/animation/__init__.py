"""Animations: several pictures in one file."""
