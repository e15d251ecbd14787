"""Which parts of an image are looked at, and what is seen there: the whole of a small one, tiles of a large one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grainless.image.image import Image
from grainless.image.transparent import around, filled, transparent_of
from grainless.inspection.blocks import blocks

TILE = 256
"""Pixels; a multiple of 8, so that the blocks of JPEG lie alike in all tiles."""

TILES = 4  # a side: of larger images these are looked at, spread evenly

SQUARES = (128, 64, 32)
"""Pixels a side of the parts that are cut where some pixels are hidden, multiples of 8, too."""

ENOUGH = 0.5
"""Of what is seen lies in these squares, or smaller ones are cut; where none are, all is looked at."""

AT_ONCE = 2**20  # pixels

DEPTH, FLOATS = 16, 32
BYTE = 257
"""Steps of 16 bits in one of 8."""

NEAR = 0.01
"""Of a step: so near floats are to it that were one."""

USED = range(8, DEPTH - 1)
"""Bits that the samples of an image of 16 bits may use, and its noise is judged by them: fewer are no picture's."""

Rows = Callable[[int, int], Image]
"""Gives the rows first..last of an image."""


def rows_of(image: Image) -> Rows:
    """The rows of an image that is held whole."""

    def rows(first: int, last: int) -> Image:
        alpha = None if image.alpha is None else image.alpha[first:last]
        return replace(image, pixels=image.pixels[:, first:last], alpha=alpha)

    return rows


@dataclass(frozen=True, eq=False)
class Sample:
    """What of an image is looked at.

    Args:
        tiles: (c, n, h, w) the whole image, or of a large one TILES x TILES parts; what lies under alpha 0 has colours
            from around.
        colourless: all channels of the whole image are equal.
        hidden: (n, h, w), what lies under alpha 0; None: nothing there does.
        bits: that the samples use, as a camera's 12 in a file's 16; the tiles are in full scales of these. None: all.
    """

    tiles: NDArray[np.float32]
    colourless: bool
    hidden: NDArray[np.bool_] | None
    bits: int | None = None

    @cached_property
    def seen(self) -> NDArray[np.float32]:
        """(c, n, h, w) to measure noise in: all of it, or squares without hidden pixels, which have none.

        Where few such squares are, all is told.
        """
        if self.hidden is None:
            return self.tiles
        for side in SQUARES:
            seen = ~blocks(self.hidden, side).any(axis=(-2, -1)).ravel()
            if seen.any() and seen.sum() * side**2 >= ENOUGH * (~self.hidden).sum():
                cut = blocks(self.tiles, side)
                return cut.reshape(len(cut), -1, side, side)[:, seen]
        return self.tiles


def sampled(rows: Rows, size: tuple[int, int]) -> Sample:
    """What is looked at of an image of `size`, (height, width)."""
    sample = _as_stored(rows, size)
    bits = bits_used(rows, size) if sample.tiles.max() < share_of(USED[-1] + 1) else None
    if bits is None:
        return sample
    steps = np.rint(sample.tiles * np.float32(2**DEPTH - 1))
    return replace(sample, tiles=steps / np.float32(2**bits - 1), bits=bits)


def share_of(bits: int | None) -> float:
    """The brightest sample of so many bits in a file of 16, in full scales.

    >>> share_of(None), round(1 / share_of(12), 4)
    (1.0, 16.0037)
    """
    return (2**bits - 1) / (2**DEPTH - 1) if bits else 1.0


def bits_used(rows: Rows, size: tuple[int, int]) -> int | None:
    """What all samples of an image of 16 bits use, where two bits or more are left over; else None.

    By these denoising, and learning from files, see the image: in the file's own scale a camera's 12 bits would be
    nearly black. Floats that are steps of 16 bits, and not of 8, were such an image, and are seen alike.
    """
    brightest, of_bytes = 0, True
    for first, last in _strips(0, size[0], size):
        image = rows(first, last)
        steps = _steps(image)
        if steps is None:
            return None
        brightest = max(brightest, int(steps.max()))
        of_bytes = of_bytes and image.depth != DEPTH and not (steps % BYTE).any()
        if brightest.bit_length() > USED[-1]:
            return None
    return brightest.bit_length() if brightest.bit_length() in USED and not of_bytes else None


def _steps(image: Image) -> NDArray[np.float32] | None:
    """The samples as whole steps of 16 bits; None: they are none."""
    if image.levels or image.depth not in {DEPTH, FLOATS}:
        return None
    steps = image.pixels * np.float32(2**DEPTH - 1)
    whole: NDArray[np.float32] = np.rint(steps)
    if image.depth == FLOATS and not (np.abs(steps - whole) < NEAR).all():
        return None
    return whole


def _as_stored(rows: Rows, size: tuple[int, int]) -> Sample:
    """What is looked at, in full scales of the file."""
    height, width = size
    if height * width <= (TILE * TILES) ** 2:
        whole, hidden = _seen(rows, 0, height, height)
        return Sample(whole[:, None], _is_colourless(rows, size), hidden[None] if hidden.any() else None)
    side = min(height, width, TILE) // 8 * 8 or min(height, width)
    columns = [slice(start, start + side) for start in _starts(width, side)]
    bands = [_band(rows, first, first + side, size, columns) for first in _starts(height, side)]
    tiles = np.concatenate([tiles for tiles, _ in bands], axis=1)
    hidden = np.concatenate([hidden for _, hidden in bands])
    return Sample(tiles, _is_colourless(rows, size), hidden if hidden.any() else None)


def _is_colourless(rows: Rows, size: tuple[int, int]) -> bool:
    """Whether all channels are equal everywhere; in a photograph the first rows tell."""
    for first, last in _strips(0, size[0], size):
        pixels = rows(first, last).pixels
        if len(pixels) == 1:
            return True
        if (pixels[1:] != pixels[:1]).any():
            return False
    return True


def _band(
    rows: Rows, first: int, last: int, size: tuple[int, int], columns: list[slice]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(c, n, h, w) of some columns, and (n, h, w) what is hidden; the others are held only for a strip."""
    parts, masks = [], []
    for top, bottom in _strips(first, last, size):
        strip, hidden = _seen(rows, top, bottom, size[0])
        parts.append(np.stack([strip[:, :, each] for each in columns], axis=1))
        masks.append(np.stack([hidden[:, each] for each in columns]))
    return np.concatenate(parts, axis=2), np.concatenate(masks, axis=1)


def _strips(first: int, last: int, size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The rows first..last a megapixel at a time: images that are streamed are never whole in memory."""
    step = max(1, AT_ONCE // size[1])
    for top in range(first, last, step):
        yield top, min(top + step, last)


def _seen(rows: Rows, first: int, last: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(c, h, w) of the rows first..last, with colours from around where nobody sees any; (h, w) where that is."""
    image = rows(first, last)
    if image.alpha is None or not (image.alpha == 0).any():
        return image.pixels, np.zeros(image.pixels.shape[1:], dtype=bool)
    hidden = image.alpha == 0
    above, below = around(first, last, height)
    image = rows(above, below)
    transparent = transparent_of(image)
    seen = image.pixels if transparent is None else filled(image.pixels, transparent)
    return seen[:, first - above : last - above], hidden


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin along a side: multiples of 8, spread evenly."""
    return sorted({int(at) // 8 * 8 for at in np.linspace(0, length - side, TILES)})
