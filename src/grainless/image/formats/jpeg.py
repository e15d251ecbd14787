"""JPEG: grey, RGB or CMYK when read, grey or RGB when written; 8 bit.

Written no coarser than it was read: each quantisation step is the finer of the source's and that of quality
95, and colours are subsampled only if the source's were. Pixels through Pillow; the segments that describe
the image go back into a JPEG byte for byte. Of a file with several images (a phone's, with a preview or a gain map)
the first is read.

Source: ITU-T T.81 (1992), annex B; CIPA DC-008 (Exif 2.32); CIPA DC-007 (Multi-Picture Format, 2009); Adobe, "XMP
specification part 3" (2020); Adobe, technical note 5116 (1992): CMYK.
"""

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from mmap import mmap

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from grainless.image.formats.exif import opened
from grainless.image.formats.inks import to_rgb
from grainless.image.image import Image, Metadata, Refused, as_text, check_area, from_samples, to_samples

APP0, APP1, APP2, APP14, COM, SOS, EOI = 0xE0, 0xE1, 0xE2, 0xEE, 0xFE, 0xDA, 0xD9
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Segments that begin with the bits of a sample."""
MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
QUALITY = 95
FULL = 0  # Pillow's word for 4:4:4, no subsampling
EXIF, XMP, PROFILE = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
MORE_IMAGES, GAIN_MAP = b"MPF\0", b"urn:iso:std:iso:ts:21496:-1\0"
ROOM = 65_533  # bytes a segment can hold
Segment = tuple[int, bytes]
Tables = dict[int, list[int]]


@dataclass(frozen=True)
class Coding:
    """How a JPEG was coded, and (marker, data) of every segment that goes back into one."""

    segments: tuple[Segment, ...]
    tables: Tables
    sampling: int


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a JPEG file.

    Raises:
        Refused: a kind of JPEG we do not take.
        OSError, SyntaxError, ValueError: broken bytes.
    """
    segments = [(marker, held) for _at, marker, held in _walk(data)]
    for marker, held in segments:
        if marker in FRAMES and held[:1] != b"\x08":
            raise Refused(f"holds {held[0]} bits a sample: convert it to a 16-bit TIFF")
    with JpegImageFile(io.BytesIO(_without_exif(data))) as file:
        check_area(file.height, file.width, limit)
        samples, notes = _samples(file)
        kept = tuple(each for each in segments if _survives(*each) and not (notes and _is_profile(*each)))
        native = Coding(kept, _tables(file), max(get_sampling(file), FULL))
        metadata = _metadata(file, native, _exif(segments), bool(notes))
    yield from_samples(samples, metadata=metadata, notes=(*notes, *_dropped(data, segments)))


def head(data: bytes | mmap) -> tuple[int, int, bytes | None]:
    """(height, width, EXIF) of a JPEG file.

    Raises:
        StopIteration, struct.error: broken bytes.
    """
    segments = [(marker, held) for _at, marker, held in _walk(data)]
    frame = next(held for marker, held in segments if marker in FRAMES)
    return (*struct.unpack_from(">HH", frame, 1), _exif(segments))


def encode(image: Image) -> bytes:
    """Write a JPEG file; it holds neither alpha nor more than 8 bits, which `grainless.image.files` has refused."""
    native = image.metadata.native
    coding = native if isinstance(native, Coding) else Coding(tuple(_described(image.metadata)), {}, FULL)
    height, width = image.size
    if max(image.size) > 65_500:  # libjpeg's own limit
        raise Refused(
            f"is {width} x {height}, and a JPEG has at most 65,500 pixels a side: write .png or .tif"
        )
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


