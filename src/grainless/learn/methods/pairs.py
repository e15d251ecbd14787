"""What data give a method of learning, and what it makes of that."""

from typing import NamedTuple

from torch import Tensor


class Scene(NamedTuple):
    """A batch as the data hold it; each (n, c, h, w), 0 = black, 1 = full scale."""

    clean: Tensor
    noisy: Tensor | None = None  # where the data come with their own noise


class Pair(NamedTuple):
    """One step's work; each (n, c, h, w)."""

    shown: Tensor
    wanted: Tensor
    weight: Tensor | None = None  # 1 where the loss counts, 0 where it does not; None: everywhere
    aside: Tensor | None = None  # (n, ...) what a method's own loss needs besides
