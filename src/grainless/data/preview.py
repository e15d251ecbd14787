"""A first look at a data set in a terminal: the first rows of its file, its first images drawn in letters."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grainless.data.find import DataRoots
from grainless.data.images import DataSet, Images
from grainless.data.sets.labelled.csv_rows import Csv, first_rows

ROWS, COLUMNS = 5, 8
"""Of a file of rows that are shown."""

SHADES = np.array(list(" .:-=+*#%@"))
"""From black to white, on a dark terminal."""

WIDEST = 120
"""Letters in a line."""


def rows(source: DataSet, roots: DataRoots) -> list[dict[str, Any]]:
    """The first rows of a CSV: its label and first pixels, by the names of the header; none for other data sets."""
    if not isinstance(source, Csv):
        return []
    lines = first_rows(roots.locate(source.file), ROWS + 1)
    shown = [_cut(line) for line in lines if line != [""]]
    named = not shown[0][0].strip().removeprefix("-").isdigit()
    head = shown[0] if named else ["label", *(f"pixel{number}" for number in range(1, COLUMNS + 1))]
    head = [*head[: COLUMNS + 1], "..."] if len(shown[0]) > COLUMNS + 1 else head[: len(shown[0])]
    return [dict(zip(head, line, strict=False)) for line in (shown[1:] if named else shown[:ROWS])]


def _cut(line: list[str]) -> list[str]:
    """The first cells of a row, and how many more there are."""
    more = len(line) - COLUMNS - 1
    return [*line[: COLUMNS + 1], f"... {more} more"] if more > 0 else line


def drawn(images: Images) -> str:
    """The first images side by side in letters, as many as fit on a line; nothing if they are too large.

    Two rows of pixels become a line: a letter is about twice as high as it is wide.
    """
    size = images.size
    if size is None or size[1] > WIDEST // 2:
        return ""
    count = min(len(images), (WIDEST + 1) // (size[1] + 1))
    return "\n".join(
        " ".join(line) for line in zip(*(_letters(images.floats(i)) for i in range(count)), strict=True)
    )


def _letters(image: NDArray[np.float32]) -> list[str]:
    grey = image.mean(axis=0)
    halved = (grey[: len(grey) // 2 * 2 : 2] + grey[1::2]) / 2
    levels = np.minimum((halved * len(SHADES)).astype(np.int64), len(SHADES) - 1)
    return ["".join(line) for line in SHADES[levels]]
