"""What a TIFF says beside its pixels: tags, and EXIF's directories.

Tags that describe the image go back into a TIFF byte for byte. EXIF lies in directories of its own, which are
written behind the pixels.

Source: Adobe, "TIFF revision 6.0" (1992); CIPA DC-008 (Exif 2.32), section 4.6.3.
"""

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from mmap import mmap
from typing import BinaryIO

import tifffile

from grainless.image.formats.exif import (
    INTEROP,
    LONG,
    LONG8,
    ORIENTATION,
    PLACE,
    RATIONAL,
    SETTINGS,
    Exif,
    found_at,
    opened,
)
from grainless.image.image import Image, Metadata, Refused

DESCRIPTION, XMP, ICC = 270, 700, 34675
CAMERA = (271, 272, ORIENTATION, 305, 306, 315, 33432)  # make, model, ..., software, date, artist, copyright
NO_UNIT, INCH, CENTIMETRE = 1, 2, 3
SEPARATE = 2
LOSSLESS = {1: None, 5: "lzw", 8: "zlib", 32773: "packbits", 32946: "zlib", 34925: "lzma", 50000: "zstd"}
"""TIFF's number of a compression -> tifffile's word for it."""
FAX = {2, 3, 4, 32771}
"""Lossless, too, but of 1 bit a pixel."""
UNKNOWN_EXTRA, EXTRAS = 0, {0, 1, 2}
"""What TIFF says of a sample beside the colours: nothing, premultiplied alpha, alpha."""
TILE_STEP, TILE_PIXELS = 16, 2**22
"""Sides of tiles are multiples of the first; larger ones than the second are kept only if the image is larger, too."""
LAYOUT = {
    *range(254, 260),
    *(262, 266, 273, *range(277, 285), 292, 293, 296, 297, 317, 320, *range(322, 326), 330),
    *(338, 339, 347, *range(512, 522), *range(529, 533)),
    *(SETTINGS, PLACE, INTEROP),
}
"""Tags of how pixels and directories lie in the file, and those that the writer is given by keyword."""
OF_STORED_COLOURS = {290, 291, 301, 321, 332, 333, 334, 336}
"""Tags of grey response, transfer, halftones and inks: untrue where pixels were converted."""
Tag = tuple[int, int, int | None, bytes, bool]
Rational = tuple[int, int]


@dataclass(frozen=True)
class Coding:
    """How a page was coded, and the tags that go back into one, as tifffile takes them.

    `tile` is (h, w), None for strips; `planes`: channels lie apart; `big`: in a BigTIFF.
    """

    byteorder: str = "<"
    compression: str | None = "zlib"
    predictor: bool = False
    extrasamples: tuple[int, ...] | None = None
    resolution: tuple[Rational, Rational] | None = None
    unit: int = NO_UNIT
    subfile: int = 0
    tags: tuple[Tag, ...] = ()
    tile: tuple[int, int] | None = None
    planes: bool = False
    big: bool = False


def coding_of(page: tifffile.TiffPage, data: bytes | mmap, dropped: set[int]) -> Coding:
    """How a page was coded; tags of the numbers `dropped` do not go back."""
    tags = page.tags
    known = all(code in tags and (tags[code].dtype, tags[code].count) == (RATIONAL, 1) for code in (282, 283))
    resolution = (tags[282].value, tags[283].value) if known else None
    unit = int(tags[296].value) if 296 in tags else NO_UNIT if resolution is None else INCH
    unit = unit if unit in {NO_UNIT, INCH, CENTIMETRE} else NO_UNIT
    if resolution and not (resolution[0][1] and resolution[1][1]):
        resolution = None  # so many over nothing is unknown
    if unit == NO_UNIT and resolution == ((1, 1), (1, 1)):
        resolution = None  # what writers write when they know none
    kept = [tag for tag in tags if tag.code not in LAYOUT | dropped]
    return Coding(
        page.parent.byteorder,
        LOSSLESS.get(page.compression, "zlib"),
        page.predictor > 1 and page.compression in LOSSLESS,
        tuple(each if each in EXTRAS else UNKNOWN_EXTRA for each in page.extrasamples) or None,
        resolution,
        unit if resolution else NO_UNIT,
        int(page.subfiletype),
        tuple((tag.code, tag.dtype, tag.count, _verbatim(tag, data), True) for tag in kept),
        _tile(page),
        page.planarconfig == SEPARATE and page.samplesperpixel > 1,
        page.parent.is_bigtiff,
    )


