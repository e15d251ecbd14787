"""TIFF: one page or many, grey, RGB, palette or CMYK, with or without alpha, 1 to 16 bit or floats.

Pixels through tifffile; `tiff_tags` keeps what stands beside them. Compression stays what it was if it was
lossless. Pages of 8 and 16 bit and of 32-bit floats come back as they were; others are widened, and it is said.

Source: Adobe, "TIFF revision 6.0" (1992) and its technical notes (2002).
"""

import io
import itertools
import logging
from collections.abc import Iterator
from mmap import mmap
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray

from grainless.image.formats.inks import to_rgb
from grainless.image.formats.palette import NOTE, is_grey, without_colour
from grainless.image.formats.tiff.tags import (
    ICC,
    OF_STORED_COLOURS,
    PREDICTORS,
    Coding,
    add_exif,
    coding_of,
    described,
    metadata_of,
    places,
)
from grainless.image.image import (
    DTYPES,
    Image,
    Refused,
    check_area,
    check_sum,
    from_samples,
    to_samples,
    widened,
)

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # its remarks come back as our errors

SUB_IMAGES, INK_SET, DNG = 330, 332, 50706
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS, YCBCR = 0, 1, 2, 3, 5, 6
SAMPLES = {WHITE_IS_ZERO: (1,), BLACK_IS_ZERO: (1, 2), RGB: (3, 4), PALETTE: (1,), INKS: (4,), YCBCR: (3,)}
"""photometric -> samples a pixel may have: colours, or colours and alpha."""
JPEG = {6, 7, 33007, 34892}
FLOATS = {16, 32, 64}
ROOM = 2**32 - 2**25  # bytes of pixels that a plain TIFF can surely point to


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read the pages of a TIFF file.

    Raises:
        Refused: a kind of TIFF we do not take.
        tifffile.TiffFileError and others: broken bytes.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        pages = list(file.pages)
        check_pages(pages, limit)
        check_stack(file)
        for page in pages:
            check_page(page, len(data))
            yield image_of(page, _stored(page), data)


def write(images: Iterator[Image], file: BinaryIO) -> None:
    """Write images as the pages of a TIFF file."""
    first = next(images)
    exifs, size = [], 0
    with tifffile.TiffWriter(file, byteorder=coding_for(first).byteorder) as writer:
        for image in itertools.chain([first], images):
            size += image.depth // 8 * (image.channels + 1) * image.pixels[0].size
            if size > ROOM:
                raise Refused("would make a file of more than 4 GiB, which a plain TIFF cannot be")
            _write_page(writer, image)
            exifs.append(image.metadata.exif)
    add_exif(file, exifs)


def check_pages(pages: list[tifffile.TiffPage], limit: int) -> None:
    """Refuse pages that have more pixels than `limit`, alone or together."""
    for page in pages:
        sides = (page.imagelength, page.imagewidth, page.imagedepth, page.samplesperpixel)
        if not all(isinstance(side, int) for side in sides):
            raise ValueError("its sides are not one number each")
        check_area(page.imagelength, page.imagewidth, limit)
    check_sum(len(pages), sum(page.imagelength * page.imagewidth for page in pages), limit)


def image_of(page: tifffile.TiffPage, stored: NDArray, data: bytes | mmap) -> Image:
    """A page, or some rows of it, as an image.

    Args:
        page: the page.
        stored: (h, w, s) samples as they are stored.
        data: the whole file, for the tags.
    """
    samples, white, notes = _samples(page, stored)
    if samples.dtype.kind == "f" and not np.isfinite(samples).all():
        raise Refused("holds pixels that are no numbers (NaN or inf): replace them")
    dropped = OF_STORED_COLOURS if notes or page.photometric == WHITE_IS_ZERO else set()
    if page.photometric == INKS:
        dropped = dropped | {ICC}
    native = coding_of(page, data, dropped)
    if SUB_IMAGES in page.tags:
        notes = (*notes, "Sub-images of the page (previews, smaller copies) are not kept.")
    return from_samples(
        samples,
        white=white,
        premultiplied=1 in (native.extrasamples or ()),
        metadata=metadata_of(page, native, data),
        notes=notes,
    )


def _stored(page: tifffile.TiffPage) -> NDArray:
    """(h, w, s) samples as they are stored."""
    shaped = page.asarray().reshape(page.shaped)  # planes, depth, height, width, samples
    stored: NDArray = np.moveaxis(shaped[:, 0], 0, -1).reshape(page.imagelength, page.imagewidth, -1)
    return stored


def _samples(page: tifffile.TiffPage, stored: NDArray) -> tuple[NDArray, int | None, tuple[str, ...]]:
    """(h, w, s) grey or RGB, with or without alpha; what is white, if it is no full type; what was converted."""
    if stored.dtype.kind == "f":
        return _single(stored)
    if page.photometric == PALETTE:
        return (*_coloured(stored[..., 0], page), (NOTE,))
    if page.photometric == INKS:
        rgb, note = to_rgb(stored, page.tags[ICC].value if ICC in page.tags else None)
        return rgb, None, (note,)
    bits = bits_of(page)
    depth = 8 if bits <= 8 else 16
    white = 2**bits - 1
    if page.photometric == WHITE_IS_ZERO:
        stored = white - stored.astype(np.uint16)
    return stored.astype(DTYPES[depth]), white, () if bits == depth else (widened(bits, depth),)


