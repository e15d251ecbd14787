"""Find how noise grows: a line, bent until what the curve makes of it is white."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.growth import Growth, Values
from grainless.denoising.adapt.transform import Floats, Transform
from grainless.inspection.estimators.curve import line_through
from grainless.inspection.estimators.levels import Levels, levels

ROUNDS = 4
OFF = 0.08
"""Of the logarithm of the variance, root of the mean square over patches: less is as near as the estimate is."""

STRONGEST = 6.0  # of a bend: e⁶ times the line
FEW = 200  # patches: a bin of fewer tells nothing
STORED = 1e-3  # of the pixels: if so many are the darkest or the brightest, brightness is cut there
GENTLEST = 0.05  # of the variance that the curve aims at: few photons leave so little in the dark


def fitted(parts: Floats) -> Transform | None:
    """The curve that makes the noise of an image white.

    The line comes from the noise of flat patches by brightness. Then the noise is measured again along the curve, and
    where it is not as strong as the curve says, the line is bent by as much.

    Args:
        parts: (n, h, w), all channels alike, with at least two different pixels.

    Returns:
        None: it is too small to tell.
    """
    found = _levels(parts)
    if found is None:
        return None
    ends, cut = (float(parts.min()), float(parts.max())), _cut(parts)
    growth = _straight(found, ends[0])
    for _ in range(ROUNDS):
        bent = _bent(growth, Transform.of(growth, ends, cut), parts)
        if bent is None:
            break
        growth = bent
    return Transform.of(growth, ends, cut)


def _levels(parts: NDArray[np.floating]) -> Levels | None:
    """The noise of parts in any unit, as if nothing were cut."""
    low, wide = float(parts.min()), 3 * float(np.ptp(parts))
    found = levels(((parts - low) / wide + 1 / 3).astype(np.float32))
    if found is None:
        return None
    return replace(
        found, brightness=(found.brightness - 1 / 3) * wide + low, variance=found.variance * wide**2
    )


def _cut(parts: Floats) -> tuple[float, float]:
    """What the image can hold at least and at most, as far as its pixels show."""
    low, high = float(parts.min()), float(parts.max())
    return (
        low if np.mean(parts == low) > STORED else -np.inf,
        high if np.mean(parts == high) > STORED else np.inf,
    )


def _straight(found: Levels, darkest: float) -> Growth:
    """The line of photons and read-out; noise that does not grow is the same everywhere.

    No pixel is darker than no photons unless it was read out so. Where the noise of the darkest pixels leaves it
    open, black is 0.
    """
    some, floor = found.variance > 0, max(darkest, 0.0)
    if some.sum() < 3:  # two points always lie on a line
        return Growth(0.0, float(np.average(found.variance, weights=found.count)))
    count = found.count[some].astype(np.float64)
    gain, dark, _ = line_through(found.brightness[some] - floor, found.variance[some], count)
    if gain <= 0:
        return Growth(0.0, float(np.average(found.variance, weights=found.count)))
    black = max(0.0, floor - dark / gain)
    return Growth(gain, dark - gain * (floor - black), black)


def _bent(growth: Growth, transform: Transform, parts: Floats) -> Growth | None:
    """The growth by what is left of it along the curve; None: nothing to speak of."""
    found = _levels(transform.stable(parts))
    if found is None or not (some := (found.variance > 0) & (found.count >= FEW)).any():
        return None
    bright = np.interp(found.brightness[some], transform.means, transform.bright)
    excess = np.log(found.variance[some] / _expected(growth, transform, bright))
    if np.sqrt(np.average(excess**2, weights=found.count[some])) < OFF:
        return None
    order = np.argsort(bright)
    bends = np.clip(growth.bend(bright) + excess, -STRONGEST, STRONGEST)
    return replace(growth, places=tuple(bright[order]), bends=tuple(bends[order]))


def _expected(growth: Growth, transform: Transform, bright: Values) -> Values:
    """The variance along the curve: 1, but less where photons are few or pixels cut off."""
    values, weights = growth.draws(bright)
    stable = transform.stable(np.clip(values, *transform.cut))
    mean = (stable * weights).sum(axis=1, keepdims=True)
    expected: Values = np.maximum(((stable - mean) ** 2 * weights).sum(axis=1), GENTLEST)
    return expected
