"""Integers with a sign or of 32 bits: what of a page is black and full scale."""

from collections.abc import Iterable

import numpy as np
import tifffile
from numpy.typing import NDArray

from grainless.image.image import Levels

LEAST, MOST = 340, 341
"""Tags SMinSampleValue and SMaxSampleValue."""


def has_levels(page: tifffile.TiffPage) -> bool:
    """Whether its samples are such."""
    name = np.dtype(page.dtype).name
    return name in {"int8", "int16", "int32", "uint32"}


def levels_of(page: tifffile.TiffPage, pieces: Iterable[NDArray]) -> Levels:
    """The range that the page states if it holds every pixel, else that of the pixels.

    Args:
        page: the page.
        pieces: its stored samples, all of them, in pieces of any shape.
    """
    limits = [(int(piece.min()), int(piece.max())) for piece in pieces]
    low, high = min(each for each, _high in limits), max(each for _low, each in limits)
    least, most = (_numbers(page, code) for code in (LEAST, MOST))
    if least and most and min(least) <= low and high <= max(most):
        low, high = min(least), max(most)
    return Levels(np.dtype(page.dtype).name, low, max(high, low + 1))


def notes_on(levels: Levels | None) -> tuple[str, ...]:
    """What is lost of them."""
    if levels is None or levels.white - levels.black <= Levels.EXACT:
        return ()
    return (f"Integers from {levels.black:,} to {levels.white:,} are rounded to {Levels.EXACT:,} steps.",)


def _numbers(page: tifffile.TiffPage, code: int) -> tuple[int, ...]:
    """The values of a tag, one for all channels or one for each."""
    value = page.tags[code].value if code in page.tags else ()
    held = np.ravel(value)
    if held.dtype.kind not in "iuf" or not np.isfinite(held.astype(np.float64)).all():
        return ()
    return tuple(int(each) for each in held)
