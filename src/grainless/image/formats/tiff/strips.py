"""TIFF read and written by rows, never whole in memory: for images larger than that.

What stands beside the pixels is read and written as in `tiff`; BigTIFF is written where 4 GiB may not be enough.

Source: Adobe, "TIFF revision 6.0" (1992), section 3 (strips) and 15 (tiles).
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray

from grainless.image.formats.tiff.tags import Coding, add_exif
from grainless.image.formats.tiff.tiff import (
    ROOM,
    bits_of,
    check_page,
    check_pages,
    check_stack,
    coding_for,
    image_of,
    options,
)
from grainless.image.image import DTYPES, Image, to_samples

STRIP = 2**18
"""Bytes of a written strip, uncompressed: as tifffile cuts them."""


@dataclass(frozen=True)
class Page:
    """A page of an open TIFF file, of which rows can be read."""

    page: tifffile.TiffPage
    data: mmap

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.page.imagelength, self.page.imagewidth

    @property
    def held_at_once(self) -> int:
        """Bytes of the largest piece that must be unpacked whole: a strip or a tile."""
        if _plain(self.page):
            return 0
        return int(prod(self.page.chunks) * self.page.dtype.itemsize)

    def rows(self, first: int, last: int) -> Image:
        """The rows first..last as an image.

        Raises:
            Refused: they hold what is no number.
            ValueError and others: broken bytes.
        """
        read = _plain_rows if _plain(self.page) else _unpacked_rows
        return image_of(self.page, read(self.page, first, last), self.data)


@contextmanager
def opened(path: Path, limit: int) -> Iterator[list[Page]]:
    """The pages of a TIFF file.

    Args:
        path: the file.
        limit: refuse pages of more pixels, alone or together.

    Raises:
        Refused: a kind of TIFF we do not take.
        tifffile.TiffFileError and others: broken bytes.
    """
    with (
        path.open("rb") as file,
        mmap(file.fileno(), 0, access=ACCESS_READ) as data,
        tifffile.TiffFile(file) as tiff,
    ):
        pages = list(tiff.pages)
        check_pages(pages, limit)
        check_stack(tiff)
        for page in pages:
            check_page(page, len(data))
        yield [Page(page, data) for page in pages]


def write(pages: Iterable[tuple[int, Iterable[Image]]], file: BinaryIO, *, pixels: int) -> None:
    """Write pages, each given as its height and its rows in bands from the top.

    Args:
        pages: (height, bands), each band an image of some rows with the whole page's metadata.
        file: an empty file.
        pixels: of all pages together; BigTIFF is written if they may not fit into a plain one.
    """
    writer = None
    exifs = []
    for height, bands in pages:
        rest = iter(bands)
        first = next(rest)
        coding = coding_for(first)
        samples = first.channels + (first.alpha is not None)
        if writer is None:
            big = pixels * samples * first.depth // 8 > ROOM
            writer = tifffile.TiffWriter(file, byteorder=coding.byteorder, bigtiff=big)
        _write_page(writer, height, first, chain([first], rest), big=big)
        exifs.append(first.metadata.exif)
    if writer is not None:
        writer.close()
    add_exif(file, exifs)


def _write_page(
    writer: tifffile.TiffWriter, height: int, first: Image, bands: Iterable[Image], *, big: bool
) -> None:
    """Write one page from bands like `first`."""
    coding = coding_for(first)
    shape = (height, *to_samples(first).shape[1:])
    rows = max(1, STRIP // (prod(shape[1:]) * first.depth // 8))
    described = options(first, coding, big=big)
    writer.write(
        _encoded(bands, rows, coding, described),
        shape=shape,
        dtype=DTYPES[first.depth],
        rowsperstrip=min(rows, height),
        **described,
    )


def _encoded(bands: Iterable[Image], rows: int, coding: Coding, described: dict) -> Iterator[bytes]:
    """The strips of a page as they stand in the file: each is what tifffile makes of a small image."""
    plain = described | {"extratags": [], "subfiletype": 0}
    for strip in _strips(map(to_samples, bands), rows):
        small = io.BytesIO()
        tifffile.imwrite(small, strip, byteorder=coding.byteorder, rowsperstrip=len(strip), **plain)
        small.seek(0)
        with tifffile.TiffFile(small) as written:
            page = written.pages[0]
            at, count = page.dataoffsets[0], page.databytecounts[0]
        yield small.getvalue()[at : at + count]


def _strips(bands: Iterable[NDArray], rows: int) -> Iterator[NDArray]:
    """Bands of any height cut again into strips of so many rows; the last may be lower."""
    rest: NDArray | None = None
    for band in bands:
        held = band if rest is None else np.concatenate([rest, band])
        end = len(held) - len(held) % rows
        for at in range(0, end, rows):
            yield held[at : at + rows]
        rest = held[end:].copy()
    if rest is not None and len(rest):
        yield rest


def _plain(page: tifffile.TiffPage) -> bool:
    """Whether rows lie in the file as they are: one after the other, in whole bytes, not packed."""
    return bool(
        page.is_contiguous
        and page.compression == 1
        and page.predictor == 1
        and page.fillorder == 1
        and bits_of(page) == 8 * page.dtype.itemsize
        and page.shaped[0] == 1
    )


def _plain_rows(page: tifffile.TiffPage, first: int, last: int) -> NDArray:
    """(rows, w, s) samples, read from their place."""
    width = page.imagewidth * page.samplesperpixel
    stored = page.dtype.newbyteorder(page.parent.byteorder)
    file = page.parent.filehandle
    file.seek(page.dataoffsets[0] + first * width * stored.itemsize)
    held = file.read((last - first) * width * stored.itemsize)
    samples = np.frombuffer(held, stored).reshape(last - first, page.imagewidth, -1)
    return samples.astype(page.dtype, copy=False)


def _unpacked_rows(page: tifffile.TiffPage, first: int, last: int) -> NDArray:
    """(rows, w, s) samples, from the strips or tiles that hold them."""
    planes, _depth, height, width, samples = page.shaped
    tall, wide = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, width)
    down, across = -(-height // tall), -(-width // wide)
    rows = np.empty((planes, last - first, width, samples), page.dtype)
    for plane in range(planes):
        for row in range(first // tall, -(-last // tall)):
            for column in range(across):
                _place(page, (plane * down + row) * across + column, first, rows)
    return np.moveaxis(rows, 0, -1).reshape(last - first, width, -1)


def _place(page: tifffile.TiffPage, index: int, first: int, rows: NDArray) -> None:
    """Unpack a strip or tile and put those of its rows that belong there into `rows`, which begin at `first`."""
    file = page.parent.filehandle
    file.seek(page.dataoffsets[index])
    held = file.read(page.databytecounts[index])
    segment, (plane, _depth, top, left, _sample), shape = page.decode(held, index, jpegtables=page.jpegtables)
    start, stop = max(top, first), min(top + shape[1], first + rows.shape[1])
    wide = min(shape[2], rows.shape[2] - left)  # a tile may reach over the border
    inside = segment[0, start - top : stop - top, :wide]
    rows[plane, start - first : stop - first, left : left + wide] = inside
