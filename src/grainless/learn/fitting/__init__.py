"""Fitting a network: the loop of epochs, on one device or many, and where it stands."""
