"""Image files into arrays: the pixels that denoising sees, as every image of a set has them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError
from grainless.image import files
from grainless.image.formats.exif import orientation
from grainless.image.heads import head
from grainless.image.image import DTYPES, Image, quantised, stored
from grainless.image.source import BYTES
from grainless.inspection.sampling import bits_used, rows_of, share_of

__all__ = ["Decoded", "decode", "decode_all", "head", "in_bytes", "in_used_bits"]

WHITE = 2**16 - 1

LUMA = np.array([19_595, 38_470, 7_471], np.uint32)
"""Shares of red, green and blue in 65,536ths: ITU-R BT.601's 0.299, 0.587 and 0.114, as Pillow rounds them."""


class Decoded(NamedTuple):
    """An image of a file.

    Args:
        pixels: (channels, height, width), uint16 where it has 16 bits, else uint8, in full scales of the file.
        bits: that its samples use of 16, as a camera's 12, see `inspection.sampling`; None: all, or it has 8.
    """

    pixels: NDArray[np.unsignedinteger]
    bits: int | None


def decode(source: Path | bytes, channels: int, *, name: str | None = None) -> NDArray[np.unsignedinteger]:
    """The first image of a file as denoising sees it: in full scales of the bits that are used.

    Arguments and errors are those of `decode_all`.
    """
    (image,) = in_used_bits([next(decode_all(source, channels, name=name))])
    return image


def decode_all(source: Path | bytes, channels: int, *, name: str | None = None) -> Iterator[Decoded]:
    """Every page or frame of a file.

    The EXIF orientation is applied. What is transparent lies on white. Colour becomes grey by luma (ITU-R BT.601);
    grey becomes RGB by three equal channels.

    Args:
        source: the file, or its bytes.
        channels: 1 grey, 3 RGB.
        name: what messages call it; None: as the file is called.

    Raises:
        InputError: it cannot be read, or has 32-bit values.
    """
    name = name or (str(source) if isinstance(source, Path) else BYTES)
    for image in files.decode(source, name=name):
        if image.depth == 32:
            raise InputError(f"{name} has {stored(image)}, and integers of 8 or 16 are expected: convert it.")
        planes = quantised(_on_white(image), DTYPES[image.depth])
        if channels < image.channels:
            planes = _luma(planes)
        turned = _turned(planes, orientation(image.metadata.exif))
        pixels = np.ascontiguousarray(np.broadcast_to(turned, (channels, *turned.shape[1:])))
        yield Decoded(pixels, bits_used(rows_of(image), image.size))


def in_used_bits(images: Sequence[Decoded]) -> list[NDArray[np.unsignedinteger]]:
    """Images that belong together, such as partners, in full scales of the bits that they use together."""
    bits = [image.bits for image in images]
    share = share_of(None if None in bits else max(each for each in bits if each))
    if share == 1:
        return [image.pixels for image in images]
    return [quantised(image.pixels / np.float32(share * WHITE), image.pixels.dtype) for image in images]


def in_bytes(image: NDArray[np.unsignedinteger]) -> NDArray[np.uint8]:
    """Pixels of 8 bits; those of 16 rounded to the nearest."""
    if image.dtype.itemsize == 1:
        return image.astype(np.uint8, copy=False)
    return ((image.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _on_white(image: Image) -> NDArray[np.float32]:
    """(c, h, w): opaque pixels."""
    if image.alpha is None:
        return image.pixels
    return image.pixels * (1 if image.premultiplied else image.alpha) + (1 - image.alpha)


def _luma(planes: NDArray) -> NDArray:
    """RGB as grey, (1, h, w), rounded to the nearest."""
    sums = np.tensordot(LUMA, planes.astype(np.uint32), 1)  # those of 16 bits just fit
    grey: NDArray = (sums + np.uint32(0x8000) >> np.uint32(16)).astype(planes.dtype)
    return grey[None]


def _turned(planes: NDArray, turn: int) -> NDArray:
    """(c, h, w) as EXIF says that it is to be seen. Source: CIPA DC-008 (Exif 2.32), section 4.6.4 A."""
    seen = planes.swapaxes(1, 2) if turn > 4 else planes
    down, across = (-1 if turn in turns else 1 for turns in ({3, 4, 7, 8}, {2, 3, 6, 7}))
    return seen[:, ::down, ::across]
