"""What a classifier is shown: clean, noisy or denoised images, or those of a denoiser that learns along.

To add one: a class that makes what is shown of clean images, and its line in `LESSONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.critic import Answer
from grainless.learn.methods.losses import Loss
from grainless.learn.methods.methods import Method
from grainless.learn.methods.pairs import Scene
from grainless.learn.networks.network import Network

SHARE = 0.1
"""How much the classifier's cross-entropy weighs beside the denoiser's loss, where both learn: about as much as it."""


class Shown(NamedTuple):
    """What a classifier is shown, (n, c, h, w), and what more than its own loss is made small."""

    images: Tensor
    loss: Tensor | None = None


class Lesson(Protocol):
    """A way to teach. `taught` is what learns beside the classifier, if anything does."""

    @property
    def taught(self) -> Network | None: ...

    def __call__(self, clean: Tensor, draw: TorchDraw) -> Shown: ...


@dataclass(frozen=True)
class Given:
    """What a lesson is made of.

    Args:
        method: makes the noisy images.
        denoiser: trained, evaluating.
        loss: by which it was.
    """

    method: Method
    denoiser: Network
    loss: Loss


class Clean:
    """Clean images."""

    taught: Network | None = None

    def __init__(self, given: Given) -> None:
        pass

    def __call__(self, clean: Tensor, draw: TorchDraw) -> Shown:
        return Shown(clean)


class Noisy:
    """Noisy images, their noise new each time."""

    taught: Network | None = None

    def __init__(self, given: Given) -> None:
        self._method = given.method

    def __call__(self, clean: Tensor, draw: TorchDraw) -> Shown:
        return Shown(self._method(Scene(clean), draw).shown)


class Denoised:
    """What the denoiser makes of noisy images; it stays as it is."""

    taught: Network | None = None

    def __init__(self, given: Given) -> None:
        self._given = given

    @torch.no_grad()
    def __call__(self, clean: Tensor, draw: TorchDraw) -> Shown:
        return Shown(self._given.denoiser(self._given.method(Scene(clean), draw).shown))


class Jointly:
    """What the denoiser makes of noisy images; it goes on learning, from its own loss and from the classifier's.

        loss = denoiser's loss + 0.1 * cross-entropy

    Source: Liu, Wen, Liu, Wang, Huang, "When image denoising meets high-level vision tasks: a deep learning approach",
    IJCAI 2018, arXiv:1706.04284. Theirs keeps the classifier fixed; here both learn.
    """

    def __init__(self, given: Given) -> None:
        self._given = given
        self.taught: Network | None = given.denoiser.train()

    def __call__(self, clean: Tensor, draw: TorchDraw) -> Shown:
        pair = self._given.method(Scene(clean), draw)
        answer = Answer(self._given.denoiser, pair.shown)
        return Shown(answer.denoised, self._given.loss(answer, pair))


LESSONS: dict[str, Callable[[Given], Lesson]] = {
    "clean": Clean,
    "noisy": Noisy,
    "denoised": Denoised,
    "jointly": Jointly,
}
