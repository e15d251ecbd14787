"""Where chance comes from; the torch side is `learn.batches.draw`."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Array = Any


class Draw(Protocol):
    """Where chance comes from: numbers shaped, typed and placed like a given array."""

    def normal(self, like: Array) -> Array:
        """N(0, 1)."""

    def uniform(self, like: Array) -> Array:
        """U(0, 1), 1 never."""

    def poisson(self, rate: Array) -> Array:
        """Counts with these expected values."""


@dataclass(frozen=True)
class NumpyDraw:
    """Chance for numpy arrays of float32 or float64."""

    generator: np.random.Generator

    def normal(self, like: Array) -> Array:
        return self.generator.standard_normal(like.shape, dtype=like.dtype)

    def uniform(self, like: Array) -> Array:
        return self.generator.random(like.shape, dtype=like.dtype)

    def poisson(self, rate: Array) -> Array:
        return np.asarray(self.generator.poisson(rate), dtype=rate.dtype)
