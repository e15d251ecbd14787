"""Which images are held out: by chance, but always the same ones."""

from collections.abc import Hashable, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from grainless.errors import InputError, counted


def _share_or_number(value: float) -> float:
    if 0 < value < 1 or (value >= 1 and value == int(value)):
        return value
    raise ValueError("it should be a share between 0 and 1, or a whole number of images")


Held = Annotated[float, AfterValidator(_share_or_number)]
"""How many images are held out: below 1 a share of all, from 1 a number."""


def split(
    count: int,
    held: Sequence[float],
    *,
    seed: int,
    source: str = "the data",
    groups: Sequence[Hashable] | None = None,
) -> list[NDArray[np.int64]]:
    """Deal `count` images into what is kept and what is held out, without overlap.

    Args:
        count: images there are.
        held: how much each held-out part gets: below 1 a share of all (at least one image), from 1 a number.
        seed: the same seed deals the same way.
        source: what the images are of, for the message.
        groups: a key for each image; those of one key stay together, so that a held-out part may get more.

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
        cure = ": hold out fewer, as in --set data.validation=0.1" if count > len(sizes) else ""
        raise InputError(
            f"{source} has {counted(count, 'image')}; with {parts} held out, none is left to train on{cure}."
        )
    members: dict[Hashable, list[int]] = {}
    for index, key in enumerate(groups if groups is not None else range(count)):
        members.setdefault(key, []).append(index)
    together = list(members.values())
    order = iter(np.random.default_rng(seed).permutation(len(together)))
    held_out: list[list[int]] = [[] for _ in sizes]
    for part, size in zip(held_out, sizes, strict=True):
        while len(part) < size and (group := next(order, None)) is not None:
            part.extend(together[group])
    kept = [index for group in order for index in together[group]]
    if not kept:
        raise InputError(
            f"{source} has {count:,} images that show only {len(together):,} different scenes; held out by scenes, "
            "none is left to train on."
        )
    return [np.sort(np.array(part, dtype=np.int64)) for part in (kept, *held_out)]
