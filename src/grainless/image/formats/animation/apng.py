"""Animated PNG: its frames as the file holds them, and how whole pictures become one.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025, section 11.3.6.
"""

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

from grainless.image.formats.animation.canvas import KEEP, check_size
from grainless.image.formats.png.chunks import Chunk, chunk, walk
from grainless.image.image import Image, Refused

HEADER = 33  # signature and IHDR
END = b"\0\0\0\0IEND\xaeB`\x82"
HUNDREDTHS = 100  # the unit of a delay whose own says 0
SHORT = 65_535
NOTE = "The still picture for programs that show no animation is not kept."


@dataclass(frozen=True)
class Frame:
    """A picture as the file holds it.

    Args:
        width, height, left, top: its place.
        duration: seconds.
        disposal: what becomes of it, see `canvas`.
        over: it is blended over what is there.
        packed: its pixels.
    """

    width: int
    height: int
    left: int
    top: int
    duration: float
    disposal: int
    over: bool
    packed: bytes


def frames_of(chunks: Sequence[Chunk]) -> list[Frame]:
    """The frames of an animation; none of a still image, also of an animation of one frame."""
    controls: list[bytes] = []
    parts: list[list[bytes]] = []
    for kind, held in chunks:
        if kind == b"fcTL":
            controls.append(held)
            parts.append([])
        elif parts and kind in {b"IDAT", b"fdAT"}:
            parts[-1].append(held if kind == b"IDAT" else held[4:])
    if len(controls) < 2 or not any(kind == b"acTL" for kind, _held in chunks):
        return []
    return [_frame(control, b"".join(part)) for control, part in zip(controls, parts, strict=True)]


def loops_of(chunks: Sequence[Chunk]) -> int:
    """How often the animation is played, 0 for ever."""
    control = dict(chunks)[b"acTL"]
    return int(struct.unpack(">II", control)[1])


def has_still(chunks: Sequence[Chunk]) -> bool:
    """Whether the picture that other programs show is no frame of the animation."""
    order = [kind for kind, _held in chunks if kind in {b"IDAT", b"fcTL"}]
    return order[0] == b"IDAT"


def write(packed: Iterator[tuple[Image, bytes]], described: bytes, file: BinaryIO) -> None:
    """Write frames, each an image and the PNG file of its pixels, around the chunks that describe them.

    Raises:
        Refused: frames are not alike.
    """
    (first, head), sequence, number = next(packed), itertools.count(), 0
    loops = first.metadata.loops
    file.write(head[:HEADER] + _animation(0, loops) + described)
    for number, (image, bare) in enumerate(itertools.chain([(first, head)], packed), 1):
        _check_alike(image, first)
        file.write(_control(next(sequence), image))
        for kind, held in walk(bare):
            if kind == b"IDAT":
                file.write(chunk(kind, held) if number == 1 else _data(next(sequence), held))
    file.write(END)
    file.seek(HEADER)
    file.write(_animation(number, loops))


def _frame(control: bytes, packed: bytes) -> Frame:
    _number, width, height, left, top, over, under, disposal, blend = struct.unpack(">5I2H2B", control)
    return Frame(width, height, left, top, over / (under or HUNDREDTHS), disposal, blend == 1, packed)


def _animation(count: int, loops: int | None) -> bytes:
    return chunk(b"acTL", struct.pack(">II", count, 1 if loops is None else loops))


def _control(number: int, image: Image) -> bytes:
    height, width = image.size
    duration = image.metadata.duration or 0
    delay = Fraction(duration).limit_denominator(1000 if duration < 65 else 1)  # both have 16 bits
    over, under = min(delay.numerator, SHORT), delay.denominator
    return chunk(b"fcTL", struct.pack(">5I2H2B", number, width, height, 0, 0, over, under, KEEP, 0))


def _data(number: int, held: bytes) -> bytes:
    return chunk(b"fdAT", struct.pack(">I", number) + held)


def _check_alike(image: Image, first: Image) -> None:
    """All frames share one header."""
    check_size(image, first)
    kinds = [(each.channels, each.alpha is not None, each.depth) for each in (image, first)]
    if kinds[0] != kinds[1]:
        raise Refused("has other channels or another depth than the first frame: write .tif")