def _single(floats: NDArray) -> tuple[NDArray, None, tuple[str, ...]]:
    """Floats of any precision in the one we work with; what is too large for it becomes inf."""
    with np.errstate(over="ignore"):
        samples = floats.astype(np.float32)
    if floats.dtype == np.float32:
        return samples, None, ()
    return samples, None, (f"{8 * floats.dtype.itemsize}-bit floats became 32-bit ones.",)


def _coloured(indices: NDArray, page: tifffile.TiffPage) -> tuple[NDArray, None]:
    """The palette's colour of each pixel; 16 bit a colour, but some writers filled only 8."""
    table = page.colormap if page.colormap.max() < 256 else page.colormap >> 8
    colours = table.astype(np.uint8).T[indices.astype(np.intp)]
    return without_colour(colours) if ICC not in page.tags and is_grey(table.T) else colours, None


def check_page(page: tifffile.TiffPage, length: int) -> None:
    """Refuse a page that we do not take, or whose pixels lie beyond the end of a file of this length."""
    _check(page)
    _check_whole(page, length)


def _check(page: tifffile.TiffPage) -> None:
    """Refuse what is no image that a person could look at as it is."""
    if DNG in page.tags:
        raise Refused("holds camera RAW: develop it to a 16-bit TIFF first")
    if page.imagedepth > 1:
        raise Refused("holds a volume: save its slices as pages")
    if not _takes(page):
        what = f"{bits_of(page) or 'differently many '}-bit {page.dtype or 'samples'}"
        raise Refused(f"holds {what}: convert it to 8 or 16 bit, unsigned, or to 32-bit floats")
    if page.samplesperpixel not in SAMPLES.get(page.photometric, ()) or not _plain(page):
        kind = getattr(page.photometric, "name", "unknown")
        raise Refused(f"holds {page.samplesperpixel} {kind} samples a pixel: convert it to RGB or grey")


def bits_of(page: tifffile.TiffPage) -> int:
    """Bits of a sample; 0 if they differ."""
    bits = {page.bitspersample} if isinstance(page.bitspersample, int) else set(page.bitspersample)
    return int(bits.pop()) if len(bits) == 1 else 0


def _takes(page: tifffile.TiffPage) -> bool:
    """Samples of 1 to 16 bit without a sign, or floats."""
    kind, bits = page.dtype.kind if page.dtype else "", bits_of(page)
    return bits in FLOATS if kind == "f" else kind in {"b", "u"} and 1 <= bits <= 16


def _plain(page: tifffile.TiffPage) -> bool:
    """Colours that we know how to turn into grey or RGB."""
    bits, floats = bits_of(page), page.dtype.kind == "f"
    if page.photometric == YCBCR:  # JPEG unpacks it to RGB, other compressions do not
        return page.compression in JPEG
    if page.photometric == PALETTE:
        return bits <= 8 and not floats and page.colormap is not None
    if page.photometric == INKS:
        return bits in {8, 16} and not floats and (INK_SET not in page.tags or page.tags[INK_SET].value == 1)
    return not (floats and page.photometric == WHITE_IS_ZERO)


def _check_whole(page: tifffile.TiffPage, length: int) -> None:
    """What is missing tifffile fills with zeros; we say so instead."""
    starts, counts = page.dataoffsets, page.databytecounts
    ends = [start + count for start, count in zip(starts, counts, strict=False)]
    if not ends or 0 in counts or max(ends) > length or len(starts) != len(counts):
        raise ValueError("pixels are missing")


def check_stack(file: tifffile.TiffFile) -> None:
    """Refuse stacks that have only one page, behind which further images lie without pages of their own."""
    if (
        len(file.pages) == 1
        and (file.is_imagej or file.is_shaped)
        and file.series[0].size > file.pages[0].size
    ):
        raise Refused("holds a stack of images behind one page: save it with a page for each")


def coding_for(image: Image) -> Coding:
    native = image.metadata.native
    return native if isinstance(native, Coding) else described(image)


def _write_page(writer: tifffile.TiffWriter, image: Image) -> None:
    writer.write(to_samples(image), **options(image, coding_for(image)))


def options(image: Image, coding: Coding, *, big: bool = False) -> dict[str, Any]:
    """How tifffile shall write a page."""
    return {
        "photometric": "rgb" if image.channels == 3 else "minisblack",
        "planarconfig": "contig" if image.channels == 3 or image.alpha is not None else None,
        "extrasamples": None if image.alpha is None else coding.extrasamples or (2,),
        "compression": coding.compression,
        "predictor": PREDICTORS[image.depth] if coding.predictor else None,
        "resolution": coding.resolution,
        "resolutionunit": coding.unit,
        "subfiletype": coding.subfile,
        "metadata": None,
        "software": False,
        "contiguous": False,
        "extratags": [*coding.tags, *places(image.metadata.exif, big=big)],
    }
