"""PFM: grey or RGB in 32-bit floats.

Source: P. Debevec, "Portable FloatMap (PFM)", pauldebevec.com/Research/HDR/PFM.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grainless.image.image import Image, Metadata, Refused, check_area, from_samples, to_samples

HEAD = re.compile(rb"P([Ff])\s+(\d{1,10})\s+(\d{1,10})\s+([-+.\deE]{1,20})\s")


@dataclass(frozen=True)
class Scale:
    """What stands in the header: below zero for little-endian bytes; else for people to interpret."""

    value: str = "-1.0"


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a PFM file.

    Raises:
        Refused: it has too many pixels, or some that are no numbers.
        ValueError: broken bytes.
    """
    head = HEAD.match(data)
    if head is None:
        raise ValueError("its header is not that of a PFM")
    kind, width, height, scale = head.group(1), int(head.group(2)), int(head.group(3)), head.group(4).decode()
    check_area(height, width, limit)
    shape = (height, width, 3 if kind == b"F" else 1)
    end = head.end() + 4 * shape[0] * shape[1] * shape[2]
    if end > len(data):
        raise ValueError("it ends too early")
    stored = np.frombuffer(data[head.end() : end], "<f4" if float(scale) < 0 else ">f4").reshape(shape)
    samples = stored[::-1].astype(np.float32)  # rows go from the bottom to the top
    if not np.isfinite(samples).all():
        raise Refused("holds pixels that are no numbers (NaN or inf): replace them")
    yield from_samples(samples, metadata=Metadata(native=Scale(scale)))


def encode(image: Image) -> bytes:
    """Write a PFM file."""
    native = image.metadata.native
    scale = native.value if isinstance(native, Scale) else Scale().value
    height, width = image.size
    kind = "PF" if image.channels == 3 else "Pf"
    rows = to_samples(image)[::-1].astype("<f4" if float(scale) < 0 else ">f4")
    return f"{kind}\n{width} {height}\n{scale}\n".encode() + rows.tobytes()
