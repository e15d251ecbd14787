"""Evaluation: metrics, classical denoisers, protocols, benchmarks, reports. Needs no torch."""
