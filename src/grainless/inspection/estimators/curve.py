"""Whether the noise grows with brightness, as photons make it.

Source: Foi, Trimeche, Katkovnik, Egiazarian, "Practical Poissonian-Gaussian noise modeling and fitting for
single-image raw-data", IEEE TIP 17(10), 2008: variance = gain x + read². Unlike there, the levels come from flat
patches, and the line is fitted by reweighted least squares.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grainless.inspection.estimators.levels import Levels

FEW = 60  # patches: a bin of fewer tells nothing
SURE = 4.0  # standard errors
MARKED = 1.3  # times the variance of the darkest bin; by Gaussian noise on BSD432 at most 1.12 was seen
RISING, STEADILY = 6, 2.0
"""Bins each of which has more than the one before, and times as much in the last as in the first: no line is needed
then. Dark frames of microscopes have their photons above a pedestal, and no line through 0. Never seen of white noise
of 5 to 75 of 255 on BSD68."""

ROUNDS = 8

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """variance(x) = gain x + read²

    Args:
        gain: in full scales; 1 / gain photons make a pixel white.
        read: standard deviation of the noise in the dark, in full scales.
    """

    gain: float
    read: float

    def variance(self, brightness: Values | float) -> Values | float:
        """Of the noise where the image is so bright; both in full scales."""
        return self.gain * brightness + self.read**2


def curve(channels: Sequence[Levels]) -> Curve | None:
    """How the noise grows with brightness, all channels together.

    Returns:
        None: it does not, or not so much that chance could not have done it.
    """
    brightness, variance, count = (
        np.concatenate([np.asarray(getattr(each, name), dtype=np.float64) for each in channels])
        for name in ("brightness", "variance", "count")
    )
    some = (count >= FEW) & (variance > 0)
    if some.sum() < 4 or np.ptp(brightness[some]) == 0:
        return None
    x, y, n = brightness[some], variance[some], count[some]
    gain, dark, error = line_through(x, y, n)
    ends = np.maximum(gain * np.array([x.min(), x.max()]) + dark, 1e-12)
    on_a_line = gain > SURE * error and ends[1] >= MARKED * ends[0]
    if not on_a_line and not (gain > 0 and _rises(y[np.argsort(x)])):
        return None
    return Curve(gain, math.sqrt(dark))


def _rises(variance: Values) -> bool:
    """From bin to bin, the darkest first."""
    steadily = bool((np.diff(variance) > 0).all()) and variance[-1] >= STEADILY * variance[0]
    return steadily and len(variance) >= RISING


def line_through(x: Values, y: Values, n: Values) -> tuple[float, float, float]:
    """The line along variances y of n patches each at brightnesses x.

    Returns:
        Slope, value at 0 (not under 0 if the slope is above), and the slope's standard error. A
        bin's variance errs in proportion to itself. Texture only adds: what lies high above the line counts less.
    """
    line, trust = np.full(len(x), np.average(y, weights=n)), np.ones(len(x))
    for _ in range(ROUNDS):
        weights = n * trust / line**2
        slope, dark = _weighted(x, y, weights)
        line = np.maximum(slope * x + dark, 0.05 * np.average(y, weights=weights))
        above = (y - line) / line
        usual = 2 * (1.4826 * np.median(np.abs(above)) + 0.02)
        trust = np.where(above > usual, (usual / np.maximum(above, usual)) ** 2, 1)
    scatter = np.sum(weights * (y - line) ** 2) / (len(x) - 2)
    spread = np.sum(weights * (x - np.average(x, weights=weights)) ** 2)
    return slope, dark, math.sqrt(scatter / spread)


def _weighted(x: Values, y: Values, weights: Values) -> tuple[float, float]:
    """Slope and value at 0 by weighted least squares; through 0 where the dark would have less than no noise."""
    middle_x, middle_y = np.average(x, weights=weights), np.average(y, weights=weights)
    off = weights * (x - middle_x)
    slope = float(np.sum(off * (y - middle_y)) / np.sum(off * (x - middle_x)))
    dark = float(middle_y - slope * middle_x)
    if slope > 0 > dark:
        return float(np.sum(weights * x * y) / np.sum(weights * x**2)), 0.0
    return slope, dark
