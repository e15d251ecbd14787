"""What a file says of its first image before the pixels are unpacked: sides, depth, how it is to be turned."""

import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

import tifffile

from grainless.image.files import decode, format_of
from grainless.image.formats import jpeg, webp
from grainless.image.formats.animation.apng import HEADER
from grainless.image.formats.exif import ORIENTATION, orientation
from grainless.image.formats.png.png import SIGNATURE
from grainless.image.formats.tiff.checks import PALETTE, bits_of

TAIL = 4  # bytes of a chunk's checksum


@dataclass(frozen=True)
class Head:
    """Of the first image of a file, as `decode` would give it.

    Args:
        height, width: pixels, as they are stored.
        depth: bits of a sample: 8, 16 or 32.
        orientation: EXIF's, 1 to 8.
    """

    height: int
    width: int
    depth: int
    orientation: int = 1

    @property
    def turned(self) -> tuple[int, int]:
        """(height, width) with the orientation applied."""
        return (self.width, self.height) if self.orientation > 4 else (self.height, self.width)


def head(path: Path) -> Head:
    """Look at an image file. Formats that are not in HEADS are unpacked for it, and so is what looks broken.

    Raises:
        InputError: it cannot be read; a file whose pixels alone are broken may pass.
    """
    look = HEADS.get(format_of(path) or "")
    if look is not None:
        with suppress(Exception), path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            return look(data)  # what is wrong with it `decode` will say
    image = next(decode(path, name=str(path)))
    return Head(*image.size, image.depth, orientation(image.metadata.exif))


def _png(data: mmap) -> Head:
    width, height, bits = struct.unpack_from(">IIB", data, len(SIGNATURE) + 8)
    at, exif = HEADER, None
    while exif is None and at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        exif = data[at + 8 : at + 8 + length] if kind == b"eXIf" else None
        at += 8 + length + TAIL
    return Head(height, width, 16 if bits == 16 else 8, orientation(exif))


def _jpeg(data: mmap) -> Head:
    height, width, exif = jpeg.head(data)
    return Head(height, width, 8, orientation(exif))


def _webp(data: mmap) -> Head:
    height, width, exif = webp.head(data)
    return Head(height, width, 8, orientation(exif))


def _tiff(data: mmap) -> Head:
    with tifffile.TiffFile(data) as file:
        page = file.pages[0]
        bits = bits_of(page)
        deep = 32 if page.dtype.kind == "f" else 8 if page.photometric == PALETTE or bits <= 8 else 16
        turn = page.tags[ORIENTATION].value if ORIENTATION in page.tags else 1
        depth = 32 if bits > 16 else deep
        return Head(page.imagelength, page.imagewidth, depth, turn if turn in range(1, 9) else 1)


HEADS: dict[str, Callable[[mmap], Head]] = {"PNG": _png, "JPEG": _jpeg, "WebP": _webp, "TIFF": _tiff}
"""format -> how its files are looked at."""
