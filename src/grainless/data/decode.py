"""Image files into arrays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageOps

from grainless.errors import InputError

BROKEN = (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError)
"""What Pillow raises on files that are broken or no images."""

ORIENTATION = 0x0112


@dataclass(frozen=True)
class Head:
    """What a file says before its pixels are read.

    Args:
        width, height: pixels, with the EXIF orientation applied.
        deep: 16-bit grey; all else becomes 8-bit.
    """

    width: int
    height: int
    deep: bool


def head(path: Path) -> Head:
    """Look at an image file without decoding it.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with PIL.Image.open(path) as file:
            width, height = file.size[::-1] if _lies(file) else file.size
            return Head(width, height, file.mode.startswith("I;16"))
    except BROKEN as error:
        raise _unreadable(path, error) from error


def decode(path: Path, channels: int) -> NDArray[np.unsignedinteger]:
    """An image file as (channels, height, width): uint16 where it is 16-bit grey, else uint8.

    The EXIF orientation is applied. What is transparent lies on white. Colour becomes grey by Pillow's luma
    (ITU-R 601-2); grey becomes RGB by three equal channels.

    Args:
        path: the file.
        channels: 1 grey, 3 RGB.

    Raises:
        InputError: it cannot be read, or has 32-bit values.
    """
    try:
        # by a file object: Pillow maps an uncompressed TIFF of a path into memory, and turns it wrongly
        with path.open("rb") as opened, PIL.Image.open(opened) as file:
            planes = _planes(ImageOps.exif_transpose(file), channels)
    except BROKEN as error:
        raise _unreadable(path, error) from error
    return np.ascontiguousarray(np.broadcast_to(planes, (channels, *planes.shape[1:])))


def _lies(file: PIL.Image.Image) -> bool:
    """Its EXIF orientation will turn it by a quarter."""
    if file.format == "TIFF" or (file.format == "PNG" and "exif" not in file.info):
        return False  # Pillow gives a TIFF's size as turned already, and would decode a whole PNG to look
    return file.getexif().get(ORIENTATION) in {5, 6, 7, 8}


def _unreadable(path: Path, error: Exception) -> InputError:
    why = (
        "it is of no known kind" if isinstance(error, PIL.UnidentifiedImageError) else str(error).rstrip(".")
    )
    return InputError(f"{path} cannot be read as an image: {why}.")


def _planes(image: PIL.Image.Image, channels: int) -> NDArray[np.unsignedinteger]:
    """(1 or channels, h, w)."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[None]
    if image.mode in {"I", "F"}:
        raise ValueError("its values have 32 bits, and 8 or 16 were expected")
    if image.has_transparency_data:
        paper = PIL.Image.new("RGBA", image.size, "white")
        image = PIL.Image.alpha_composite(paper, image.convert("RGBA"))
    pixels = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    return pixels.reshape(*pixels.shape[:2], channels).transpose(2, 0, 1)
