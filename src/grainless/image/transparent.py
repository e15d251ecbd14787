"""Transparent pixels get colours like those around them, so that what nobody sees does not colour what is seen.

Under alpha 0 a file may hold any colour. A denoiser looks at a pixel's surroundings; there it shall find the colours
of the visible pixels going on. The way is that of pull and push: means over ever larger blocks, and each hole filled
from the finest of them that saw something.

Source: Gortler, Grzeszczuk, Szeliski, Cohen, "The lumigraph", SIGGRAPH 1996, section 3.4. Unlike there, blocks also
look at their eight neighbours, and the largest is limited: a strip of the image is then filled as the whole image is.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from grainless.image.image import Image

BLOCK = 32
"""The side of the largest blocks. A pixel's filling comes from its own block and the eight around it; further
away than that from all that is visible stands MIDDLE."""

MIDDLE = 0.5

Floats = NDArray[np.float32]


def transparent_pixels(pixels: NDArray, alpha: NDArray, *, premultiplied: bool = False) -> NDArray[np.bool_]:
    """(h, w): where nothing is seen.

    Colours that were multiplied by alpha are added to what lies behind: such a pixel is seen, even under alpha 0,
    unless it is black. These colours are denoised as they are stored. There the noise lies; to divide by a small alpha
    would blow it up to a strength that differs from pixel to pixel, and no denoiser is trained for that.

    Args:
        pixels: (c, h, w).
        alpha: (h, w), 0 transparent.
        premultiplied: whether the colours were multiplied by alpha.
    """
    unseen: NDArray[np.bool_] = alpha == 0
    return unseen & ~pixels.any(axis=0) if premultiplied else unseen


def transparent_of(image: Image) -> NDArray[np.bool_] | None:
    """(h, w): where nobody sees the image; None: it has no alpha."""
    if image.alpha is None:
        return None
    return transparent_pixels(image.pixels, image.alpha, premultiplied=image.premultiplied)


def around(start: int, stop: int, height: int) -> tuple[int, int]:
    """The rows to hold so that the transparent pixels of start..stop are filled as in the whole image."""
    above, below = start - start % BLOCK - BLOCK, stop + -stop % BLOCK + BLOCK
    return max(0, above), min(height, below)


def filled(pixels: Floats, transparent: NDArray[np.bool_]) -> Floats:
    """The image with colours from around in its transparent pixels; the others stay as they are.

    Args:
        pixels: (c, h, w).
        transparent: (h, w).
    """
    height, width = transparent.shape
    room = ((0, 0), (0, -height % BLOCK), (0, -width % BLOCK))
    weights = np.pad(~transparent[None], room).astype(np.float32)
    colours = np.pad(np.where(transparent, 0, pixels).astype(np.float32), room)
    found = _fill(colours, weights, BLOCK)[:, :height, :width]
    return np.where(transparent, found, pixels)


def where_seen(
    pixels: Floats, transparent: NDArray[np.bool_] | None, rows: slice, work: Callable[[Floats], Floats]
) -> Floats:
    """What is made of some rows, where they are seen; transparent pixels stay, and do not colour the others.

    Args:
        pixels: (c, h, w).
        transparent: (h, w), pixels that nobody sees; None: all are seen.
        rows: which are worked on and given back; around them transparent pixels find their colours.
        work: makes as many pixels of (c, rows, w); not called where nothing is seen.
    """
    if transparent is None or not transparent[rows].any():
        return work(pixels[:, rows])
    if transparent[rows].all():
        return pixels[:, rows]
    made = work(filled(pixels, transparent)[:, rows])
    kept: Floats = np.where(transparent[rows], pixels[:, rows], made)
    return kept


def _fill(sums: Floats, weights: Floats, side: int) -> Floats:
    """(c, h, w) colours for every pixel, of sums of colours and how many pixels are in each, (1, h, w)."""
    around, seen = _with_neighbours(sums), _with_neighbours(weights)
    if side == 1:
        coarse = np.full_like(sums, MIDDLE)
    else:
        coarse = _fill(_halved(sums), _halved(weights), side // 2).repeat(2, axis=1).repeat(2, axis=2)
    near = np.where(seen > 0, around / np.maximum(seen, 1), coarse)
    return np.where(weights > 0, sums / np.maximum(weights, 1), near)


def _halved(values: Floats) -> Floats:
    """Sums over squares of 2 x 2."""
    rows = values[:, ::2] + values[:, 1::2]
    return rows[:, :, ::2] + rows[:, :, 1::2]


def _with_neighbours(values: Floats) -> Floats:
    """Sums over 3 x 3, nothing outside."""
    rows = np.pad(values, ((0, 0), (1, 1), (0, 0)))
    rows = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    columns = np.pad(rows, ((0, 0), (0, 0), (1, 1)))
    return columns[:, :, :-2] + columns[:, :, 1:-1] + columns[:, :, 2:]
