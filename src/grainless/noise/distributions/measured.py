"""Noise as it was measured on real images: how strong by brightness, and how alike from pixel to pixel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Annotated, Any

from array_api_compat import array_namespace
from pydantic import PlainValidator

from grainless.image.luma import SHARES
from grainless.noise.draw import Array, Draw
from grainless.noise.noise import StatedNoise
from grainless.noise.smoothing import luma
from grainless.noise.strength import Peak, fixed
from grainless.parts import fractions

LESS_LUMA = tuple(
    tuple((float(c == each) - weight) ** 2 for each, weight in enumerate(SHARES)) for c in range(3)
)
"""Variance of each of three independent channels less their luma, by what each of them has."""


def _numbers(given: Any) -> tuple[float, ...]:
    """Reads [0.1, 0.2], "0.1..0.2" or one number."""
    parts = given.split("..") if isinstance(given, str) else given
    parts = parts if isinstance(parts, list | tuple) else [parts]
    try:
        numbers = tuple(float(part) for part in fractions(list(parts)))
    except (TypeError, ValueError):
        numbers = ()
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ValueError('it should be numbers, such as [0.01, 0.02] or "0.01..0.02"')
    return numbers


Numbers = Annotated[tuple[float, ...], PlainValidator(_numbers)]


@dataclass(frozen=True, kw_only=True)
class Measured(StatedNoise):
    """Gaussian noise of a measured strength by brightness and a measured likeness of neighbours.

        y = x + s(luma(x)) soft(m) + t(luma(x)) (c - luma(c))        c = uneven softer(n),  m, n ~ N(0, 1)

    m is one plane for all channels, n has one for each; grey images have the first term alone. s and t are lines
    between values at equal steps of brightness; soft and softer are filters along rows and columns, of norm 1.

    Args:
        sigma: values of s from black to `white`, in full scales.
        chroma: values of t.
        soft: weights of the filter of m, from its middle outwards: [1] leaves it white.
        softer: the same of the filter of n.
        uneven: strengths of c in red, green and blue.
        white: brightness of the last value.

    `grainless.learn.finetune.noisy_only.calibrate` measures it.
    """

    sigma: Numbers = (10 / 255,)
    chroma: Numbers = (0.0,)
    soft: Numbers = (1.0,)
    softer: Numbers = (1.0,)
    uneven: Numbers = (1.0, 1.0, 1.0)
    white: Peak = 1.0

    kinds = ("correlated",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        bright = luma(clean)
        noisy = clean + self._strength(self.sigma, bright) * filtered(draw.normal(bright), self.soft)
        if clean.shape[1] == 1 or not any(self.chroma):
            return noisy
        own = filtered(draw.normal(clean), self.softer) * _channels(clean, self.uneven)
        return noisy + self._strength(self.chroma, bright) * (own - luma(own))

    def expectation(self, clean: Array) -> Array:
        return clean

    def variance(self, clean: Array) -> Array:
        bright = luma(clean)
        common = self._strength(self.sigma, bright) ** 2 + 0 * clean
        if clean.shape[1] == 1:
            return common
        own = [sum(w * u**2 for w, u in zip(row, self.uneven, strict=True)) for row in LESS_LUMA]
        return common + self._strength(self.chroma, bright) ** 2 * _channels(clean, own)

    @property
    def alike(self) -> float:
        """Correlation of the brightness of neighbouring pixels' noise."""
        weights = (*self.soft[:0:-1], *self.soft)
        together: float = sum(map(mul, weights, weights[1:])) / sum(map(mul, weights, weights))
        return together

    def _strength(self, values: tuple[float, ...], bright: Array) -> Array:
        """A line between values at equal steps from black to white; level beyond."""
        xp = array_namespace(bright)
        place = xp.clip(bright / fixed(self.white), 0.0, 1.0) * (len(values) - 1)
        hats = [value * xp.clip(1 - xp.abs(place - at), 0.0, None) for at, value in enumerate(values)]
        return sum(hats[1:], hats[0])


def _channels(clean: Array, values: Sequence[float]) -> Array:
    """(1, 3, 1, 1) a value for each channel."""
    one = 0 * clean[:1, :1, :1, :1]
    return array_namespace(clean).concat([one + value for value in values], axis=1)


def filtered(noise: Array, weights: tuple[float, ...]) -> Array:
    """(n, c, h, w) white noise along rows and columns through a filter, brought to norm 1; borders meet."""
    xp = array_namespace(noise)
    norm = math.sqrt(sum(each**2 * (2 if at else 1) for at, each in enumerate(weights)))
    for axis in (-1, -2):
        parts = [weights[0] / norm * noise]
        for at, weight in enumerate(weights[1:], start=1):
            parts.append(weight / norm * (xp.roll(noise, at, axis=axis) + xp.roll(noise, -at, axis=axis)))
        noise = sum(parts[1:], parts[0])
    return noise
