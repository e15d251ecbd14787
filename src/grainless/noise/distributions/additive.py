"""Noise that is added: Gaussian, uniform, speckle."""

from dataclasses import dataclass

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import StatedNoise
from grainless.noise.strength import Level, drawn, fixed


@dataclass(frozen=True, kw_only=True)
class Gaussian(StatedNoise):
    """The same everywhere, whatever the image.

        y = x + mean + sigma n        n ~ N(0, 1)

    Args:
        sigma: standard deviation, in full scales; the field's "sigma 25" is 25/255.
        mean: added to every pixel, in full scales.
    """

    sigma: Level = 25 / 255
    mean: float = 0.0

    kinds = ("white",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return clean + drawn(self.sigma, clean, draw) * draw.normal(clean) + self.mean

    def expectation(self, clean: Array) -> Array:
        return clean + self.mean

    def variance(self, clean: Array) -> Array:
        return 0 * clean + fixed(self.sigma) ** 2


@dataclass(frozen=True, kw_only=True)
class Uniform(StatedNoise):
    """Even between two ends, whatever the image.

        y = x + low + (high - low) u        u ~ U(0, 1)

    Args:
        low: the least that is added, in full scales.
        high: the most that is added, in full scales.
    """

    low: float = 0.0
    high: float = 0.9

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return clean + (self.high - self.low) * draw.uniform(clean) + self.low

    def expectation(self, clean: Array) -> Array:
        return clean + (self.low + self.high) / 2

    def variance(self, clean: Array) -> Array:
        return 0 * clean + (self.high - self.low) ** 2 / 12


@dataclass(frozen=True, kw_only=True)
class Speckle(StatedNoise):
    """Grows with the brightness, as coherent light and gain do.

        y = x + x sigma n        n ~ N(0, 1)

    Args:
        sigma: standard deviation where the image is white, in full scales.
    """

    sigma: Level = 0.2

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return clean + clean * drawn(self.sigma, clean, draw) * draw.normal(clean)

    def expectation(self, clean: Array) -> Array:
        fixed(self.sigma)
        return clean

    def variance(self, clean: Array) -> Array:
        return (fixed(self.sigma) * clean) ** 2
