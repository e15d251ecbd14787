"""The blocks of a GIF: pictures as the file holds them, and extensions, which go back byte for byte.

Source: CompuServe, "Graphics Interchange Format 89a" (1990).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grainless.image.formats.animation.canvas import CLEAR, KEEP, RESTORE
from grainless.image.image import Metadata, as_text

SCREEN = 13  # bytes of the header and the logical screen
EXTENSION, PICTURE, TRAILER = 0x21, 0x2C, 0x3B
CONTROL, COMMENT, TEXT, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
LOOPS, PROFILE, XMP = b"NETSCAPE2.0", b"ICCRGBG1012", b"XMP DataXMP"
XMP_TAIL = 258  # bytes that lead a reader of sub-blocks out of XMP, which has none
DISPOSALS = {2: CLEAR, 3: RESTORE}
TABLE, INTERLACED = 0x80, 0x40
Control = tuple[int | None, int | None, int]
UNTOLD: Control = (None, None, KEEP)


@dataclass(frozen=True)
class Extensions:
    """The blocks before a picture that go back into a GIF; of the last picture also those behind it.

    Of the first picture also the shape of pixels.
    """

    blocks: tuple[bytes, ...]
    behind: tuple[bytes, ...] = ()
    aspect: int = 0


@dataclass(frozen=True)
class Frame:
    """A picture as the file holds it.

    Args:
        left, top, width, height: its place.
        interlaced: its rows are not in order.
        table: (n, 3) uint8 colours.
        packed: its pixels.
        blocks: what stands before it: comments, loops, profiles.
        delay: hundredths of a second; None: nothing is said of it.
        transparent: the index of what is seen through.
        disposal: what becomes of it, see `canvas`.
    """

    left: int
    top: int
    width: int
    height: int
    interlaced: bool
    table: NDArray[np.uint8]
    packed: bytes
    blocks: tuple[bytes, ...] = ()
    delay: int | None = None
    transparent: int | None = None
    disposal: int = KEEP


def walk(data: bytes) -> tuple[list[Frame], tuple[bytes, ...], bool]:
    """The pictures with the extensions before them, those behind the last, and whether the file's end is there."""
    flags = data[10]
    common, at = _table(data, SCREEN, flags)
    frames: list[Frame] = []
    blocks: list[bytes] = []
    control = UNTOLD
    while at < len(data) and data[at] != TRAILER:
        if data[at] == PICTURE:
            frame, at = _picture(data, at, common, control)
            frames.append(replace(frame, blocks=tuple(blocks)))
            blocks, control = [], UNTOLD
        elif data[at] == EXTENSION:
            end = _end(data, at + 2)
            if data[at + 1] == CONTROL:
                control = _control(data[at:end])
            elif data[at + 1] != TEXT:
                blocks.append(data[at:end])
            at = end
        else:
            raise ValueError(f"block {data[at]} is of no known kind")
    if not frames:
        raise ValueError("it holds no picture")
    return frames, tuple(blocks), at < len(data)


def _table(data: bytes, at: int, flags: int) -> tuple[NDArray[np.uint8] | None, int]:
    """The palette at a place, if the flags tell of one, and where it ends."""
    if not flags & TABLE:
        return None, at
    end = at + 3 * 2 ** ((flags & 7) + 1)
    if end > len(data):
        raise ValueError("it ends too early")
    return np.frombuffer(data[at:end], np.uint8).reshape(-1, 3), end


def _end(data: bytes, at: int) -> int:
    """Where the sub-blocks that begin at a place end."""
    while data[at : at + 1] not in {b"\0", b""}:
        at += 1 + data[at]
    if at >= len(data):
        raise ValueError("it ends too early")
    return at + 1


def _control(block: bytes) -> Control:
    """Delay, index that is transparent, and disposal of the picture that follows."""
    flags, delay, transparent = struct.unpack_from("<BHB", block, 3)
    return delay, transparent if flags & 1 else None, DISPOSALS.get(flags >> 2 & 7, KEEP)


def _picture(data: bytes, at: int, common: NDArray[np.uint8] | None, control: Control) -> tuple[Frame, int]:
    """The picture at a place, and where it ends."""
    left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
    own, start = _table(data, at + 10, flags)
    table = common if own is None else own
    if table is None:
        raise ValueError("it has no palette")
    end = _end(data, start + 1)
    interlaced = bool(flags & INTERLACED)
    return Frame(left, top, width, height, interlaced, table, data[start:end], (), *control), end


def metadata_of(blocks: list[bytes]) -> Metadata:
    """What extensions say."""
    comments = [as_text(_joined(block, 2)) for block in blocks if block[1] == COMMENT]
    named = {block[3:14]: block for block in blocks if block[1] == APPLICATION}
    loops = _joined(named[LOOPS], 14) if LOOPS in named else b""
    return Metadata(
        text={"Comment": "\n".join(comments)} if comments else {},
        loops=struct.unpack_from("<H", loops, 1)[0] if len(loops) >= 3 else None,
        icc=_joined(named[PROFILE], 14) if PROFILE in named else None,
        xmp=named[XMP][14:-XMP_TAIL] if XMP in named else None,
    )


def _joined(block: bytes, at: int) -> bytes:
    """The bytes of an extension's sub-blocks."""
    parts = []
    while block[at]:
        parts.append(block[at + 1 : at + 1 + block[at]])
        at += 1 + block[at]
    return b"".join(parts)


def described(metadata: Metadata) -> Iterator[bytes]:
    """The extensions of what came from another format."""
    if metadata.loops is not None:
        yield _extension(APPLICATION, LOOPS, struct.pack("<BH", 1, metadata.loops))
    if metadata.icc:
        yield _extension(APPLICATION, PROFILE, metadata.icc)
    if metadata.xmp:
        tail = bytes([1, *range(255, -1, -1)])
        yield bytes([EXTENSION, APPLICATION, 11]) + XMP + metadata.xmp + tail + b"\0"
    if metadata.text:
        yield _extension(COMMENT, b"", metadata.caption.encode())


def _extension(label: int, name: bytes, held: bytes) -> bytes:
    parts = [name, *(held[at : at + 255] for at in range(0, len(held), 255))]
    return bytes([EXTENSION, label]) + b"".join(bytes([len(part)]) + part for part in parts if part) + b"\0"