def _walk(data: bytes | mmap) -> Iterator[tuple[int, int, bytes]]:
    """(place, marker, data) of each segment before the pixels."""
    at = 2
    while at + 4 <= len(data):
        if data[at + 1] == 0xFF:  # fill byte
            at += 1
            continue
        marker, length = struct.unpack_from(">xBH", data, at)
        if marker == SOS:
            return
        yield at, marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _samples(file: JpegImageFile) -> tuple[NDArray, tuple[str, ...]]:
    """(h, w) grey or (h, w, 3) RGB, and what was converted."""
    if file.mode not in {"L", "RGB", "CMYK"}:
        raise Refused(f"holds {file.mode} colours: convert it to RGB or grey")
    samples = np.asarray(file)
    if file.mode != "CMYK":
        return samples, ()
    if "adobe" not in file.info:  # Pillow turns inks over as Adobe stores them; others do not
        samples = 255 - samples
    rgb, note = to_rgb(samples, file.info.get("icc_profile"))
    return rgb, (note,)


def _tables(file: JpegImageFile) -> Tables:
    """Quantisation tables; the finest steps of all for inks, whose tables do not fit the colours of RGB."""
    tables = dict(file.quantization)
    return (
        {0: [min(steps) for steps in zip(*tables.values(), strict=True)]} if file.mode == "CMYK" else tables
    )


def _dropped(data: bytes, segments: list[Segment]) -> Iterator[str]:
    """What of the file cannot be written again."""
    if any(marker == APP2 and held.startswith((MORE_IMAGES, GAIN_MAP)) for marker, held in segments):
        yield "The file's further images (a preview or a gain map) are not kept."
    elif behind := len(data[_end(data) :].rstrip(b"\0")):
        yield f"{behind:,} bytes behind the image (other pictures or a video) are not kept."


def _end(data: bytes) -> int:
    """Where the first image ends. Within its packed pixels a marker is none of MARK's."""
    at = 2
    while found := MARK.search(data, at):
        if data[found.start() + 1] == EOI:
            return found.end()
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return len(data)


def _survives(marker: int, held: bytes) -> bool:
    """Application segments and comments, but for those of how pixels were coded and of other images."""
    if marker == APP14 and held.startswith(b"Adobe"):
        return False
    if marker == APP2 and held.startswith((MORE_IMAGES, GAIN_MAP)):
        return False
    return marker == COM or APP0 <= marker <= 0xEF


def _is_profile(marker: int, held: bytes) -> bool:
    return marker == APP2 and held.startswith(PROFILE)


def _segment(marker: int, held: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(held) + 2) + held


def _is_exif(marker: int, held: bytes) -> bool:
    return marker == APP1 and held.startswith(EXIF)


def _exif(segments: list[Segment]) -> bytes | None:
    """EXIF, also where it is longer than a segment."""
    return b"".join(held.removeprefix(EXIF) for marker, held in segments if _is_exif(marker, held)) or None


def _without_exif(data: bytes) -> bytes:
    """The file without EXIF: Pillow would look for a resolution in there, and warn of what is odd."""
    parts, done = [], 0
    for at, marker, held in _walk(data):
        if _is_exif(marker, held):
            parts.append(data[done:at])
            done = at + 4 + len(held)
    return b"".join([*parts, data[done:]]) if parts else data


def _resolution(exif: bytes | None) -> tuple[float, float] | None:
    """What EXIF says of it, in pixels an inch."""
    try:
        return opened(exif).dpi if exif else None
    except (ValueError, struct.error):
        return None


def _metadata(file: JpegImageFile, native: Coding, exif: bytes | None, converted: bool) -> Metadata:
    comment, dpi = file.info.get("comment"), file.info.get("dpi") or _resolution(exif)
    return Metadata(
        icc=None if converted else file.info.get("icc_profile"),
        exif=exif,
        xmp=file.info.get("xmp"),
        dpi=(float(dpi[0]), float(dpi[1])) if dpi else None,
        text={"Comment": as_text(comment)} if comment else {},
        lossy=True,
        native=native,
    )


def _described(metadata: Metadata) -> Iterator[Segment]:
    """The segments of what came from another format."""
    if metadata.exif:
        yield APP1, _fitting(EXIF + metadata.exif, "EXIF")
    if metadata.xmp:
        yield APP1, _fitting(XMP + metadata.xmp, "XMP")
    if metadata.icc:
        room = ROOM - 14
        parts = [metadata.icc[at : at + room] for at in range(0, len(metadata.icc), room)]
        for number, part in enumerate(parts, 1):
            yield APP2, PROFILE + bytes([number, len(parts)]) + part
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
