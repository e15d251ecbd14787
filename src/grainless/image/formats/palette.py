"""Images that name their colours in a palette."""

import numpy as np
from numpy.typing import NDArray

NOTE = "Palette colours were turned into colours of each pixel, and are written so."


def is_grey(table: NDArray) -> bool:
    """Whether a palette, (n, 3), holds no colour."""
    return bool((table == table[:, :1]).all())


def without_colour(samples: NDArray) -> NDArray:
    """(h, w, 3) or (h, w, 4) whose colours are equal as (h, w, 1) or (h, w, 2)."""
    return np.delete(samples, [1, 2], axis=-1)
