"""Which pages of a TIFF are taken; all others are refused in one line, before they are unpacked."""

import tifffile

from grainless.image.formats.tiff.levels import has_levels
from grainless.image.image import Refused, check_area, check_sum

INK_SET, DNG = 332, 50706
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS, YCBCR = 0, 1, 2, 3, 5, 6
SAMPLES = {WHITE_IS_ZERO: (1,), BLACK_IS_ZERO: (1, 2), RGB: (3, 4), PALETTE: (1,), INKS: (4,), YCBCR: (3,)}
"""photometric -> samples a pixel may have: colours, or colours and alpha."""
JPEG = {6, 7, 33007, 34892}
FLOATS = {16, 32, 64}
UNCOMPRESSED = 1


def pages_of(file: tifffile.TiffFile, limit: int) -> list[tifffile.TiffPage]:
    """The pages of an open file.

    A predictor belongs to a compression: without one other readers look past it, and so do we.

    Raises:
        Refused: they have more pixels than `limit`, alone or together, or are a stack behind one page.
        ValueError: they make no sense.
    """
    pages = list(file.pages)
    check_pages(pages, limit)
    check_stack(file)
    for page in pages:
        if page.compression == UNCOMPRESSED:
            page.predictor = 1
    return pages


def check_pages(pages: list[tifffile.TiffPage], limit: int) -> None:
    """Refuse pages that have more pixels than `limit`, alone or together."""
    for page in pages:
        sides = (page.imagelength, page.imagewidth, page.imagedepth, page.samplesperpixel)
        if not all(isinstance(side, int) for side in sides):
            raise ValueError("its sides are not one number each")
        check_area(page.imagelength, page.imagewidth, limit)
    check_sum(len(pages), sum(page.imagelength * page.imagewidth for page in pages), limit)


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
        raise Refused(f"holds {what}: convert it to integers of 8, 16 or 32 bits or to 32-bit floats")
    if page.samplesperpixel not in SAMPLES.get(page.photometric, ()) or not _plain(page):
        kind = getattr(page.photometric, "name", "unknown")
        raise Refused(f"holds {page.samplesperpixel} {kind} samples a pixel: convert it to RGB or grey")


def bits_of(page: tifffile.TiffPage) -> int:
    """Bits of a sample; 0 if they differ."""
    bits = {page.bitspersample} if isinstance(page.bitspersample, int) else set(page.bitspersample)
    return int(bits.pop()) if len(bits) == 1 else 0


def _takes(page: tifffile.TiffPage) -> bool:
    """Samples of 1 to 16 bit without a sign, integers that have levels, or floats."""
    kind, bits = page.dtype.kind if page.dtype else "", bits_of(page)
    if kind and has_levels(page):
        return bits == 8 * int(page.dtype.itemsize)
    return bits in FLOATS if kind == "f" else kind in {"b", "u"} and 1 <= bits <= 16


def _plain(page: tifffile.TiffPage) -> bool:
    """Colours that we know how to turn into grey or RGB."""
    bits, floats = bits_of(page), page.dtype.kind == "f"
    if has_levels(page):  # what is full scale of an alpha among them nobody says
        return bool(page.photometric in {BLACK_IS_ZERO, RGB} and page.samplesperpixel in {1, 3})
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
