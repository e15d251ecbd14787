"""An image shown smaller, as means over squares of pixels, laid in every way; and the way back to its own size.

Where a pixel has a photon or none, noise is made of dots, which no model of white noise takes for noise. Their means
over a square are nearly Gaussian.
"""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TAPS = 2
"""Squares on each side that a pixel is interpolated from."""


def by_phases(image: Floats, side: int, work: Callable[[Floats], Floats]) -> Floats:
    """The mean over all ways to lay squares of `side` pixels of what `work` makes of their means.

    Args:
        image: (c, h, w).
        side: of the squares; with 1 the image is shown as it is.
        work: takes and gives (c, cells, cells) images, all of one size.

    Returns:
        (c, h, w)
    """
    if side == 1:
        return work(image)
    height, width = image.shape[1:]
    total = np.zeros(image.shape, np.float32)
    for down, right in product(range(side), repeat=2):
        made = grown(work(shrunk(image, side, down, right)), side)
        total += made[:, down : down + height, right : right + width]
    return total / np.float32(side**2)


def shrunk(image: Floats, side: int, down: int = 0, right: int = 0) -> Floats:
    """(c, h, w) as means over squares; what they lack beyond the borders is mirrored.

    Args:
        image: (c, h, w).
        side: of the squares.
        down: rows by which the first square reaches beyond the border.
        right: the same of columns.
    """
    channels, height, width = image.shape
    cells = [-(-(length + side - 1) // side) for length in (height, width)]
    room = [
        (first, cell * side - first - length)
        for first, cell, length in zip((down, right), cells, (height, width), strict=True)
    ]
    padded = np.pad(image, ((0, 0), *room), mode="symmetric")
    means: Floats = padded.reshape(channels, cells[0], side, cells[1], side).mean(
        axis=(2, 4), dtype=np.float32
    )
    return means


def grown(image: Floats, side: int) -> Floats:
    """(c, h, w) interpolated to `side` times its size.

    Source: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 29(6), 1981.
    """
    return _along(_along(image, side, 1), side, 2)


def _along(image: Floats, side: int, axis: int) -> Floats:
    """The same of one axis."""
    room = [(0, 0)] * 3
    room[axis] = (TAPS, TAPS)
    padded, length = np.pad(image, room, mode="edge"), image.shape[axis]
    steps = [_step(padded, (place + 0.5) / side - 0.5, axis, length) for place in range(side)]
    shape = list(image.shape)
    shape[axis] *= side
    return np.stack(steps, axis=axis + 1).reshape(shape)


def _step(padded: Floats, place: float, axis: int, length: int) -> Floats:
    """All pixels that lie so far from the middles of their squares, in squares."""
    parts = [
        np.float32(_keys(place - tap)) * np.take(padded, np.arange(length) + TAPS + tap, axis)
        for tap in range(-TAPS, TAPS + 1)
    ]
    step: Floats = np.sum(parts, axis=0)
    return step


def _keys(apart: float) -> float:
    """The weight of a square so far away."""
    x = abs(apart)
    if x < 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0
