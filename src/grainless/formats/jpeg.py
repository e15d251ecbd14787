"""JPEG: grey or RGB, 8 bit.

Written no coarser than it was read: each quantisation step is the finer of the source's and that of quality
95, and colours are subsampled only if the source's were. Pixels through Pillow; the segments that describe
the image go back into a JPEG byte for byte.

Source: ITU-T T.81 (1992), annex B; CIPA DC-008 (Exif 2.32); Adobe, "XMP specification part 3" (2020).
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import PIL.Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from grainless.formats.pixels import Image, Metadata, Refused, check_area, from_samples, to_samples

SOI, APP0, APP1, APP2, APP14, COM, SOS = 0xD8, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE, 0xDA
QUALITY = 95
FULL = 0  # Pillow's word for 4:4:4, no subsampling
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ROOM = 65_533  # bytes a segment can hold
Tables = dict[int, list[int]]


@dataclass(frozen=True)
class Coding:
    """How a JPEG was coded, and (marker, data) of every segment that goes back into one."""

    segments: tuple[tuple[int, bytes], ...]
    tables: Tables
    sampling: int


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a JPEG file.

    Raises:
        Refused: a kind of JPEG we do not take.
        OSError, SyntaxError, ValueError: broken bytes.
    """
    with JpegImageFile(io.BytesIO(data)) as file:
        check_area(file.height, file.width, limit)
        if file.mode not in {"L", "RGB"}:
            raise Refused(f"holds {file.mode} colours: convert it to RGB or grey")
        segments = tuple(_walk(data))
        if any(marker == APP2 and held.startswith(b"MPF\0") for marker, held in segments):
            raise Refused("holds several images (a preview or a gain map): give a JPEG with one")
        kept = tuple(each for each in segments if _survives(*each))
        sampling = max(get_sampling(file), FULL)
        native = Coding(kept, dict(file.quantization), sampling)
        yield from_samples(np.asarray(file), metadata=_metadata(file, native))


def encode(image: Image) -> bytes:
    """Write a JPEG file; it holds neither alpha nor more than 8 bits, which `grainless.image` has refused."""
    native = image.metadata.native
    coding = native if isinstance(native, Coding) else Coding(tuple(_described(image.metadata)), {}, FULL)
    file = io.BytesIO()
    PIL.Image.fromarray(to_samples(image)).save(
        file,
        "JPEG",
        qtables=finer(coding.tables),
        subsampling=coding.sampling,
        optimize=True,
        dpi=_dots(image),
    )
    bare = file.getvalue()
    own = any(marker == APP0 for marker, _held in coding.segments)
    start = 4 + struct.unpack(">H", bare[4:6])[0] if own else 2
    return bare[:2] + b"".join(_segment(*each) for each in coding.segments) + bare[start:]


def finer(tables: Tables) -> Tables:
    """Quantisation tables whose every step is the finer of the given one and that of quality 95."""
    best = _quality_tables()
    if not tables:
        return best
    return {
        key: [min(pair) for pair in zip(table, best[min(key, 1)], strict=True)]
        for key, table in tables.items()
    }


@cache
def _quality_tables() -> Tables:
    """The tables of quality 95 that libjpeg makes, for brightness and for colour."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (8, 8)).save(file, "JPEG", quality=QUALITY)
    file.seek(0)
    with JpegImageFile(file) as coded:
        return dict(coded.quantization)


def _walk(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, data) of each segment before the pixels."""
    at = 2
    while at + 4 <= len(data):
        if data[at + 1] == 0xFF:  # fill byte
            at += 1
            continue
        marker, length = struct.unpack_from(">xBH", data, at)
        if marker == SOS:
            return
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _survives(marker: int, held: bytes) -> bool:
    """Application segments and comments, but for Adobe's (how the pixels were coded)."""
    return marker == COM or (APP0 <= marker <= 0xEF and not (marker == APP14 and held.startswith(b"Adobe")))


def _segment(marker: int, held: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(held) + 2) + held


def _metadata(file: JpegImageFile, native: Coding) -> Metadata:
    exif, comment, dpi = file.info.get("exif"), file.info.get("comment"), file.info.get("dpi")
    return Metadata(
        icc=file.info.get("icc_profile"),
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=file.info.get("xmp"),
        dpi=(float(dpi[0]), float(dpi[1])) if dpi else None,
        text={"Comment": _words(comment)} if comment else {},
        native=native,
    )


def _words(comment: bytes) -> str:
    """The text of a comment, whose coding nothing says."""
    try:
        return comment.decode("utf-8")
    except UnicodeDecodeError:
        return comment.decode("latin-1")


def _described(metadata: Metadata) -> Iterator[tuple[int, bytes]]:
    """The segments of what came from another format."""
    if metadata.exif:
        yield APP1, _fitting(b"Exif\0\0" + metadata.exif, "EXIF")
    if metadata.xmp:
        yield APP1, _fitting(XMP + metadata.xmp, "XMP")
    if metadata.icc:
        room = ROOM - 14
        parts = [metadata.icc[at : at + room] for at in range(0, len(metadata.icc), room)]
        for number, part in enumerate(parts, 1):
            yield APP2, b"ICC_PROFILE\0" + bytes([number, len(parts)]) + part
    if metadata.text:
        yield COM, _fitting(metadata.caption.encode(), "text")


def _fitting(held: bytes, what: str) -> bytes:
    if len(held) > ROOM:
        raise Refused(
            f"has {len(held):,} bytes of {what}, and a JPEG holds at most {ROOM:,}: write .png or .tif"
        )
    return held


def _dots(image: Image) -> tuple[int, int]:
    across, down = image.metadata.dpi or (0, 0)
    return round(across), round(down)
