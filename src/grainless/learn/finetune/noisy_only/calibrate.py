"""The noise of noisy images, measured: what a denoiser takes from them, by brightness and from pixel to pixel.

A denoiser takes too little where noise is coarse, and a little of the scene. So the noise that was measured is put on
its results, taken and measured again: by what it comes out wrong, it is mended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.noise import NumpyDraw
from grainless.noise.distributions.measured import LESS_LUMA, Measured
from grainless.noise.smoothing import luma

NODES = 9
"""Brightnesses at which the strength is told."""

LAGS = 5
"""Pixels from each other, 0 to 4, whose likeness is measured."""

FLAT = 0.5
"""The share of the pixels that is looked at: those around which the denoised image changes the least."""

ENOUGH = 100.0
"""Pixels that tell the strength at a brightness; of small images the brightness with the most must do."""

MOST = 4.0
"""Times the variance that was taken, at most, is what a mended one may be."""

Floats = NDArray[np.float32]
Values = NDArray[np.float64]
Denoise = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Part:
    """Luma's noise, or that of the differences from it.

    Args:
        variance: (NODES,) by brightness.
        alike: (LAGS,) correlation of pixels so far from each other along rows and columns.
        uneven: (c,) strengths of the channels before their luma was taken away, as `Measured` has them.
    """

    variance: Values
    alike: Values
    uneven: Values

    @classmethod
    def of(cls, taken: Floats, flat: NDArray[np.bool_], hats: Values) -> Self:
        """Of (c, h, w) noise, where `flat`; `hats` are (NODES, h, w)."""
        square = (taken**2).mean(axis=0)
        weight = hats[:, flat].sum(axis=1)
        told = weight >= min(ENOUGH, weight.max())
        nodes = np.flatnonzero(told)
        known = (hats[nodes][:, flat] * square[flat]).sum(axis=1) / weight[told]
        variance = np.interp(np.arange(NODES), nodes, known)
        white: Values = taken / np.sqrt(np.maximum(np.tensordot(variance, hats, 1), 1e-12))
        alike = np.array([_alike(white, flat, lag) for lag in range(LAGS)])
        alike = np.append(1.0, alike[1:] / max(alike[0], 1e-12))  # also where nothing was taken
        return cls(variance, alike, _uneven((taken[:, flat] ** 2).mean(axis=1)))

    def mended(self, again: Self) -> Self:
        """By what the same, drawn and taken again, comes out as."""
        variance = self.variance * np.clip(self.variance / np.maximum(again.variance, 1e-12), 1 / MOST, MOST)
        alike = np.clip(2 * self.alike - again.alike, -1, 1)
        return replace(self, variance=variance, alike=np.append(1.0, alike[1:]))

    @property
    def sigma(self) -> tuple[float, ...]:
        return _plain(np.sqrt(self.variance))

    @property
    def weights(self) -> tuple[float, ...]:
        """The filter whose noise is so alike, from its middle outwards."""
        turns = np.linspace(0, np.pi, 65)
        waves = np.cos(np.outer(turns, np.arange(LAGS)))
        power = np.maximum(waves @ (self.alike * np.where(np.arange(LAGS), 2, 1)), 0)
        return _plain((np.sqrt(power)[:, None] * waves).mean(axis=0))


def calibrated(noisy: Floats, denoise: Denoise, *, seed: int = 0) -> tuple[Measured, Floats]:
    """The noise of an image, and the denoised image.

    Args:
        noisy: (c, h, w) full scales.
        denoise: takes and gives such.
        seed: of what is drawn to mend what was measured.

    Returns:
        The noise, and (c, h, w) what the denoiser gives.
    """
    clean = denoise(noisy)
    white = max(float(np.quantile(luma(clean[None]), 0.999)), 1e-3)
    first = _parts(noisy - clean, clean, white)
    drawn = _noise(first, white)(clean[None], NumpyDraw(np.random.default_rng(seed)))[0]
    again = _parts(drawn - denoise(drawn), clean, white)
    return _noise([one.mended(other) for one, other in zip(first, again, strict=True)], white), clean


def _parts(taken: Floats, clean: Floats, white: float) -> list[Part]:
    """Luma, and in colour the differences from it."""
    bright = luma(clean[None])[0, 0]
    hats = _hats(bright / white)
    flat = _flat(bright, hats)
    common = luma(taken[None])[0]
    parts = [common] if len(taken) == 1 else [common, taken - common]
    return [Part.of(part, flat, hats) for part in parts]


def _noise(parts: Sequence[Part], white: float) -> Measured:
    common = Measured(sigma=parts[0].sigma, soft=parts[0].weights, white=white)
    if len(parts) == 1:
        return common
    own = parts[1]
    return replace(common, chroma=own.sigma, softer=own.weights, uneven=_plain(own.uneven))


def _hats(bright: Floats) -> Values:
    """(NODES, h, w) how near each pixel is to each brightness, 0 to 1."""
    place = np.clip(bright.astype(np.float64), 0, 1) * (NODES - 1)
    hats: Values = np.maximum(1 - np.abs(place - np.arange(NODES)[:, None, None]), 0)
    return hats


def _flat(bright: Floats, hats: Values) -> NDArray[np.bool_]:
    """(h, w) where an image changes little, among the pixels as bright."""
    down, across = (np.gradient(bright.astype(np.float64), axis=axis) for axis in (0, 1))
    change = np.asarray(down**2 + across**2)
    nearest = hats.argmax(axis=0)
    flat = np.zeros(bright.shape, dtype=bool)
    for node in np.unique(nearest):
        some = nearest == node
        flat |= some & (change <= np.quantile(change[some], FLAT))
    return flat


def _uneven(variance: Values) -> Values:
    """(c,) strengths from which channels have these variances less luma, of mean 1."""
    if len(variance) == 1:
        return np.ones(1)
    before = np.maximum(np.linalg.solve(LESS_LUMA, variance / max(variance.mean(), 1e-12)), 0)
    after: Values = np.sqrt(before / max((np.array(LESS_LUMA) @ before).mean(), 1e-12))
    return after


def _alike(white: Values, flat: NDArray[np.bool_], lag: int) -> float:
    """Mean product of pixels so far from each other, along rows and columns together."""
    products = []
    for axis in (1, 2):
        end = white.shape[axis] - lag
        one, other = (np.take(white, np.arange(start, start + end), axis) for start in (0, lag))
        both = np.take(flat, np.arange(end), axis - 1) & np.take(flat, np.arange(lag, lag + end), axis - 1)
        products.append((one * other)[:, both].mean() if both.any() else 0.0)
    return float(np.mean(products))


def _plain(values: Values) -> tuple[float, ...]:
    """Four digits: more are chance."""
    return tuple(float(f"{value:.4g}") for value in values)
