"""Image files, of any sizes, into one buffer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageOps

from grainless.errors import InputError
from grainless.judge.data.images import Images

BROKEN = (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError)
"""What Pillow raises on files that are broken or no images."""


@dataclass(frozen=True)
class Head:
    """What a file says before its pixels are read.

    Args:
        area: pixels.
        deep: 16-bit grey; all else becomes 8-bit.
    """

    area: int
    deep: bool


def head(path: Path) -> Head:
    """Look at an image file without decoding it.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with PIL.Image.open(path) as file:
            return Head(file.width * file.height, file.mode.startswith("I;16"))
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
        with PIL.Image.open(path) as file:
            planes = _planes(ImageOps.exif_transpose(file), channels)
    except BROKEN as error:
        raise _unreadable(path, error) from error
    return np.ascontiguousarray(np.broadcast_to(planes, (channels, *planes.shape[1:])))


def _unreadable(path: Path, error: Exception) -> InputError:
    why = "it is of no known kind" if isinstance(error, PIL.UnidentifiedImageError) else error
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


def gather(paths: Sequence[Path], channels: int) -> Images:
    """Decode files into one buffer in memory: uint16 if all are 16-bit grey, else uint8.

    Raises:
        InputError: a file cannot be read.
    """
    dtype, total = plan(paths, channels)
    buffer = np.empty(total, dtype)
    sizes, end = [], 0
    for image in decoded(paths, channels, dtype):
        buffer[end : end + image.size] = image.ravel()
        end += image.size
        sizes.append(image.shape[1:])
    heights, widths = np.array(sizes, np.int64).T
    return Images(buffer, heights, widths, channels, names=tuple(path.name for path in paths))


def plan(paths: Sequence[Path], channels: int) -> tuple[np.dtype[np.unsignedinteger], int]:
    """What one buffer for all these files is: its type, and how many values it holds."""
    heads = [head(path) for path in paths]
    dtype: type[np.unsignedinteger] = np.uint16 if all(each.deep for each in heads) else np.uint8
    return np.dtype(dtype), channels * sum(each.area for each in heads)


def decoded(
    paths: Sequence[Path], channels: int, dtype: np.dtype[np.unsignedinteger]
) -> Iterator[NDArray[np.unsignedinteger]]:
    """The images one by one; 16-bit ones rounded to bytes if that is the type."""
    for path in paths:
        image = decode(path, channels)
        if image.dtype.itemsize > dtype.itemsize:
            image = ((image.astype(np.uint32) + 128) // 257).astype(np.uint8)
        yield image
