"""Learning from one class alone: those of the others are left out of what is learned from."""

import numpy as np
from numpy.typing import NDArray

from grainless.data.images import Images
from grainless.errors import InputError


def of_class(images: Images, rows: NDArray[np.int64], only: int | None, source: str) -> NDArray[np.int64]:
    """Those of some rows that are of a class; all, where none is named.

    Args:
        images: with labels.
        rows: indices of them.
        only: the class.
        source: what the images are of, for the message.

    Raises:
        InputError: none of them is.
    """
    if only is None:
        return rows
    assert images.labels is not None
    kept: NDArray[np.int64] = rows[images.labels[rows] == only]
    if not len(kept):
        there = ", ".join(map(str, np.unique(images.labels[rows])))
        raise InputError(f"only is {only}, and {source} has no such images to learn from; classes: {there}.")
    return kept
