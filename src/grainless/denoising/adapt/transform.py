"""The curve that makes noise white, and the way back that keeps the mean."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.growth import Growth, Values

KNOTS, BRIGHT = 513, 129
BEYOND = 0.25
"""Times the range of what was looked at: so far the curve is known on both sides; further on it is a line."""

AT_ONCE = 2**18  # pixels that are looked up together: double precision is held for no more

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Transform:
    """A rising curve, and its inverse in the mean.

    A model is shown `zero` of the curve as black and `one` as white.

    Args:
        knots: brightnesses between which the curve is a line.
        curve: its values there: the noise has variance 1.
        means: rising; the curve's means over the noise of scenes as bright as `bright`.
        bright: see `means`.
        cut: the least and greatest brightness that a pixel can be stored as.
        zero: see above.
        one: see above.
        growth: of the noise that it is the curve of.
    """

    knots: Values
    curve: Values
    means: Values
    bright: Values
    growth: Growth
    cut: tuple[float, float] = (-np.inf, np.inf)
    zero: float = 0.0
    one: float = 1.0

    @classmethod
    def of(
        cls, growth: Growth, ends: tuple[float, float], cut: tuple[float, float] = (-np.inf, np.inf)
    ) -> Self:
        """The curve of a noise.

            f(x) = integral dx / sqrt(variance(x) + 3/8 photon(x)²)

        For photons and read-out this is the generalised Anscombe transform. The way back leads from the mean of f
        over the noise to the mean of the noise itself: no bias, however few the photons. Where pixels were cut off,
        it leads to the mean of what was stored: nothing is made up beyond.

        Args:
            growth: of the noise.
            ends: darkest and brightest of the pixels that were looked at.
            cut: what pixels can be stored as.

        Source: Mäkitalo, Foi, "Optimal inversion of the generalized Anscombe transformation for Poisson-Gaussian
        noise", IEEE TIP 22(1), 2013. Unlike there, the means are sums over the noise that was fitted, cut where the
        image is, and no closed form.
        """
        low, high = ends
        far = BEYOND * (high - low)
        knots = _spaced(low - far, high + far, KNOTS)
        slope = 1 / np.sqrt(growth.variance(knots) + 0.375 * growth.photon(knots) ** 2)
        curve = np.concatenate([[0.0], np.cumsum((slope[1:] + slope[:-1]) / 2 * np.diff(knots))])
        bright = _spaced(min(max(growth.black, low), high), high, BRIGHT)
        values, weights = growth.draws(bright)
        values = np.clip(values, *cut)
        means = (_along(values, knots, curve) * weights).sum(axis=1)
        rising = np.flatnonzero(np.diff(np.maximum.accumulate(means), prepend=-np.inf) > 0)
        reached = (values * weights).sum(axis=1)
        return cls(knots, curve, means[rising], reached[rising], growth, cut)

    def shown(self, zero: float, one: float) -> Self:
        """The same with these values of the curve as a model's black and white."""
        return replace(self, zero=zero, one=one)

    @property
    def sigma(self) -> float:
        """Of the noise as the model is shown it."""
        return 1 / (self.one - self.zero)

    def stable(self, noisy: NDArray[np.floating]) -> Values:
        """The curve itself: where noise has variance 1."""
        return _along(np.asarray(noisy, np.float64), self.knots, self.curve)

    def __call__(self, noisy: Floats) -> Floats:
        """(..., h, w) pixels as the model is shown them."""
        return _by_rows(lambda part: (self.stable(part) - self.zero) * self.sigma, noisy)

    def back(self, denoised: Floats) -> Floats:
        """From what the model made of them to the image's own brightness."""

        def bright(part: Values) -> Values:
            return np.clip(_along(part / self.sigma + self.zero, self.means, self.bright), *self.cut)

        return _by_rows(bright, denoised)


def _along(values: Values, knots: Values, curve: Values) -> Values:
    """A curve of lines between knots; the outermost lines go on."""
    if len(knots) < 2:
        return np.full_like(values, curve[0])
    below = (curve[1] - curve[0]) / (knots[1] - knots[0]) * np.minimum(values - knots[0], 0)
    above = (curve[-1] - curve[-2]) / (knots[-1] - knots[-2]) * np.maximum(values - knots[-1], 0)
    along: Values = np.interp(values, knots, curve) + below + above
    return along


def _by_rows(work: Callable[[Values], Values], image: Floats) -> Floats:
    """A function of each pixel, a few rows at a time."""
    flat = image.reshape(-1, image.shape[-1])
    step = max(1, AT_ONCE // image.shape[-1])
    made = np.empty(flat.shape, np.float32)
    for at in range(0, len(flat), step):
        made[at : at + step] = work(flat[at : at + step].astype(np.float64))
    return made.reshape(image.shape)


def _spaced(low: float, high: float, count: int) -> Values:
    """From end to end, denser in the dark, where curves bend."""
    spaced: Values = low + (high - low) * np.linspace(0, 1, count) ** 2
    return spaced
