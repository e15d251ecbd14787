"""PNG and animated PNG: grey, RGB or palette, with or without alpha, 1 to 16 bit.

Pixels go through libpng (imagecodecs), which knows 16-bit colour and Pillow does not. Fewer than 8 bits become 8,
palettes become colours of each pixel, and a transparent colour becomes alpha.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025, section 11.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from grainless.formats import apng
from grainless.formats.palette import NOTE, is_grey, without_colour
from grainless.formats.pixels import Image, check_area, check_sum, from_samples, to_samples, widened
from grainless.formats.png_chunks import Chunk, Chunks, chunk, described, metadata_of, survives, walk

HEADER = 33  # signature and IHDR
PALETTE = 3
END = b"\0\0\0\0IEND\xaeB`\x82"


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a PNG file; the frames of an animated one are whole pictures.

    Raises:
        Refused: it has too many pixels.
        ValueError, struct.error, imagecodecs.PngError: broken bytes.
    """
    width, height, bits, colour = struct.unpack(">IIBB", data[16:26])
    check_area(height, width, limit)
    chunks = list(walk(data))
    frames, notes = apng.frames_of(chunks)
    check_sum(len(frames), len(frames) * height * width, limit)
    if colour == PALETTE:
        notes = (*notes, NOTE)
    elif bits < 8:
        notes = (*notes, widened(bits, 8))
    kept = tuple(each for each in chunks if survives(*each) and not (each[0] == b"bKGD" and notes))
    metadata = metadata_of(kept)
    ...


def write(images: Iterator[Image], file: BinaryIO) -> None:
    """Write a PNG file, animated if there are several images."""
