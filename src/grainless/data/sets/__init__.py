"""Kinds of data sets: one file, one kind. Their table is grainless.data.DATA."""
