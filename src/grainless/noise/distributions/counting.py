"""Noise of counted photons."""

from dataclasses import dataclass

from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import StatedNoise
from grainless.noise.strength import Level, Peak, Strength, drawn, fixed


@dataclass(frozen=True, kw_only=True)
class Poisson(StatedNoise):
    """Photons are counted; the fewer, the grainier.

        y = Poisson(peak x) / peak

    Args:
        peak: photons that a pixel at full scale gathers on average. Negative x gathers none.
    """

    peak: Peak = 30.0

    kinds = ("growing",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return _counted(self.peak, clean, draw)

    def expectation(self, clean: Array) -> Array:
        fixed(self.peak)
        return _lit(clean)

    def variance(self, clean: Array) -> Array:
        return _lit(clean) / fixed(self.peak)


@dataclass(frozen=True, kw_only=True)
class PoissonGaussian(StatedNoise):
    """A camera's raw noise: photons are counted, then read out.

        y = Poisson(peak x) / peak + read n        n ~ N(0, 1)

    Args:
        peak: photons that a pixel at full scale gathers on average. Negative x gathers none.
        read: standard deviation of the read-out, in full scales.

    Source: Foi, Trimeche, Katkovnik, Egiazarian, "Practical Poissonian-Gaussian noise modeling and fitting
    for single-image raw-data", IEEE TIP 17(10), 2008: variance a x + b with a = 1 / peak and b = read².
    """

    peak: Peak = 100.0
    read: Level = 0.02

    kinds = ("growing",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return _counted(self.peak, clean, draw) + drawn(self.read, clean, draw) * draw.normal(clean)

    def expectation(self, clean: Array) -> Array:
        fixed(self.peak)
        return _lit(clean)

    def variance(self, clean: Array) -> Array:
        return _lit(clean) / fixed(self.peak) + fixed(self.read) ** 2


def _lit(clean: Array) -> Array:
    """Where light comes from: nothing counts fewer than no photons."""
    return array_namespace(clean).clip(clean, 0.0, None)


def _counted(peak: Strength, clean: Array, draw: Draw) -> Array:
    """Poisson(peak x) / peak."""
    peak = drawn(peak, clean, draw)
    return draw.poisson(_lit(clean) * peak) / peak
