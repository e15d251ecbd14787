"""An image shown to a model turned: each way errs in its own manner, and their mean less."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WAYS: tuple[Callable[[Floats], Floats], ...] = (
    lambda image: image,
    lambda image: image[:, ::-1, ::-1],
    lambda image: image.swapaxes(1, 2),
    lambda image: image[:, ::-1, ::-1].swapaxes(1, 2),
)
"""As it is, upside down, mirrored at either diagonal: each undoes itself."""


def turned(image: Floats, way: int, multiple: int, work: Callable[[Floats], Floats]) -> Floats:
    """What `work` makes of an image that is turned, turned back.

    Args:
        image: (c, h, w).
        way: a number; ways follow each other.
        multiple: sides are mirrored on to multiples of it first, so that bands of an image, begun at such, are cut as
            the whole image is by a network that folds pixels.
        work: takes and gives (c, h, w).
    """
    turn = WAYS[way % len(WAYS)]
    height, width = image.shape[1:]
    room = ((0, 0), (0, -height % multiple), (0, -width % multiple))
    made = work(np.ascontiguousarray(turn(np.pad(image, room, mode="symmetric"))))
    return turn(made)[:, :height, :width]
