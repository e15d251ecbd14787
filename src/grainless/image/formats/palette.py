"""Images that name their colours in a palette."""

import numpy as np
import PIL.Image
from numpy.typing import NDArray

NOTE = "Palette colours were turned into colours of each pixel, and are written so."

CODE = np.array([65_536, 256, 1], np.uint32)
"""What makes one number of a colour."""


def is_grey(table: NDArray) -> bool:
    """Whether a palette, (n, 3), holds no colour."""
    return bool((table == table[:, :1]).all())


def without_colour(samples: NDArray) -> NDArray:
    """(h, w, 3) or (h, w, 4) whose colours are equal as (h, w, 1) or (h, w, 2)."""
    return np.delete(samples, [1, 2], axis=-1)


def nearest(colours: NDArray[np.uint8], most: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Indices into a palette of at most so many colours; exact if so many are enough."""
    table = np.zeros((256, 3), np.uint8)
    picture = PIL.Image.fromarray(np.ascontiguousarray(colours))
    if counted := picture.getcolors(most):
        found = np.array(sorted(colour for _count, colour in counted), np.uint32)
        table[: len(found)] = found
        return np.searchsorted(found @ CODE, colours.astype(np.uint32) @ CODE).astype(np.uint8), table
    picture = picture.quantize(most, PIL.Image.Quantize.MEDIANCUT)
    chosen = np.array(picture.getpalette(), np.uint8).reshape(-1, 3)[:most]
    table[: len(chosen)] = chosen
    return np.array(picture), table
