"""Whether an image was drawn: a screenshot, text, a diagram. Noise leaves no place even; what is drawn has many."""

import numpy as np
from numpy.typing import NDArray

from grainless.inspection.blocks import blocks

SIDE = 4  # of a block, in pixels: text has few larger ones between its letters

DRAWN = 0.36
"""Of the blocks are even: 0.39 and more in text and screenshots, also as JPEGs; at most 0.26 in PolyU's photographs,
which are JPEGs of quality 75, and 0.09 in those of BSD68 and CBSD68 with noise of 5/255 saved at 50."""

DRAWN_IN_BLACK_OR_WHITE = 0.05
"""The same where next to no block is free of black and white, so that nothing else tells: 0.13 and more in drawings of
many lines. A dark photograph has noise in its black, 0.01 at most of LOL's."""


def even(parts: NDArray[np.float32], hidden: NDArray[np.bool_] | None = None) -> float:
    """The share of the blocks in which all pixels are of one colour.

    Args:
        parts: (n, c, h, w) parts of an image.
        hidden: (n, h, w), what nobody sees: blocks that have such pixels do not count.

    Returns:
        0 where no block counts.
    """
    cut = blocks(parts, SIDE)
    same = (cut.max(axis=(-2, -1)) == cut.min(axis=(-2, -1))).all(axis=1)
    if hidden is not None:
        same = same[~blocks(hidden, SIDE).any(axis=(-2, -1))]
    return float(same.mean()) if same.size else 0.0
