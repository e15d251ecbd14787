"""How much of a result the coarser of two ways has: what hidden pixels tell, for each brightness."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from grainless.denoising.adapt.growth import Values
from grainless.denoising.adapt.transform import Floats

PLACES = 8
"""Brightnesses with a share of their own, as many pixels about each."""

TIED = 0.02
"""Of what an eighth of the pixels tells: so strongly each is tied to the share of all."""

TINY = 1e-12


class Looked(NamedTuple):
    """Pixels of an image that were hidden in turn, (n,) each.

    Args:
        noisy: as they are.
        shown: what a model makes of them.
        hidden: and what of the image in which the mean of their neighbours stands in their place.
    """

    noisy: Values
    shown: Values
    hidden: Values

    def beside(self, finer: "Looked") -> tuple[Values, Values]:
        """What tells the share of these beside finer ones: w = sum of the first / sum of the second.

        Half way between hidden and shown, in the scale of the image's errors: each image counts alike.
        """
        lever = self.hidden - finer.hidden
        shown, hidden = (self.noisy - each for each in (finer.shown, finer.hidden))
        scale = max(float((hidden**2).mean()), TINY)
        apart = (self.shown - finer.shown + lever) / 2
        return lever * (shown + hidden) / (2 * scale), lever * apart / scale

    def surely(self, finer: "Looked") -> tuple[Values, Values]:
        """The same of the results shown alone."""
        lever = self.hidden - finer.hidden
        scale = max(float(((self.noisy - finer.hidden) ** 2).mean()), TINY)
        return lever * (self.noisy - finer.shown) / scale, lever * (self.shown - finer.shown) / scale


@dataclass(frozen=True, eq=False)
class Shares:
    """The share of the coarser result in a mixture, by its brightness.

        mixture = finer + share(coarser) (coarser - finer)

    Args:
        places: rising brightnesses, at least one.
        shares: 0 to 1, there; between them a line.
    """

    places: Values
    shares: Values

    @classmethod
    def by_brightness(cls, coarser: Looked, finer: Looked) -> "Shares":
        """Those that tell hidden pixels best: least squares, each place tied a little to the share of all."""
        told, lever = coarser.beside(finer)
        places = np.unique(np.quantile(coarser.hidden, (np.arange(PLACES) + 0.5) / PLACES))
        at = np.interp(coarser.hidden, places, np.arange(len(places)))
        near = np.maximum(0.0, 1 - np.abs(at[:, None] - np.arange(len(places))))
        tie = TIED * lever.sum() / len(places)
        matrix = (near * lever[:, None]).T @ near + tie * np.eye(len(places))
        shares = np.linalg.solve(matrix, near.T @ told + tie * ratio([(told, lever)]))
        return cls(places, np.clip(shares, 0.0, 1.0))

    @property
    def mean(self) -> float:
        """Over the places."""
        return float(self.shares.mean())

    def __call__(self, finer: Floats, coarser: Floats) -> Floats:
        """The mixture, in the place of the finer result."""
        mixed = np.ascontiguousarray(finer)
        rows, others = (each.reshape(-1, each.shape[-1]) for each in (mixed, coarser))
        for at, other in enumerate(others):
            share = np.interp(other, self.places, self.shares).astype(np.float32)
            rows[at] += share * (other - rows[at])
        return mixed


def ratio(parts: Sequence[tuple[Values, Values]]) -> float:
    """The share that several images tell together; 0: they tell none."""
    told, lever = (float(sum(part[place].mean() for part in parts)) for place in (0, 1))
    return told / lever if lever > TINY else 0.0
