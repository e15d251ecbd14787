"""Which images are held out: by chance, but always the same ones."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from grainless.errors import InputError


def _share_or_number(value: float) -> float:
    if 0 < value < 1 or (value >= 1 and value == int(value)):
        return value
    raise ValueError("it should be a share between 0 and 1, or a whole number of images")


Held = Annotated[float, AfterValidator(_share_or_number)]
"""How many images are held out: below 1 a share of all, from 1 a number."""


def split(
    count: int, held: Sequence[float], *, seed: int, source: str = "the data"
) -> list[NDArray[np.int64]]:
    """Deal `count` images into what is kept and what is held out, without overlap.

    Args:
        count: images there are.
        held: how much each held-out part gets: below 1 a share of all (at least one image), from 1 a number.
        seed: the same seed deals the same way.
        source: what the images are of, for the message.

    Returns:
        The indices of the kept images, then of each held-out part; each in rising order.

    Raises:
        InputError: nothing would be kept.

    >>> [len(part) for part in split(100, [0.2, 7], seed=0)]
    [73, 20, 7]
    """
    sizes = [max(1, round(count * part)) if part < 1 else int(part) for part in held]
    if sum(sizes) >= count:
        parts = " and ".join(f"{size:,}" for size in sizes)
        images = "1 image" if count == 1 else f"{count:,} images"
        raise InputError(f"{source} has {images}; with {parts} held out, none is left to train on.")
    order = np.random.default_rng(seed).permutation(count)
    ends = np.cumsum([0, *sizes])
    held_out = [order[start:end] for start, end in pairwise(ends)]
    return [np.sort(part) for part in (order[ends[-1] :], *held_out)]
