"""Planes cut into blocks: what inspection looks at one by one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def blocks(planes: NDArray[Any], side: int) -> NDArray[Any]:
    """(..., h, w) as (..., n, side, side), row by row; what is left over on the right and below is left out.

    >>> blocks(np.arange(12).reshape(3, 4), 2).tolist()
    [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]
    """
    down, across = (length // side for length in planes.shape[-2:])
    cut = planes[..., : down * side, : across * side].reshape(*planes.shape[:-2], down, side, across, side)
    return np.moveaxis(cut, -2, -3).reshape(*planes.shape[:-2], down * across, side, side)
