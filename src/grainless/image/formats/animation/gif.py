"""GIF: whole pictures in, whole pictures out, with their timing.

Each frame is written with a palette of its own: its colours if they are at most 256, else 256 that are near. The
pixels of a frame are unpacked and packed by Pillow; the blocks around them are walked here, and the extensions
(comments, loops, profiles) go back into a GIF byte for byte.

Source: CompuServe, "Graphics Interchange Format 89a" (1990).
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL.GifImagePlugin import GifImageFile

from grainless.image.formats.animation.canvas import CLEAR, KEEP, RESTORE, Piece, check_size, drawn
from grainless.image.formats.palette import is_grey, nearest, without_colour
from grainless.image.image import (
    Image,
    Metadata,
    Refused,
    as_text,
    check_area,
    check_sum,
    from_samples,
    to_samples,
)

SCREEN = 13  # bytes of the header and the logical screen
EXTENSION, PICTURE, TRAILER = 0x21, 0x2C, 0x3B
CONTROL, COMMENT, TEXT, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
LOOPS, PROFILE, XMP = b"NETSCAPE2.0", b"ICCRGBG1012", b"XMP DataXMP"
XMP_TAIL = 258  # bytes that lead a reader of sub-blocks out of XMP, which has none
DISPOSALS = {2: CLEAR, 3: RESTORE}
TABLE, INTERLACED = 0x80, 0x40
SIDE = 65_535
Control = tuple[int | None, int | None, int]
UNTOLD: Control = (None, None, KEEP)
NOTE = "Frames of this GIF are written whole, each with a palette of its own of at most 256 colours."


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


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a GIF file, one whole picture after the other. It has alpha if a pixel can be clear.

    Raises:
        Refused: it has too many pixels.
        OSError, ValueError, struct.error: broken bytes.
    """
    width, height, _flags, _background, aspect = struct.unpack("<HHBBB", data[6:SCREEN])
    check_area(height, width, limit)
    frames, behind, whole = _walk(data)
    check_sum(len(frames), len(frames) * height * width, limit)
    for frame in frames:
        check_area(frame.height, frame.width, limit)
    grey = all(is_grey(frame.table) for frame in frames)
    clear = _can_be_clear(frames, height, width)
    metadata = _metadata([block for frame in frames for block in frame.blocks] + [*behind])
    notes = [NOTE] if whole else [NOTE, "This GIF has no end: frames may be missing."]
    for frame, canvas in zip(frames, drawn(height, width, map(_piece, frames)), strict=True):
        samples = without_colour(canvas) if grey else canvas
        duration = None if frame.delay is None else frame.delay / 100
        native = Extensions(frame.blocks, behind if frame is frames[-1] else (), aspect)
        yield from_samples(
            samples if clear else samples[..., :-1],
            metadata=replace(metadata, duration=duration, native=native),
            notes=tuple(notes),
        )
        metadata, notes = Metadata(), []


def write(images: Iterator[Image], file: BinaryIO) -> None:
    """Write images as the frames of a GIF file.

    Raises:
        Refused: sides or sizes that a GIF cannot have, or pixels between clear and opaque.
    """
    first = None
    for image in images:
        if first is None:
            first = image
            file.write(_head(image))
        check_size(image, first)
        native = image.metadata.native
        own = native if isinstance(native, Extensions) else Extensions(tuple(_described(image.metadata)))
        file.write(b"".join([*own.blocks, _block(image), *own.behind]))
    file.write(bytes([TRAILER]))


# Reading


def _walk(data: bytes) -> tuple[list[Frame], tuple[bytes, ...], bool]:
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


def _piece(frame: Frame) -> Piece:
    """A picture unpacked: RGB and alpha."""
    flags = TABLE | 7 | (INTERLACED if frame.interlaced else 0)
    place = struct.pack("<BHHHHB", PICTURE, 0, 0, frame.width, frame.height, flags)
    screen = struct.pack("<HHBBB", frame.width, frame.height, 0, 0, 0)
    alone = b"GIF89a" + screen + place + bytes(768) + frame.packed + bytes([TRAILER])
    with GifImageFile(io.BytesIO(alone)) as file:
        indices = np.asarray(file)
    colours = np.zeros((256, 4), np.uint8)
    colours[: len(frame.table), :3] = frame.table
    colours[:, 3] = 255
    if frame.transparent is not None:
        colours[frame.transparent, 3] = 0
    return Piece(colours[indices], frame.left, frame.top, frame.disposal)


def _can_be_clear(frames: list[Frame], height: int, width: int) -> bool:
    """Whether a frame can have clear pixels: they are, are left, or become so."""
    first = frames[0]
    covers = first.left == first.top == 0 and first.width >= width and first.height >= height
    later = any(frame.disposal == CLEAR for frame in frames[:-1])
    return not covers or later or first.disposal == RESTORE or first.transparent is not None


def _metadata(blocks: list[bytes]) -> Metadata:
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


# Writing


def _head(image: Image) -> bytes:
    """Everything before the first picture."""
    height, width = image.size
    if max(image.size) > SIDE:
        raise Refused(f"is {width} x {height}, and a GIF has at most {SIDE:,} pixels a side: write .png")
    native = image.metadata.native
    aspect = native.aspect if isinstance(native, Extensions) else 0
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x70, 0, aspect)


def _described(metadata: Metadata) -> Iterator[bytes]:
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


def _block(image: Image) -> bytes:
    """A picture with its timing, palette and pixels. Its place is cleared after it: the next may be clear there."""
    indices, table, transparent = _indexed(to_samples(image))
    delay = min(round(100 * (image.metadata.duration or 0)), 65_535)
    flags = 2 << 2 | (transparent is not None)
    control = struct.pack("<BBBBHBB", EXTENSION, CONTROL, 4, flags, delay, transparent or 0, 0)
    height, width = image.size
    place = struct.pack("<BHHHHB", PICTURE, 0, 0, width, height, TABLE | 7)
    return control + place + table.tobytes() + _packed(indices)


def _packed(indices: NDArray[np.uint8]) -> bytes:
    """Pixels as Pillow packs them, taken out of the GIF that it makes of them."""
    file = io.BytesIO()
    picture = PIL.Image.fromarray(indices).convert("P")
    picture.putpalette(bytes(each for grey in range(256) for each in (255 - grey, 0, grey)))
    picture.save(file, "GIF", interlace=0, optimize=False)
    return _walk(file.getvalue())[0][0].packed


def _indexed(samples: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], int | None]:
    """Indices (h, w), palette (256, 3), and the index that is transparent."""
    planes = samples.reshape(*samples.shape[:2], -1)
    colours = np.broadcast_to(
        planes[..., :3] if planes.shape[-1] > 2 else planes[..., :1], (*planes.shape[:2], 3)
    )
    clear = planes[..., -1] == 0 if planes.shape[-1] in {2, 4} else np.zeros(planes.shape[:2], bool)
    if planes.shape[-1] in {2, 4} and not np.isin(planes[..., -1], (0, 255)).all():
        raise Refused("has pixels between clear and opaque, which a GIF cannot hold: write .png or .webp")
    indices, table = nearest(np.where(clear[..., None], 0, colours), 255 if clear.any() else 256)
    indices[clear] = 255
    return indices, table, 255 if clear.any() else None
