"""Median: the middle one of the values around."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.ndimage import median_filter

from grainless.evaluation.baselines.baseline import Array, Baseline, Count


@dataclass(frozen=True, kw_only=True)
class Median(Baseline):
    """The median of a square window, each channel on its own. Made for salt and pepper.

    Args:
        side: of the window, in pixels.
    """

    side: Count = 3

    grid: ClassVar = {"side": (3, 5, 7)}
    swept: ClassVar = {channels: {25: {"side": 3}, 50: {"side": 5}} for channels in (1, 3)}

    def denoise(self, noisy: Array, sigma: float) -> Array:
        return np.asarray(median_filter(noisy, size=(1, 1, self.side, self.side)))
