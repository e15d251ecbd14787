"""TIFF: one page, grey or RGB, with or without alpha, 8 or 16 bit or 32-bit floats.

Pixels through tifffile. Tags that describe the image go back into a TIFF byte for byte; EXIF lies in
directories of its own, which are written behind the pixels. Compression stays what it was if it was lossless.

Source: Adobe, "TIFF revision 6.0" (1992); CIPA DC-008 (Exif 2.32), section 4.6.3.
"""

import io
import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import PIL.Image
import tifffile
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from grainless.errors import InputError
from grainless.formats.pixels import DTYPES, Image, Metadata, from_samples, to_samples
from grainless.formats.png import check_area

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # its remarks come back as our errors

DESCRIPTION, ORIENTATION, XMP, ICC, SUB_IMAGES, DNG = 270, 274, 700, 34675, 330, 50706
CAMERA = (271, 272, ORIENTATION, 305, 306, 315, 33432)  # make, model, ..., software, date, artist, copyright
NO_UNIT, INCH, CENTIMETRE = 1, 2, 3
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, YCBCR = 0, 1, 2, 6
SAMPLES = {WHITE_IS_ZERO: (1,), BLACK_IS_ZERO: (1, 2), RGB: (3, 4), YCBCR: (3,)}
"""photometric -> samples a pixel may have: colours, or colours and alpha."""
JPEG = {6, 7, 33007, 34892}
LOSSLESS = {1: None, 5: "lzw", 8: "zlib", 32773: "packbits", 32946: "zlib", 34925: "lzma", 50000: "zstd"}
"""TIFF's number of a compression -> tifffile's word for it."""
PREDICTORS = {8: 2, 16: 2, 32: 3}
"""depth -> differences, of integers or of floats."""
LAYOUT = {
    *(
        254,
        255,
        256,
        257,
        258,
        259,
        262,
        266,
        273,
        277,
        278,
        279,
        280,
        281,
        282,
        283,
        284,
        292,
        293,
        296,
        297,
    ),
    *(317, 320, 322, 323, 324, 325, SUB_IMAGES, 338, 339, 340, 341, 347, *range(512, 522), *range(529, 533)),
    *(IFD.Exif, IFD.GPSInfo, IFD.Interop),
}
"""Tags of how pixels and directories lie in the file, and those that the writer is given by keyword."""
BIG, BIG_BACKWARDS = b"II+\0", b"MM\0+"
"""How BigTIFF begins, whose places have 64 bits; it is written as plain TIFF."""
Tag = tuple[int, int, int | None, bytes, bool]
Rational = tuple[int, int]


@dataclass(frozen=True)
class Coding:
    """How a TIFF was coded, and the tags that go back into one, as tifffile takes them."""

    byteorder: str = "<"
    compression: str | None = "zlib"
    predictor: int | None = None
    extrasamples: tuple[int, ...] | None = None
    resolution: tuple[Rational, Rational] | None = None
    unit: int = 1
    tags: tuple[Tag, ...] = ()


def decode(data: bytes, limit: int) -> Image:
    """Read a TIFF file.

    Raises:
        InputError: a kind of TIFF we do not take.
        tifffile.TiffFileError and others: broken bytes.
    """
    if data.startswith(BIG_BACKWARDS):  # Pillow finds no EXIF there
        raise InputError("is a big-endian BigTIFF: convert it to a plain TIFF")
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        if len(file.pages) > 1:
            raise InputError(f"holds {len(file.pages)} pages: give a file of one page")
        page = file.pages[0]
        check_area(page.imagelength, page.imagewidth, limit)
        _check(page)
        _check_whole(page, len(data))
        samples = page.asarray()
        if page.planarconfig == 2 and page.samplesperpixel > 1:
            samples = np.moveaxis(samples, 0, -1)
        if page.photometric == WHITE_IS_ZERO:
            samples = np.iinfo(samples.dtype).max - samples
        native = _coding(page, file.byteorder, data)
        metadata = _metadata(page, native, data)
    if samples.dtype == np.float32 and not np.isfinite(samples).all():
        raise InputError("holds pixels that are no numbers (NaN or inf): replace them")
    return from_samples(samples, premultiplied=1 in (native.extrasamples or ()), metadata=metadata)


def encode(image: Image) -> bytes:
    """Write a TIFF file."""
    native = image.metadata.native
    coding = native if isinstance(native, Coding) else _described(image)
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        to_samples(image),
        byteorder=coding.byteorder,
        photometric="rgb" if image.channels == 3 else "minisblack",
        planarconfig="contig" if image.channels == 3 or image.alpha is not None else None,
        extrasamples=None if image.alpha is None else coding.extrasamples or (2,),
        compression=coding.compression,
        predictor=coding.predictor,
        resolution=coding.resolution,
        resolutionunit=coding.unit,
        metadata=None,
        software=False,
        extratags=[*coding.tags, *_places(image.metadata.exif)],
    )
    return _with_exif(file.getvalue(), image.metadata.exif, coding.byteorder)


