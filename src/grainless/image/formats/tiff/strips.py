"""TIFF read and written by rows, never whole in memory: for images larger than that.

What stands beside the pixels is read and written as in `tiff`; BigTIFF is written where one was read, and where
4 GiB may not be enough. tifffile packs and unpacks each strip or tile; a page it takes and gives only whole.

Source: Adobe, "TIFF revision 6.0" (1992), section 3 (strips) and 15 (tiles).
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray

from grainless.image.formats.tiff.checks import PALETTE, bits_of, check_page, pages_of
from grainless.image.formats.tiff.levels import has_levels, levels_of
from grainless.image.formats.tiff.tags import Coding, add_exif, lies_behind
from grainless.image.formats.tiff.tiff import ROOM, coding_for, image_of, laid, options
from grainless.image.image import Image, Levels, to_samples

STRIP = 2**18
"""Bytes of a written strip, uncompressed: as tifffile cuts them."""

SCANNED = 2**22
"""Pixels that are looked through at once for the range of integers."""


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

    @property
    def nbytes(self) -> int:
        """Bytes of its pixels when they are written; no fewer."""
        bits, colours = bits_of(self.page), self.page.samplesperpixel
        wide = 1 if bits <= 8 else 2 if bits <= 16 else 4
        return int(prod(self.size)) * wide * (3 if self.page.photometric == PALETTE else colours)

    @cached_property
    def levels(self) -> Levels | None:
        """What is black and full scale of the whole page, if its integers have such; all of it is read once."""
        if not has_levels(self.page):
            return None
        height, width = self.size
        tall = max(1, SCANNED // width)
        return levels_of(
            self.page, (self._stored(at, min(at + tall, height)) for at in range(0, height, tall))
        )

    def rows(self, first: int, last: int) -> Image:
        """The rows first..last as an image.

        Raises:
            Refused: they hold what is no number.
            ValueError and others: broken bytes.
        """
        return image_of(self.page, self._stored(first, last), self.data, self.levels)

    def _stored(self, first: int, last: int) -> NDArray:
        """(rows, w, s) samples."""
        return (_plain_rows if _plain(self.page) else _unpacked_rows)(self.page, first, last)


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
        pages = pages_of(tiff, limit)
        for page in pages:
            check_page(page, len(data))
        yield [Page(page, data) for page in pages]


def write(pages: Iterable[tuple[int, Iterable[Image]]], file: BinaryIO, *, nbytes: int) -> None:
    """Write pages, each given as its height and its rows in bands from the top.

    Args:
        pages: (height, bands), each band an image of some rows with the whole page's metadata.
        file: an empty file.
        nbytes: of the pixels of all pages together; BigTIFF is written if they may not fit into a plain one.
    """
    writer, opening = None, None
    exifs = []
    for height, bands in pages:
        rest = iter(bands)
        first = next(rest)
        coding = coding_for(first)
        behind = opening is not None and lies_behind(coding, opening)
        opening = opening or coding
        if writer is None:
            big = coding.big or nbytes > ROOM
            writer = tifffile.TiffWriter(file, byteorder=coding.byteorder, bigtiff=big)
        _write_page(writer, height, first, chain([first], rest), big=big, behind=behind)
        exifs.append(first.metadata.exif)
    if writer is not None:
        writer.close()
    add_exif(file, exifs)


def _write_page(
    writer: tifffile.TiffWriter, height: int, first: Image, bands: Iterable[Image], *, big: bool, behind: bool
) -> None:
    """Write one page from bands like `first`; its pixels right behind those of the page before, or not."""
    coding = coding_for(first)
    described, samples = options(first, coding, big=big), laid(to_samples(first), coding)
    axis = int(coding.planes and samples.ndim == 3)  # of the rows
    shape = (*samples.shape[:axis], height, *samples.shape[axis + 1 :])
    row = prod(shape[axis + 1 :]) * samples.itemsize
    rows = coding.tile[0] if coding.tile else min(max(1, STRIP // row), height)
    parts = _encoded(bands, rows, coding, described, prod(shape[:axis]))
    if behind:  # tifffile keeps the room, and takes no pieces for it
        place = writer.write(
            None, shape=shape, dtype=samples.dtype, **described | {"contiguous": True}, returnoffset=True
        )
        assert place is not None
        writer.filehandle.seek(place[0])
        for part in parts:
            writer.filehandle.write(part)
        return
    writer.write(
        parts,
        shape=shape,
        dtype=samples.dtype,
        rowsperstrip=None if coding.tile else rows,
        **described,
    )


def _encoded(
    bands: Iterable[Image], rows: int, coding: Coding, described: dict, planes: int
) -> Iterator[bytes]:
    """The strips or tiles of a page as they stand in the file: what tifffile makes of a small image of them.

    Where planes are kept apart, those behind the first wait in files of their own until their turn comes.
    """
    plain = described | {"extratags": [], "subfiletype": 0}
    with ExitStack() as stack:
        waiting: list[tuple[Any, list[int]]] = [
            (stack.enter_context(TemporaryFile()), []) for _ in range(planes - 1)
        ]
        for strip in _strips(map(to_samples, bands), rows):
            parts = _packed(
                laid(strip, coding), coding, plain | ({} if coding.tile else {"rowsperstrip": rows})
            )
            each = len(parts) // planes
            yield from parts[:each]
            for number, (file, sizes) in enumerate(waiting, 1):
                for part in parts[number * each : (number + 1) * each]:
                    sizes.append(file.write(part))
        for file, sizes in waiting:
            file.seek(0)
            yield from map(file.read, sizes)


def _packed(samples: NDArray, coding: Coding, described: dict) -> list[bytes]:
    """The strips or tiles of a small image."""
    small = io.BytesIO()
    tifffile.imwrite(small, samples, byteorder=coding.byteorder, **described)
    small.seek(0)
    with tifffile.TiffFile(small) as written:
        page = written.pages[0]
        places = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    return [small.getvalue()[at : at + count] for at, count in places]


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
