"""What every classical denoiser is: its settings, the values worth trying, and those that a sweep found best."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from annotated_types import Gt
from numpy.typing import NDArray

Array = NDArray[np.floating]
Positive = Annotated[float, Gt(0)]
Count = Annotated[int, Gt(0)]

Swept = Mapping[int, Mapping[int, Mapping[str, Any]]]
"""Channels, then sigma in 255ths, then the best setting's keywords."""


@dataclass(frozen=True, kw_only=True)
class Baseline(ABC):
    """A classical denoiser; its fields are its settings."""

    grid: ClassVar[Mapping[str, tuple[Any, ...]]]
    """The values of each setting that a search for the best tries."""

    swept: ClassVar[Swept]
    """What `python -m benchmarks.quality.baselines` found best; of neighbours in sigma with the
    same, one stands for both."""

    package: ClassVar[str | None] = None
    """What a person must install to have it; None: it comes with `grainless[evaluate]`."""

    @classmethod
    def at(cls, sigma: float, channels: int) -> Self:
        """The setting that was best at the nearest sigma, by ratio, of those that were swept.

        Args:
            sigma: standard deviation of the noise, in full scales.
            channels: of the images.
        """
        settings = cls.swept[3 if channels == 3 else 1]
        level = max(255 * sigma, 1e-9)  # no noise at all is below them all
        nearest = min(settings, key=lambda swept: abs(math.log(level / swept)))
        return cls(**settings[nearest])

    def __call__(self, noisy: Array, sigma: float) -> Array:
        """Denoised images like `noisy`, (n, c, h, w); unchanged where there is no noise.

        Args:
            noisy: white at 1.
            sigma: standard deviation of the noise, in full scales.
        """
        return self.denoise(noisy, sigma).astype(noisy.dtype, copy=False) if sigma > 0 else noisy

    @abstractmethod
    def denoise(self, noisy: Array, sigma: float) -> Array:
        """As the call, for sigma above 0."""


def each(denoise: Callable[[Array], Array], noisy: Array) -> Array:
    """The function over images (c, h, w), as an array (n, c, h, w)."""
    return np.stack([denoise(image) for image in noisy])
