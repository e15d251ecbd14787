"""TIFF: one page or many, grey, RGB, palette or CMYK, with or without alpha, 1 to 16 bit or floats.

Pixels through tifffile; `tags` keeps what stands beside them. Compression stays what it was if it was lossless, and
so do tiles, planes and BigTIFF. Pages of 8 and 16 bit, of 32-bit floats, and of integers with a sign or of 32 bits
come back as they were; others are widened, and it is said.

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
from grainless.image.formats.tiff.checks import (
    INKS,
    PALETTE,
    WHITE_IS_ZERO,
    bits_of,
    check_page,
    pages_of,
)
from grainless.image.formats.tiff.levels import LEAST, MOST, has_levels, levels_of, notes_on
from grainless.image.formats.tiff.tags import (
    ICC,
    OF_STORED_COLOURS,
    Coding,
    add_exif,
    coding_of,
    described,
    lies_behind,
    metadata_of,
    notes_of_coding,
    places,
)
from grainless.image.image import (
    DTYPES,
    Image,
    Levels,
    Refused,
    from_samples,
    narrowed,
    to_samples,
    widened,
)

logging.getLogger("tifffile").addHandler(logging.NullHandler())
"""Its remarks come back as our errors; who listens to logs still hears them."""

SUB_IMAGES = 330
ROOM = 2**32 - 2**25  # bytes of pixels that a plain TIFF can surely point to


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read the pages of a TIFF file.

    Raises:
        Refused: a kind of TIFF we do not take.
        tifffile.TiffFileError and others: broken bytes.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        for page in pages_of(file, limit):
            check_page(page, len(data))
            yield image_of(page, _stored(page), data)


def write(images: Iterator[Image], file: BinaryIO) -> None:
    """Write images as the pages of a TIFF file; as a BigTIFF where they came from one, or the first needs it."""
    first = next(images)
    coding, exifs = coding_for(first), []
    big = coding.big or bytes_of(first) > ROOM
    with tifffile.TiffWriter(file, byteorder=coding.byteorder, bigtiff=big) as writer:
        for number, image in enumerate(itertools.chain([first], images)):
            how = coding_for(image)
            behind = {"contiguous": number > 0 and lies_behind(how, coding)}
            writer.write(laid(to_samples(image), how), **options(image, how, big=big) | behind)
            exifs.append(image.metadata.exif)
            if not big and file.tell() > ROOM:
                raise Refused("would make a file of more than 4 GiB, which a plain TIFF cannot be")
    add_exif(file, exifs)


def image_of(
    page: tifffile.TiffPage, stored: NDArray, data: bytes | mmap, levels: Levels | None = None
) -> Image:
    """A page, or some rows of it, as an image.

    Args:
        page: the page.
        stored: (h, w, s) samples as they are stored.
        data: the whole file, for the tags.
        levels: of the whole page, if it has some and these are only some rows.
    """
    if has_levels(page):
        levels = levels or levels_of(page, [stored])
    samples, white, notes = _samples(page, stored)
    if samples.dtype.kind == "f" and not np.isfinite(samples).all():
        raise Refused("holds pixels that are no numbers (NaN or inf): replace them")
    dropped = OF_STORED_COLOURS if notes or page.photometric == WHITE_IS_ZERO else set()
    if page.photometric == INKS:
        dropped = dropped | {ICC}
    native = coding_of(page, data, dropped if levels else dropped | {LEAST, MOST})
    notes = (*notes, *notes_on(levels), *notes_of_coding(page))
    if SUB_IMAGES in page.tags:
        notes = (*notes, "Sub-images of the page (previews, smaller copies) are not kept.")
    return from_samples(
        samples,
        white=white,
        premultiplied=1 in (native.extrasamples or ()),
        metadata=metadata_of(page, native, data),
        notes=notes,
        levels=levels,
    )


def _stored(page: tifffile.TiffPage) -> NDArray:
    """(h, w, s) samples as they are stored."""
    shaped = page.asarray().reshape(page.shaped)  # planes, depth, height, width, samples
    stored: NDArray = np.moveaxis(shaped[:, 0], 0, -1).reshape(page.imagelength, page.imagewidth, -1)
    return stored


def _samples(page: tifffile.TiffPage, stored: NDArray) -> tuple[NDArray, int | None, tuple[str, ...]]:
    """(h, w, s) grey or RGB, with or without alpha; what is white, if it is no full type; what was converted."""
    if has_levels(page):
        return stored, None, ()
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
    return samples, None, (narrowed(8 * floats.dtype.itemsize),)


def _coloured(indices: NDArray, page: tifffile.TiffPage) -> tuple[NDArray, None]:
    """The palette's colour of each pixel; 16 bit a colour, but some writers filled only 8."""
    table = page.colormap if page.colormap.max() < 256 else page.colormap >> 8
    colours = table.astype(np.uint8).T[indices.astype(np.intp)]
    return without_colour(colours) if ICC not in page.tags and is_grey(table.T) else colours, None


def coding_for(image: Image) -> Coding:
    native = image.metadata.native
    return native if isinstance(native, Coding) else described(image)


def bytes_of(image: Image) -> int:
    """Of its stored samples."""
    return int(image.depth // 8 * (image.channels + (image.alpha is not None)) * image.pixels[0].size)


def laid(samples: NDArray, coding: Coding) -> NDArray:
    """(h, w) or (h, w, s) samples as tifffile takes them: planes come first where they are kept apart."""
    return np.moveaxis(samples, -1, 0) if coding.planes and samples.ndim == 3 else samples


def options(image: Image, coding: Coding, *, big: bool = False) -> dict[str, Any]:
    """How tifffile shall write a page."""
    several = image.channels == 3 or image.alpha is not None
    return {
        "photometric": "rgb" if image.channels == 3 else "minisblack",
        "planarconfig": ("separate" if coding.planes else "contig") if several else None,
        "tile": coding.tile,
        "extrasamples": None if image.alpha is None else coding.extrasamples or (2,),
        "compression": coding.compression,
        "predictor": _predictor(image) if coding.predictor and coding.compression else None,
        "resolution": coding.resolution,
        "resolutionunit": coding.unit,
        "subfiletype": coding.subfile,
        "metadata": None,
        "software": False,
        "contiguous": False,
        "extratags": [*coding.tags, *places(image.metadata.exif, big=big)],
    }


def _predictor(image: Image) -> int:
    """Differences, of integers or of floats."""
    return 3 if image.depth == 32 and image.levels is None else 2
