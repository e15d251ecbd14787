"""Kinds of data sets: one file, one kind; those with classes in labelled. Their table is grainless.data.DATA."""
