"""Adapting to one image: a curve around a model of white noise makes noise of unknown growth white for it."""
