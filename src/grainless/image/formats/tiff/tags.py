"""What a TIFF says beside its pixels: tags, and EXIF's directories.

Tags that describe the image go back into a TIFF byte for byte. EXIF lies in directories of its own, which are
written behind the pixels.

Source: Adobe, "TIFF revision 6.0" (1992); CIPA DC-008 (Exif 2.32), section 4.6.3.
"""

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from mmap import mmap
from typing import BinaryIO, cast

import PIL.Image
import tifffile
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from grainless.image.image import Image, Metadata, Refused

DESCRIPTION, ORIENTATION, XMP, ICC = 270, 274, 700, 34675
CAMERA = (271, 272, ORIENTATION, 305, 306, 315, 33432)  # make, model, ..., software, date, artist, copyright
NO_UNIT, INCH, CENTIMETRE = 1, 2, 3
LOSSLESS = {1: None, 5: "lzw", 8: "zlib", 32773: "packbits", 32946: "zlib", 34925: "lzma", 50000: "zstd"}
"""TIFF's number of a compression -> tifffile's word for it."""
FAX = {2, 3, 4, 32771}
"""Lossless, too, but of 1 bit a pixel."""
PREDICTORS = {8: 2, 16: 2, 32: 3}
"""depth -> differences, of integers or of floats."""
LAYOUT = {
    *range(254, 260),
    *(262, 266, 273, *range(277, 285), 292, 293, 296, 297, 317, 320, *range(322, 326), 330),
    *(*range(338, 342), 347, *range(512, 522), *range(529, 533)),
    *(IFD.Exif, IFD.GPSInfo, IFD.Interop),
}
"""Tags of how pixels and directories lie in the file, and those that the writer is given by keyword."""
OF_STORED_COLOURS = {290, 291, 301, 321, 332, 333, 334, 336}
"""Tags of grey response, transfer, halftones and inks: untrue where pixels were converted."""
BIG = 43  # instead of 42: BigTIFF, whose places have 64 bits
LONG, LONG8 = 4, 16  # types of tags: 32 and 64 bits without a sign
Tag = tuple[int, int, int | None, bytes, bool]
Rational = tuple[int, int]


@dataclass(frozen=True)
class Coding:
    """How a page was coded, and the tags that go back into one, as tifffile takes them."""

    byteorder: str = "<"
    compression: str | None = "zlib"
    predictor: bool = False
    extrasamples: tuple[int, ...] | None = None
    resolution: tuple[Rational, Rational] | None = None
    unit: int = NO_UNIT
    subfile: int = 0
    tags: tuple[Tag, ...] = ()


def coding_of(page: tifffile.TiffPage, data: bytes | mmap, dropped: set[int]) -> Coding:
    """How a page was coded; tags of the numbers `dropped` do not go back."""
    tags = page.tags
    resolution = (tags[282].value, tags[283].value) if 282 in tags and 283 in tags else None
    unit = int(tags[296].value) if 296 in tags else NO_UNIT if resolution is None else INCH
    if unit == NO_UNIT and resolution == ((1, 1), (1, 1)):
        resolution = None  # what writers write when they know none
    kept = [tag for tag in tags if tag.code not in LAYOUT | dropped]
    return Coding(
        page.parent.byteorder,
        LOSSLESS.get(page.compression, "zlib"),
        page.predictor > 1 and page.compression in LOSSLESS,
        tuple(page.extrasamples) or None,
        resolution,
        unit if resolution else NO_UNIT,
        int(page.subfiletype),
        tuple((tag.code, tag.dtype, tag.count, _verbatim(tag, data), True) for tag in kept),
    )


def metadata_of(page: tifffile.TiffPage, native: Coding, data: bytes | mmap) -> Metadata:
    """What a page says beside its pixels."""
    held = {code: value for code, _dtype, _count, value, _once in native.tags}
    description = held.get(DESCRIPTION, b"").rstrip(b"\0").decode("utf-8", "replace")
    across, down = native.resolution or ((0, 1), (0, 1))
    unit = {INCH: 1.0, CENTIMETRE: 2.54}.get(native.unit, 0.0)
    return Metadata(
        icc=held.get(ICC),
        exif=_exif(data, page.offset),
        xmp=held.get(XMP),
        dpi=(unit * _ratio(across), unit * _ratio(down)) if unit and across[0] and down[0] else None,
        text={"Description": description} if description else {},
        lossy=page.compression not in LOSSLESS.keys() | FAX,
        native=native,
    )


def described(image: Image) -> Coding:
    """How to write what came from another format."""
    metadata = image.metadata
    tags: list[Tag] = []
    if metadata.icc:
        tags.append((ICC, 7, len(metadata.icc), metadata.icc, True))
    if metadata.xmp:
        tags.append((XMP, 1, len(metadata.xmp), metadata.xmp, True))
    if metadata.text:
        tags.append(_words(DESCRIPTION, metadata.caption))
    if metadata.exif:
        tags.extend(tag for tag in _camera(metadata.exif) if not (tag[0] == DESCRIPTION and metadata.text))
    dots = [Fraction(value).limit_denominator(1000).as_integer_ratio() for value in metadata.dpi or ()]
    resolution = (dots[0], dots[1]) if dots else None
    unit = INCH if resolution else NO_UNIT
    return Coding(predictor=True, resolution=resolution, unit=unit, tags=tuple(tags))


