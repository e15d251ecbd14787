"""Judging: data, noise, scores, classical baselines, reports. Needs no torch."""