def _check(page: tifffile.TiffPage) -> None:
    """Refuse what we cannot give back as it came."""
    depths = {dtype: depth for depth, dtype in DTYPES.items()}
    bits = {page.bitspersample} if isinstance(page.bitspersample, int) else set(page.bitspersample)
    if DNG in page.tags:
        raise InputError("holds camera RAW: develop it to a 16-bit TIFF first")
    if SUB_IMAGES in page.tags or page.imagedepth > 1:
        raise InputError("holds several images (sub-images or a volume): give a file of one")
    if page.dtype not in depths or bits != {depths[page.dtype]}:
        what = f"{page.bitspersample}-bit {page.dtype or 'samples'}"
        raise InputError(f"holds {what}: convert it to 8 or 16 bit, unsigned, or to 32-bit floats")
    if page.samplesperpixel not in SAMPLES.get(page.photometric, ()) or not _plain(page):
        kind = getattr(page.photometric, "name", page.photometric)
        raise InputError(f"holds {page.samplesperpixel} {kind} samples a pixel: convert it to RGB or grey")


def _plain(page: tifffile.TiffPage) -> bool:
    """JPEG unpacks YCbCr to RGB, other compressions do not; white-is-zero has no meaning for floats."""
    if page.photometric == YCBCR:
        return bool(page.compression in JPEG)
    return bool(page.photometric != WHITE_IS_ZERO or page.dtype != np.float32)


def _check_whole(page: tifffile.TiffPage, length: int) -> None:
    """What is missing tifffile fills with zeros; we say so instead."""
    ends = [start + count for start, count in zip(page.dataoffsets, page.databytecounts, strict=True)]
    if not ends or 0 in page.databytecounts or max(ends) > length:
        raise ValueError("pixels are missing")


def _coding(page: tifffile.TiffPage, byteorder: str, data: bytes) -> Coding:
    tags = page.tags
    resolution = (tags[282].value, tags[283].value) if 282 in tags and 283 in tags else None
    unit = int(tags[296].value) if 296 in tags else NO_UNIT if resolution is None else INCH
    if unit == NO_UNIT and resolution == ((1, 1), (1, 1)):
        resolution = None  # what writers write when they know none
    compression = LOSSLESS.get(page.compression, "zlib")
    return Coding(
        byteorder,
        compression,
        page.predictor if page.predictor > 1 and page.compression in LOSSLESS else None,
        tuple(page.extrasamples) or None,
        resolution,
        unit if resolution else NO_UNIT,
        tuple(
            (
                tag.code,
                tag.dtype,
                tag.count,
                data[tag.valueoffset : tag.valueoffset + tag.valuebytecount],
                True,
            )
            for tag in tags
            if tag.code not in LAYOUT
        ),
    )


def _metadata(page: tifffile.TiffPage, native: Coding, data: bytes) -> Metadata:
    held = {code: value for code, _dtype, _count, value, _once in native.tags}
    description = held.get(DESCRIPTION, b"").rstrip(b"\0").decode("utf-8", "replace")
    across, down = native.resolution or ((0, 1), (0, 1))
    unit = {INCH: 1.0, CENTIMETRE: 2.54}.get(native.unit, 0.0)
    return Metadata(
        icc=held.get(ICC),
        exif=_exif(data),
        xmp=held.get(XMP),
        dpi=(unit * _ratio(across), unit * _ratio(down)) if unit and across[0] and down[0] else None,
        text={"Description": description} if description else {},
        native=native,
    )


def _ratio(value: Rational) -> float:
    """The value of a rational tag; 0 over 0 stands for unknown."""
    return value[0] / value[1] if value[1] else 0.0


def _exif(data: bytes) -> bytes | None:
    """The page's camera tags and EXIF directories as an EXIF structure of their own."""
    page, exif = PIL.Image.Exif(), PIL.Image.Exif()
    if data.startswith(BIG):
        page.bigtiff, page.endian = True, "<"  # load() alone knows none
        page.load_from_fp(io.BytesIO(data), struct.unpack("<Q", data[8:16])[0])
    else:
        page.load(data)
    for code in CAMERA:
        if code in page:
            exif[code] = page[code]
    for directory in (IFD.Exif, IFD.GPSInfo):
        if entries := page.get_ifd(directory):
            exif[directory] = dict(entries)
    worth = set(exif) - {ORIENTATION, 305} or exif.get(ORIENTATION, 1) != 1
    return exif.tobytes().removeprefix(b"Exif\0\0") if worth else None


def _described(image: Image) -> Coding:
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
    return Coding(predictor=PREDICTORS[image.depth], resolution=resolution, unit=unit, tags=tuple(tags))


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
        raise InputError(
            "has broken EXIF, which a TIFF cannot hold: write it in the format it came in"
        ) from error
    return page


def _places(exif: bytes | None) -> list[tuple[int, int, int, int, bool]]:
    """No pointers to directories are written by tifffile: keep places for them, one number too low."""
    return [(code - 1, 4, 1, 0, True) for code in _directories(exif)]


def _with_exif(bare: bytes, exif: bytes | None, byteorder: str) -> bytes:
    """Append EXIF's directories to a TIFF and let the places kept point to them."""
    data = bytearray(bare)
    with tifffile.TiffFile(io.BytesIO(bare)) as file:
        tags = file.pages[0].tags
        for code, entries in _directories(exif).items():
            data.extend(bytes(len(data) % 2))
            directory = ImageFileDirectory_v2(prefix=b"II" if byteorder == "<" else b"MM", group=code)
            for key, value in entries.items():
                directory[key] = value
            struct.pack_into(byteorder + "H", data, tags[code - 1].offset, code)
            struct.pack_into(byteorder + "L", data, tags[code - 1].valueoffset, len(data))
            data.extend(directory.tobytes(len(data)))
    return bytes(data)
