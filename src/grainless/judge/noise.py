"""Noise models, written once for numpy and torch.

Images are (n, c, h, w), 0 = black, 1 = full scale. Nothing is clipped unless `clip` says so. A strength is a
number, or a range (low, high) from which each image draws its own, evenly.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from array_api_compat import array_namespace

from grainless.judge.parts import make

Array = Any
Strength = float | tuple[float, float]


class Draw(Protocol):
    """Where chance comes from: numbers shaped, typed and placed like a given array."""

    def normal(self, like: Array) -> Array:
        """N(0, 1)."""

    def uniform(self, like: Array) -> Array:
        """U(0, 1)."""

    def poisson(self, rate: Array) -> Array:
        """Counts with these expected values."""


@dataclass(frozen=True)
class NumpyDraw:
    """Chance for numpy arrays."""

    generator: np.random.Generator

    def normal(self, like: Array) -> Array:
        return self.generator.standard_normal(like.shape).astype(like.dtype)

    def uniform(self, like: Array) -> Array:
        return self.generator.random(like.shape).astype(like.dtype)

    def poisson(self, rate: Array) -> Array:
        return self.generator.poisson(rate).astype(rate.dtype)


@dataclass(frozen=True, kw_only=True)
class Noise(ABC):
    """What stands between a clean image and a noisy one.

    Args:
        clip: cut the noisy image to 0..1, as the published systems do.
    """

    clip: bool = False

    def __call__(self, clean: Array, draw: Draw) -> Array:
        """The noisy images, like `clean`: (n, c, h, w)."""
        noisy = self.corrupt(clean, draw)
        return array_namespace(noisy).clip(noisy, 0.0, 1.0) if self.clip else noisy

    @abstractmethod
    def corrupt(self, clean: Array, draw: Draw) -> Array:
        """The noisy images before any clipping."""

    @abstractmethod
    def mean(self, clean: Array) -> Array:
        """The expected value of each noisy pixel, unclipped. For fixed strengths."""

    @abstractmethod
    def variance(self, clean: Array) -> Array:
        """The variance of each noisy pixel, unclipped. For fixed strengths."""


@dataclass(frozen=True, kw_only=True)
class Gaussian(Noise):
    """The same everywhere, whatever the image.

        y = x + mean + sigma n        n ~ N(0, 1)

    Args:
        sigma: standard deviation, in full scales; the field's "sigma 25" is 25/255.
        mean: added to every pixel.
    """

    sigma: Strength = 25 / 255
    mean_: float = 0.0
