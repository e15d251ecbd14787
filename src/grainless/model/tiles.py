"""Tiles: cut an image into windows of one size, work on each, join what they give; knows no model.

A tile is given a halo: pixels around its core that the work looks at and whose results are thrown away. At the
image's own border there is none to give: the tile is shifted inward instead, and its work sees the border
where it sees it in the whole image.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """A tile along one side: the pixels start..stop are given, the results first..last are kept (its core)."""

    start: int
    stop: int
    first: int
    last: int

    @property
    def given(self) -> slice:
        return slice(self.start, self.stop)

    @property
    def core(self) -> slice:
        return slice(self.first, self.last)

    @property
    def core_in_tile(self) -> slice:
        return slice(self.first - self.start, self.last - self.start)


@dataclass(frozen=True)
class Cutting:
    """What tiles must keep.

    Args:
        pixels: the most of one tile; smaller tiles than `halo` and `least` need there are not.
        reach: no result depends on pixels further away than this.
        multiple: tiles start and end at multiples of this, as the image does.
        least: no side of a tile is shorter, unless the image's is.
    """

    pixels: int
    reach: int
    multiple: int = 1
    least: int = 1

    @property
    def halo(self) -> int:
        return self.reach + -self.reach % self.multiple

    @property
    def shortest(self) -> int:
        """Cores of two multiples at least: the last tile then holds all that padding reflects."""
        least = max(self.least, 2 * self.halo + 2 * self.multiple)
        return least + -least % self.multiple


def by_tiles(image: Floats, work: Callable[[Floats], Floats], cutting: Cutting) -> Floats:
    """What `work` gives for the whole image, made tile by tile; an image of one tile runs whole.

    Args:
        image: (n, c, h, w), sides multiples of `cutting.multiple`.
        work: (n, c, tile, tile) to (n, k, tile, tile); the border of what it is given may look to it as it likes.
        cutting: the sizes.

    Returns:
        (n, k, h, w).
    """
    rows, columns = plan((image.shape[2], image.shape[3]), cutting)
    if len(rows) == len(columns) == 1:
        return work(image)
    joined: Floats | None = None
    for row, column in product(rows, columns):
        done = work(image[:, :, row.given, column.given])
        if joined is None:
            joined = np.empty((*done.shape[:2], *image.shape[2:]), np.float32)
        joined[:, :, row.core, column.core] = done[:, :, row.core_in_tile, column.core_in_tile]
    assert joined is not None  # there is a tile
    return joined


def plan(size: tuple[int, int], cutting: Cutting) -> tuple[list[Span], list[Span]]:
    """The tiles of an image, along its height and along its width: those with the least to compute.

    Tiles are evened out: 1,100 pixels are cut in two of about 550 and their halos, not in 1,024 and a rest.

    Args:
        size: (height, width), multiples of `cutting.multiple`.
        cutting: the sizes; tiles of the shortest sides are taken if none has few enough pixels.
    """
    rows, columns = min(_sides(size, cutting), key=lambda sides: _work(size, sides, cutting))
    return spans(size[0], rows, cutting), spans(size[1], columns, cutting)


def spans(length: int, side: int, cutting: Cutting) -> list[Span]:
    """Tiles of one side of the image, all `side` long, the last one shifted inward; their cores are all of it."""
    found: list[Span] = []
    while not found or found[-1].stop < length:
        first = found[-1].last if found else 0
        start = max(0, min(first - cutting.halo, length - side))
        stop = min(start + side, length)
        found.append(Span(start, stop, first, stop if stop == length else stop - cutting.halo))
    return found


def _sides(size: tuple[int, int], cutting: Cutting) -> Iterator[tuple[int, int]]:
    """(height, width) of the tiles that may be taken: for each height, the widest; lower ones only cost more."""
    height, width = size
    count = 1
    while (rows := _side(height, count, cutting)) > min(height, cutting.shortest):
        columns = _widest(width, cutting.pixels // rows, cutting)
        if columns:
            yield rows, columns
        if columns == width:
            return
        count += 1
    yield rows, _widest(width, cutting.pixels // rows, cutting) or min(width, cutting.shortest)


def _side(length: int, count: int, cutting: Cutting) -> int:
    """The side of the tiles when `count` of them cover the length."""
    if count == 1:
        return length
    core = -(-(length - 2 * cutting.halo) // count)
    return min(length, max(cutting.shortest, core + -core % cutting.multiple + 2 * cutting.halo))


def _widest(length: int, most: int, cutting: Cutting) -> int:
    """The side of the fewest tiles that cover the length and are no longer than `most`; 0: there are none."""
    if length <= most:
        return length
    most -= most % cutting.multiple
    if most < cutting.shortest:
        return 0
    return _side(length, _count(length, most, cutting), cutting)


def _count(length: int, side: int, cutting: Cutting) -> int:
    """How many tiles of this side cover the length."""
    if length <= side:
        return 1
    return -(-(length - 2 * cutting.halo) // (side - 2 * cutting.halo))


def _work(size: tuple[int, int], sides: tuple[int, int], cutting: Cutting) -> int:
    """How many pixels all tiles have together."""
    counts = (_count(length, side, cutting) for length, side in zip(size, sides, strict=True))
    return prod(counts) * prod(sides)