def _tile(page: tifffile.TiffPage) -> tuple[int, int] | None:
    """The tiles of a page, if they may be written again."""
    if not page.is_tiled or page.tilelength % TILE_STEP or page.tilewidth % TILE_STEP:
        return None
    large = page.tilelength * page.tilewidth > max(TILE_PIXELS, page.imagelength * page.imagewidth)
    return None if large else (page.tilelength, page.tilewidth)


def notes_of_coding(page: tifffile.TiffPage) -> tuple[str, ...]:
    """What of the coding is written otherwise."""
    if EXTRAS.issuperset(page.extrasamples):
        return ()
    return (
        "The samples beside the colours are of an unknown kind, and are written as such of no stated kind.",
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


def lies_behind(coding: Coding, first: Coding) -> bool:
    """Whether a page's pixels must lie right behind those before, as the first page's words make programs think.

    ImageJ reads the first page of its own stacks, and takes the others to follow; tifffile does so now and then.
    Such a page has no tags but the first's.
    """
    words = next((tag[3] for tag in first.tags if tag[0] == DESCRIPTION), b"")
    return (
        words.startswith((b"ImageJ=", b'{"shape":'))
        and not (first.compression or first.tile)
        and replace(coding, tags=()) == replace(first, tags=())
        and all(tag in first.tags for tag in coding.tags)
    )


def places(exif: bytes | None, *, big: bool = False) -> list[tuple[int, int, int, int, bool]]:
    """No pointers to directories are written by tifffile: keep places for them, one number too low."""
    kind = LONG8 if big else LONG
    return [
        (code - 1, kind, 1, 0, True) for code in (SETTINGS, PLACE) if exif and code in _opened(exif).others
    ]


def add_exif(file: BinaryIO, exifs: Iterable[bytes | None]) -> None:
    """Append EXIF's directories of each page to a TIFF and let the places kept point to them."""
    file.seek(0)
    with tifffile.TiffFile(file) as written:
        order, big = written.byteorder, written.is_bigtiff
        pages = [page.tags for page in written.pages]
    for tags, held in zip(pages, exifs, strict=True):
        exif = _opened(held) if held else None
        for code in (SETTINGS, PLACE):
            if exif is None or code not in exif.others:
                continue
            end = file.seek(0, io.SEEK_END)
            block, start = exif.block(code, end + end % 2, order, big=big)
            file.write(bytes(end % 2) + block)
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
    found = found_at(data, offset)
    exif = replace(found, page={code: found.page[code] for code in CAMERA if code in found.page})
    worth = exif.others or exif.page.keys() - {ORIENTATION, 305} or exif.number(ORIENTATION) not in {None, 1}
    return exif.packed() if worth else None


def _camera(held: bytes) -> Iterator[Tag]:
    """EXIF's first directory as tags of the page, little-endian."""
    exif = _opened(held)
    for code in (DESCRIPTION, *CAMERA):
        if code in exif.page:
            kind, count, value = exif.turned(exif.page[code], "<")
            yield code, kind, count, value, True


def _words(code: int, text: str) -> Tag:
    held = text.encode() + b"\0"
    return code, 2, len(held), held, True


def _opened(held: bytes) -> Exif:
    """EXIF to look into; other formats keep it as it is, a TIFF takes it apart."""
    try:
        return opened(held)
    except (ValueError, struct.error) as error:
        raise Refused(
            "has broken EXIF, which a TIFF cannot hold: write it in the format it came in"
        ) from error
