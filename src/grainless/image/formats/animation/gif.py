"""GIF: whole pictures in, whole pictures out, with their timing.

Each frame is written with a palette of its own: its colours if they are at most 256, else 256 that are near. The
pixels of a frame are unpacked and packed by Pillow; `gif_blocks` walks the blocks around them.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL.GifImagePlugin import GifImageFile

from grainless.image.formats.animation.canvas import CLEAR, RESTORE, Piece, check_size, drawn
from grainless.image.formats.animation.gif_blocks import (
    CONTROL,
    EXTENSION,
    INTERLACED,
    PICTURE,
    SCREEN,
    TABLE,
    TRAILER,
    Extensions,
    Frame,
    described,
    metadata_of,
    walk,
)
from grainless.image.formats.palette import is_grey, nearest, without_colour
from grainless.image.image import (
    Image,
    Metadata,
    Refused,
    check_area,
    check_sum,
    from_samples,
    to_samples,
)

SIDE = 65_535
NOTE = "Frames of this GIF are written whole, each with a palette of its own of at most 256 colours."


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a GIF file, one whole picture after the other. It has alpha if a pixel can be clear.

    Raises:
        Refused: it has too many pixels.
        OSError, ValueError, struct.error: broken bytes.
    """
    width, height, _flags, _background, aspect = struct.unpack("<HHBBB", data[6:SCREEN])
    check_area(height, width, limit)
    frames, behind, whole = walk(data)
    check_sum(len(frames), len(frames) * height * width, limit)
    for frame in frames:
        check_area(frame.height, frame.width, limit)
    grey = all(is_grey(frame.table) for frame in frames)
    clear = _can_be_clear(frames, height, width)
    metadata = metadata_of([block for frame in frames for block in frame.blocks] + [*behind])
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
        own = native if isinstance(native, Extensions) else Extensions(tuple(described(image.metadata)))
        file.write(b"".join([*own.blocks, _block(image), *own.behind]))
    file.write(bytes([TRAILER]))


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


def _head(image: Image) -> bytes:
    """Everything before the first picture."""
    height, width = image.size
    if max(image.size) > SIDE:
        raise Refused(f"is {width} x {height}, and a GIF has at most {SIDE:,} pixels a side: write .png")
    native = image.metadata.native
    aspect = native.aspect if isinstance(native, Extensions) else 0
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x70, 0, aspect)


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
    return walk(file.getvalue())[0][0].packed


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
