"""What noise is in an image; knows no model."""

from grainless.inspection.kinds import KINDS, level, words_for
from grainless.inspection.report import Report, inspect, inspect_rows

__all__ = ["KINDS", "Report", "inspect", "inspect_rows", "level", "words_for"]
