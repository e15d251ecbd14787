"""Whether pixels were a JPEG once, and of which quality: quantisation leaves gaps between coefficients.

A JPEG holds the cosine transform of each block of 8 x 8 pixels in multiples of a step. Transformed again, also from a
PNG, the coefficients still lie near those multiples. Of all qualities, the one is told whose steps fit best.

Source: Fan, de Queiroz, "Identification of bitmap compression history: JPEG detection and quantizer estimation", IEEE
TIP 12(2), 2003: the likelihood of a coefficient under a step. Unlike there, all steps hang on one number, libjpeg's
quality, so that few coefficients tell it; encoders with tables of their own are told as the nearest quality.
`python -m benchmarks.inspection.jpeg` measures how far off that is.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from grainless.image.luma import LUMA
from grainless.inspection.blocks import blocks

SIDE = 8  # of a block, in pixels
BLOCKS = 800  # more bring nothing
FEWEST = 30  # blocks that are not clipped
PHASES = 128  # blocks that tell where the grid lies
FREQUENCIES = 27  # the lowest that are not the mean, in the order of zigzag: the others are nearly all 0
ROUNDING = (
    0.4  # standard deviation, in 255ths, of what rounding to 8 bits and back to luma does to a coefficient
)
STRAY = 0.05  # share of the coefficients that are off for another reason
QUALITIES = range(5, 99)  # at 99 and 100 nearly all steps are 1: nothing tells them from no JPEG
EVIDENCE = 0.15  # nats a coefficient above the likelihood of no JPEG, at least; benchmarks/inspection/jpeg.py

STEPS = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
"""Of luma at quality 50. Source: ITU-T T.81, 1992, table K.1."""

Floats = NDArray[np.float32]


def quality(tiles: Floats, hidden: NDArray[np.bool_] | None = None) -> int | None:
    """The quality, as libjpeg counts it, 5 to 98, of the JPEG that pixels were last.

    Args:
        tiles: (c, n, h, w) parts of an image, cut at multiples of 8; 0 black, 1 full scale.
        hidden: (n, h, w), what nobody sees: it has other colours than were saved.

    Returns:
        None: they show no trace of one: there was none, or it was changed since (resized, denoised, noise added).
    """
    luma = 255 * (tiles[0] if len(tiles) == 1 else np.einsum("c,cnhw->nhw", LUMA, tiles))
    open_ = np.logical_and.reduce((tiles > 0) & (tiles < 1))  # what was clipped lies between no steps
    if hidden is not None:
        open_ &= ~hidden
    down, across = _phase(luma)
    every, whole = (_some(each[:, down:, across:], BLOCKS) for each in (luma, open_))
    inside = every[whole.all(axis=(1, 2))]
    if len(inside) < FEWEST:
        return None
    coefficients = np.abs(_transformed(inside)[:, *_zigzag()])
    likelihoods = [_likelihood(coefficients, steps(each)[_zigzag()]) for each in QUALITIES]
    best = int(np.argmax([total for total, _ in likelihoods]))
    total, count = likelihoods[best]
    return QUALITIES[best] if count >= FEWEST and total > EVIDENCE * count else None


def steps(quality: int) -> NDArray[np.int64]:
    """(8, 8) steps of luma at a quality, as libjpeg scales them.

    >>> int(steps(50)[0, 0]), int(steps(90)[0, 1]), int(steps(10)[7, 7])
    (16, 2, 255)
    """
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    scaled: NDArray[np.int64] = np.clip((STEPS * scale + 50) // 100, 1, 255)
    return scaled


def _likelihood(coefficients: Floats, steps: NDArray[np.int64]) -> tuple[float, int]:
    """Log of how much likelier the coefficients are under these steps than under none; how many of them tell.

        p(x | q) / p(x) = q N(x - q k; 0, ROUNDING²)        k: the multiple that is nearest

    Those nearest to 0 tell nothing: any large step takes them there.
    """
    multiples = np.rint(coefficients / steps)
    off = (coefficients - multiples * steps) / ROUNDING
    ratio = steps / (ROUNDING * math.sqrt(2 * math.pi)) * np.exp(-(off**2) / 2)
    told = multiples > 0
    return float(np.log((1 - STRAY) * ratio + STRAY)[told].sum()), int(told.sum())


def _phase(luma: Floats) -> tuple[int, int]:
    """(down, across) pixels before the first whole block: where most coefficients are next to 0."""
    best, most = (0, 0), -1.0
    for down in range(SIDE):
        for across in range(SIDE):
            few = _some(luma[:, down:, across:], PHASES)
            still = float((np.abs(_transformed(few)) < 1).mean()) if len(few) else -1.0
            if still > most:
                best, most = (down, across), still
    return best


def _some(tiles: NDArray, most: int) -> NDArray:
    """The blocks of (n, h, w), at most about so many, spread evenly."""
    every = blocks(tiles, SIDE).reshape(-1, SIDE, SIDE)
    return every[:: max(1, len(every) // most)]


def _transformed(pixels: Floats) -> NDArray:
    """The orthonormal cosine transform of each block of (n, 8, 8)."""
    basis = _basis()
    return basis @ pixels @ basis.T


@cache
def _basis() -> Floats:
    """(8, 8) the cosines, a frequency a row."""
    frequency, place = np.arange(SIDE)[:, None], np.arange(SIDE) + 0.5
    rows = np.cos(np.pi * frequency * place / SIDE) * np.where(frequency, math.sqrt(2), 1)
    basis: Floats = (rows / math.sqrt(SIDE)).astype(np.float32)
    return basis


@cache
def _zigzag() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the lowest frequencies, the mean left out."""
    order = sorted(np.ndindex(SIDE, SIDE), key=lambda at: (sum(at), at))[1 : FREQUENCIES + 1]
    rows, columns = np.array(order).T
    return rows, columns
