"""Fitting a network: what it is shown, what it is asked for, how its weights move."""
