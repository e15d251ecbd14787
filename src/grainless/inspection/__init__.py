"""What noise is in an image, what to do about it, and whether more than noise was taken."""

from grainless.inspection.report import Advice, Report, advise, inspect, level

__all__ = ["Advice", "Report", "advise", "inspect", "level"]
