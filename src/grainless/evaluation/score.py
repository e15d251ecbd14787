"""One metric over many images: its mean, the mean's interval, and the difference to another denoiser's."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

FEWEST = 3
"""Images from which an interval is given: that of two says only that two are too few."""


@dataclass(frozen=True)
class Score:
    """One metric of one denoiser.

    Args:
        values: (n,) one an image.
    """

    values: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Over images; infinite if one of them is."""
        with np.errstate(invalid="ignore"):  # inf and -inf together have no mean: nan
            return float(self.values.mean())

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the mean (Student's t over images); None for infinite values, or too few images."""
        n = len(self.values)
        if n < FEWEST or not np.isfinite(self.values).all():
            return None
        half = float(stdtrit(n - 1, 0.975) * self.values.std(ddof=1) / np.sqrt(n))
        return self.mean - half, self.mean + half

    def minus(self, other: Self) -> Self:
        """Image by image: its interval is that of paired differences.

        Images differ far more than denoisers do. That of two denoisers one is better on the same images shows here,
        also where the intervals of their means overlap widely.
        """
        with np.errstate(invalid="ignore"):  # two perfect images differ by no number
            return type(self)(self.values - other.values)

    def plain(self, *, per_image: bool = False) -> dict[str, Any]:
        """For JSON, which knows no infinity: what is not finite becomes None."""
        low, high = self.interval or (None, None)
        plain: dict[str, Any] = {"mean": _finite(self.mean), "low": low, "high": high}
        return plain | ({"values": [_finite(value) for value in self.values.tolist()]} if per_image else {})


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