def places(exif: bytes | None, *, big: bool = False) -> list[tuple[int, int, int, int, bool]]:
    """No pointers to directories are written by tifffile: keep places for them, one number too low."""
    return [(code - 1, LONG8 if big else LONG, 1, 0, True) for code in _directories(exif)]


def add_exif(file: BinaryIO, exifs: Iterable[bytes | None]) -> None:
    """Append EXIF's directories of each page to a TIFF and let the places kept point to them."""
    file.seek(0)
    with tifffile.TiffFile(file) as written:
        order, big = written.byteorder, written.is_bigtiff
        pages = [page.tags for page in written.pages]
    for tags, exif in zip(pages, exifs, strict=True):
        for code, entries in _directories(exif).items():
            directory = _empty(order, big, code)
            for key, value in entries.items():
                directory[key] = value
            end = file.seek(0, io.SEEK_END)
            file.write(bytes(end % 2))
            start = end + end % 2
            file.write(directory.tobytes(start))
            for at, what in ((tags[code - 1].offset, "H"), (tags[code - 1].valueoffset, "Q" if big else "L")):
                file.seek(at)
                file.write(struct.pack(order + what, code if what == "H" else start))


def _verbatim(tag: tifffile.TiffTag, data: bytes | mmap) -> bytes:
    return data[tag.valueoffset : tag.valueoffset + tag.valuebytecount]


def _ratio(value: Rational) -> float:
    """The value of a rational tag; 0 over 0 stands for unknown."""
    return value[0] / value[1] if value[1] else 0.0


def _exif(data: bytes | mmap, offset: int) -> bytes | None:
    """The camera tags and EXIF directories of the page at `offset` as an EXIF structure of their own."""
    page, exif = _directory(data, offset), PIL.Image.Exif()
    for code in CAMERA:
        if code in page:
            exif[code] = page[code]
    for code in (IFD.Exif, IFD.GPSInfo):
        if isinstance(page.get(code), int) and (entries := _directory(data, page[code], code)):
            if isinstance(entries.get(IFD.Interop), int):
                entries[IFD.Interop] = _directory(data, entries[IFD.Interop], IFD.Interop)
            exif[code] = entries
    worth = set(exif) - {ORIENTATION, 305} or exif.get(ORIENTATION, 1) != 1
    return exif.tobytes().removeprefix(b"Exif\0\0") if worth else None


def _directory(data: bytes | mmap, offset: int, group: int | None = None) -> dict:
    """The entries of a directory; what is one value stands alone."""
    order = "<" if data[:2] == b"II" else ">"
    directory = _empty(order, BIG in data[2:4], group)
    file = cast(BinaryIO, data) if isinstance(data, mmap) else io.BytesIO(data)  # one reads as the other
    file.seek(offset)
    directory.load(file)
    return {
        key: value[0] if isinstance(value, tuple) and len(value) == 1 else value
        for key, value in directory.items()
    }


def _empty(order: str, big: bool, group: int | None) -> ImageFileDirectory_v2:
    """A directory without entries. Pillow looks for BigTIFF's mark where only little-endian files have it."""
    head = b"II" + (bytes([BIG, 0]) + bytes(12) if big else b"*\0" + bytes(4))
    return ImageFileDirectory_v2(head, prefix=b"II" if order == "<" else b"MM", group=group)


def _camera(exif: bytes) -> Iterator[Tag]:
    """EXIF's first directory as tags of the page."""
    page = _opened(exif)
    for code in (DESCRIPTION, *CAMERA):
        value = page.get(code)
        if isinstance(value, str):
            yield _words(code, value)
        elif code == ORIENTATION and value:
            yield code, 3, 1, struct.pack("<H", value), True


def _words(code: int, text: str) -> Tag:
    held = text.encode() + b"\0"
    return code, 2, len(held), held, True


def _directories(exif: bytes | None) -> dict[int, dict[int, object]]:
    """The directories that EXIF keeps beside the page's own: camera settings, place."""
    if not exif:
        return {}
    page = _opened(exif)
    found = {int(code): dict(page.get_ifd(code)) for code in (IFD.Exif, IFD.GPSInfo)}
    if nested := page.get_ifd(IFD.Interop) if found[IFD.Exif].get(IFD.Interop) else {}:
        found[IFD.Exif][int(IFD.Interop)] = nested
    return {code: entries for code, entries in found.items() if entries}


def _opened(exif: bytes) -> PIL.Image.Exif:
    """EXIF to look into; other formats keep it as it is, a TIFF takes it apart."""
    page = PIL.Image.Exif()
    try:
        page.load(exif)
    except Exception as error:  # Pillow raises anything on broken bytes
        raise Refused(
            "has broken EXIF, which a TIFF cannot hold: write it in the format it came in"
        ) from error
    return page
