"""Images -> PNG: for reports and docs.

Images are (c, h, w), 0 = black, 1 = full scale; here, where they meet a file, they are clipped and rounded.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import uniform_filter

from grainless.disk.whole import whole
from grainless.image.picture import picture

Array = NDArray[np.floating]

PAPER, INK = "white", "#333333"
LETTERS = 13  # pixels a line of a strip's labels is high, at least; beside large images a sixteenth of them


def png(image: Image.Image) -> bytes:
    """The file's bytes; equal pictures give equal ones."""
    file = BytesIO()
    image.save(file, "png", optimize=True)
    return file.getvalue()


def detail(image: Array, side: int) -> tuple[int, int]:
    """Top and left of the square with most detail: there one sees what a denoiser kept and what it lost.

    Detail is the mean over the square of the standard deviation in windows of 7 x 7, so that a fine texture
    counts for more than one strong edge.

    Args:
        image: (c, h, w).
        side: of the square, at most h and w.
    """
    grey = np.nan_to_num(np.asarray(image, dtype=np.float64)).mean(axis=0)
    variance = uniform_filter(grey**2, 7) - uniform_filter(grey, 7) ** 2
    sums = np.pad(np.sqrt(variance.clip(0)).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    over = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    top, left = np.unravel_index(np.argmax(over.round(9)), over.shape)  # round: equal squares, the first
    return int(top), int(left)


def strip(
    rows: Sequence[Sequence[Array]],
    path: Path,
    *,
    labels: Sequence[str] = (),
    heads: Sequence[str] = (),
    scale: int = 1,
    gap: int = 2,
) -> None:
    """Write rows of images as one picture on white, columns and rows aligned.

    Args:
        rows: images of any sizes, grey and colour as they come.
        path: of the PNG; of a JPEG where it ends in .jpg, for photographs.
        labels: a word before each row; empty for none.
        heads: a word above each column; empty for none.
        scale: each pixel becomes a square of so many.
        gap: pixels between the images.

    Raises:
        ValueError: labels for another number of rows, heads for another number of columns.
        RunError: the file could not be written.
    """
    cells = [[picture(image.repeat(scale, axis=1).repeat(scale, axis=2)) for image in row] for row in rows]
    columns = range(max(map(len, cells)))
    _check_words(labels, heads, len(rows), len(columns))
    heights = [max(cell.height for cell in row) for row in cells]
    widths = [max(row[column].width for row in cells if column < len(row)) for column in columns]
    letters = max(LETTERS, max(heights) // 16)
    font = ImageFont.load_default(letters)
    for column, head in enumerate(heads):
        widths[column] = max(widths[column], int(font.getlength(head)) + letters // 2)
    margin = max((int(font.getlength(label)) + letters for label in labels), default=0)
    above = 2 * letters if any(heads) else 0
    sheet = _sheet(cells, [above, *heights], [margin, *widths], gap)
    draw = ImageDraw.Draw(sheet)
    for label, top, height in zip(labels, _starts(heights, gap), heights, strict=False):
        draw.text((margin - letters // 2, above + top + height / 2), label, INK, font, anchor="rm")
    for head, left, width in zip(heads, _starts(widths, gap), widths, strict=False):
        draw.text((margin + left + width / 2, above / 2), head, INK, font, anchor="mm")
    with whole(path) as lent:
        lent.write_bytes(_file(sheet, path))


def _sheet(
    cells: Sequence[Sequence[Image.Image]], heights: Sequence[int], widths: Sequence[int], gap: int
) -> Image.Image:
    """The images on white, each in the middle of its column; the first height and width are left to words."""
    (above, *heights), (margin, *widths) = heights, widths
    is_grey = all(cell.mode == "L" for row in cells for cell in row)
    size = (margin + sum(widths) + gap * len(widths) - gap, above + sum(heights) + gap * len(heights) - gap)
    sheet = Image.new("L" if is_grey else "RGB", size, PAPER)
    for row, top in zip(cells, _starts(heights, gap), strict=True):
        for cell, left, width in zip(row, _starts(widths, gap), widths, strict=False):
            sheet.paste(cell, (margin + left + (width - cell.width) // 2, above + top))
    return sheet


def _check_words(labels: Sequence[str], heads: Sequence[str], rows: int, columns: int) -> None:
    if labels and len(labels) != rows:
        raise ValueError(f"{rows} rows have {len(labels)} labels")
    if heads and len(heads) != columns:
        raise ValueError(f"{columns} columns have {len(heads)} heads")


def _file(sheet: Image.Image, path: Path) -> bytes:
    if path.suffix != ".jpg":
        return png(sheet)
    file = BytesIO()
    sheet.save(file, "jpeg", quality=88, subsampling=0)
    return file.getvalue()


def _starts(lengths: Sequence[int], gap: int) -> list[int]:
    """Where things of these lengths begin, one after the other."""
    return [sum(lengths[:index]) + gap * index for index in range(len(lengths))]
