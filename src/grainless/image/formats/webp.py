"""WebP: RGB with or without alpha, 8 bit, also animated.

Written without loss, unless the image comes from a format that has lost already (a lossy WebP, a JPEG): then with
quality 95 of 100, which is finer than what cameras and the web use. WebP knows no grey: it is written as RGB.

Source: Google, "WebP Container Specification", RFC 9649 (2024), section 2.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from mmap import mmap
from typing import BinaryIO

import numpy as np
import PIL.Image
from PIL.WebPImagePlugin import WebPImageFile

from grainless.image.formats.animation.canvas import check_size
from grainless.image.image import (
    Image,
    Metadata,
    Refused,
    as_rgb,
    check_area,
    check_sum,
    from_samples,
    to_samples,
)

CONTENT = 12  # bytes of the RIFF header
FRAME = 16  # bytes of an animated frame's place and timing
SIDE = 16_383
QUALITY = 95
EFFORT = 4  # of 6: how hard libwebp looks for small files


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a WebP file; the frames of an animated one are whole pictures.

    Raises:
        Refused: it has too many pixels.
        OSError, SyntaxError, ValueError, struct.error: broken bytes.
    """
    width, height = _size(data)
    check_area(height, width, limit)
    with _opened(data) as file:
        check_sum(file.n_frames, file.n_frames * height * width, limit)
        metadata = _metadata(file, "VP8 " in _kinds(data, CONTENT))
        for number in range(file.n_frames):
            file.seek(number)
            samples = np.asarray(file)
            if file.n_frames > 1:
                metadata = replace(metadata, duration=file.info["duration"] / 1000)
            yield from_samples(samples, metadata=metadata)
            metadata = Metadata(lossy=metadata.lossy)


def head(data: bytes | mmap) -> tuple[int, int, bytes | None]:
    """(height, width, EXIF) of a WebP file.

    Raises:
        struct.error: broken bytes.
    """
    width, height = _size(data)
    exif, at = None, CONTENT
    while exif is None and at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        exif = data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0") if kind == b"EXIF" else None
        at += 8 + length + length % 2
    return height, width, exif


def write(images: Iterator[Image], file: BinaryIO) -> None:
    """Write a WebP file, animated if there are several images; all their stored samples are held at once.

    Of equal frames behind each other libwebp makes one.

    Raises:
        Refused: a side, a profile or frames that a WebP cannot have.
    """
    first = next(images)
    _check(first)
    frames, durations = [_picture(first)], [_milliseconds(first)]
    for image in images:
        check_size(image, first)
        frames.append(_picture(image))
        durations.append(_milliseconds(image))
    metadata = first.metadata
    frames[0].save(
        file,
        "WEBP",
        lossless=not metadata.lossy,
        quality=QUALITY,
        method=EFFORT,
        exact=True,
        icc_profile=metadata.icc or b"",
        exif=metadata.exif or b"",
        xmp=metadata.xmp or b"",
        **({"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}),
        **({"duration": durations, "loop": _loops(metadata)} if len(frames) > 1 else {}),
    )


def _opened(data: bytes) -> WebPImageFile:
    try:
        return WebPImageFile(io.BytesIO(data))
    except OSError as error:  # "could not create decoder object"
        raise ValueError("its structure makes no sense") from error


def _size(data: bytes | mmap) -> tuple[int, int]:
    """(width, height), before anything is unpacked."""
    kind = data[CONTENT : CONTENT + 4]
    if kind == b"VP8X":
        across, down = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        return across + 1, down + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & SIDE) + 1, (bits >> 14 & SIDE) + 1
    across, down = struct.unpack_from("<HH", data, 26)
    return across & SIDE, down & SIDE


def _kinds(data: bytes, at: int) -> Iterator[str]:
    """The kinds of a file's chunks, and of those within its frames."""
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        yield kind.decode("latin-1")
        at += 8 + (FRAME if kind == b"ANMF" else length + length % 2)


def _metadata(file: WebPImageFile, lossy: bool) -> Metadata:
    exif = file.info.get("exif")
    return Metadata(
        icc=file.info.get("icc_profile"),
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=file.info.get("xmp"),
        loops=file.info.get("loop") if file.n_frames > 1 else None,
        lossy=lossy,
    )


def _check(image: Image) -> None:
    height, width = image.size
    if max(image.size) > SIDE:
        raise Refused(f"is {width} x {height}, and a WebP has at most {SIDE:,} pixels a side: write .png")
    if (image.metadata.icc or b"")[16:20] == b"GRAY":
        raise Refused("has a colour profile for grey, which a WebP cannot hold: write .png or .tif")


def _picture(image: Image) -> PIL.Image.Image:
    return PIL.Image.fromarray(to_samples(as_rgb(image)))


def _milliseconds(image: Image) -> int:
    return round(1000 * (image.metadata.duration or 0))


def _loops(metadata: Metadata) -> int:
    return 1 if metadata.loops is None else min(metadata.loops, 65_535)
