"""How the noise of an image grows with its brightness: a few numbers, and what follows from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

TINY, NEAR = 1e-12, 1e-4
"""The least variance, and how near to black a photon's share is still told."""

COUNTED = 40.0
"""Photons up to which each count has a chance of its own; beyond, the law is a Gaussian with a count's skew."""

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
"""For means over a Gaussian of variance 1."""


@dataclass(frozen=True)
class Growth:
    """The noise's variance, a function of brightness:

        variance(x) = (gain max(x - black, 0) + read) m(x)

    With m = 1 it is the line of photons and read-out; m bends it where the noise is none of these: its logarithm is a
    line between places, and goes on level beyond them.

    Args:
        gain: what a photon adds to the brightness.
        read: variance of the noise at black.
        black: brightness without photons.
        places: rising brightnesses.
        bends: logarithms of m there; none: m is 1.

    Source: Foi, Trimeche, Katkovnik, Egiazarian, "Practical Poissonian-Gaussian noise modeling and fitting for
    single-image raw-data", IEEE TIP 17(10), 2008. The bends are ours.
    """

    gain: float
    read: float
    black: float = 0.0
    places: tuple[float, ...] = ()
    bends: tuple[float, ...] = ()

    def variance(self, brightness: Values) -> Values:
        """Of the noise where the scene is so bright."""
        line = self.gain * np.maximum(brightness - self.black, 0.0) + self.read
        variance: Values = np.maximum(line * np.exp(self.bend(brightness)), TINY)
        return variance

    def bend(self, brightness: Values) -> Values:
        """The logarithm of m."""
        bend = np.interp(brightness, self.places, self.bends) if self.bends else np.zeros(len(brightness))
        return np.asarray(bend)

    def photon(self, brightness: Values) -> Values:
        """What a photon adds there, as if all noise beyond that of black were theirs; 0 where there is no more."""
        lit = np.maximum(brightness - self.black, NEAR)
        beyond = self.variance(self.black + lit) - self.variance(np.array([self.black]))
        photon: Values = np.maximum(0.0, beyond) / lit
        return photon

    def draws(self, brightness: Values) -> tuple[Values, Values]:
        """What pixels of scenes so bright can come to, and how often.

        Photons are counted from black on, and read out with a Gaussian.

        Args:
            brightness: (n,)

        Returns:
            (n, k) values, and their weights, which sum to 1.
        """
        photon, variance = self.photon(brightness), self.variance(brightness)
        lit = np.maximum(brightness - self.black, 0.0)
        few = (photon > 0) & (lit < COUNTED * photon)
        counts = np.arange(int(2.2 * COUNTED) + 12)
        values = np.repeat(brightness[:, None], len(counts) * len(NODES), axis=1)
        weights = np.zeros_like(values)
        read = np.sqrt(np.maximum(variance - photon * lit, 0.0))
        spread = photon[few, None, None] * counts[:, None] + read[few, None, None] * NODES
        values[few] = self.black + spread.reshape(-1, values.shape[1])
        weights[few] = (_poisson(lit[few] / photon[few], counts)[..., None] * WEIGHTS).reshape(
            values[few].shape
        )
        many, sigma = ~few, np.sqrt(variance[~few])
        skew = photon[many] ** 2 * lit[many] / sigma**3
        values[many, : len(NODES)] += sigma[:, None] * (NODES + (NODES**2 - 1) * skew[:, None] / 6)
        weights[many, : len(NODES)] = WEIGHTS
        return values, weights


def _poisson(rate: Values, counts: NDArray[np.int64]) -> Values:
    """(n, k) the chance of each count at each rate."""
    factorial = np.concatenate([[0.0], np.cumsum(np.log(counts[1:]))])
    chance: Values = np.exp(counts * np.log(np.maximum(rate, 1e-9))[:, None] - rate[:, None] - factorial)
    chance /= chance.sum(axis=1, keepdims=True)
    return chance
