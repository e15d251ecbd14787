"""What noise is in an image; knows no model."""

from grainless.inspection.kinds import KINDS, level, words_for
from grainless.inspection.measure import measure, measure_rows
from grainless.inspection.report import Report

__all__ = ["KINDS", "Report", "level", "measure", "measure_rows", "words_for"]
