"""The four systems that are timed: networks and settings from the shipped recipes, images made up.

Random bytes of the right shapes cost as much as real ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from benchmarks.measuring import Turn
from grainless.data.images import Data, Images
from grainless.learn.fitting.fit import Fit
from grainless.learn.networks import NETWORKS, Network
from grainless.learn.recipe import Recipe
from grainless.learn.recipe_files import shipped
from grainless.parts import make

Noise = Callable[[torch.Tensor], torch.Tensor]


def gaussian(clean: torch.Tensor) -> torch.Tensor:
    """As A and E: N(0, 0.5), clipped."""
    return (clean + 0.5 * torch.randn_like(clean)).clamp_(0, 1)


def uniform(clean: torch.Tensor) -> torch.Tensor:
    """As D: U(0, 0.9), clipped."""
    return (clean + 0.9 * torch.rand_like(clean)).clamp_(0, 1)


@dataclass(frozen=True)
class System:
    """What is trained, and on how much in one turn.

    Args:
        recipe: a shipped one; its network, method of learning, loss and settings are taken.
        shape: of an image, (c, h, w).
        steps: in a turn.
        noise: the recipe's, written by hand; None: the images come in pairs.
    """

    recipe: str
    shape: tuple[int, int, int]
    steps: int
    noise: Noise | None

    @property
    def parts(self) -> Recipe:
        return Recipe(self.recipe, shipped()[self.recipe])

    @property
    def batch(self) -> int:
        return int(self.parts.training()["batch"])

    def network(self) -> Network:
        """The recipe's, for images of this shape; the same weights each time."""
        torch.manual_seed(7)
        channels, *size = self.shape
        return make("network", NETWORKS, self.parts.tables["network"], channels=channels, size=tuple(size))

    def images(self) -> Images:
        """As many as a turn shows, in pairs if there is no noise."""
        shape = (self.steps * self.batch, *self.shape)
        clean, noisy = np.random.default_rng(7).integers(0, 256, (2, *shape), dtype=np.uint8)
        return Images.of(clean) if self.noise else replace(Images.of(clean), noisy=Images.of(noisy))

    def turn(self, **changes: Any) -> Turn:
        """An epoch of our training; the seconds a step took, validation left out.

        Args:
            changes: of the recipe's training: precision="half".
        """
        images = self.images()
        settings = self.parts.training() | {"epochs": 10**6, "patience": None} | changes
        data = Data("made up", images, images.take([0]), images.take([0]))
        epochs = Fit(self.network(), data, self.parts.method(), self.parts.loss(), **settings)()
        return lambda: next(epochs).seconds / self.steps


SYSTEMS = {
    "A": System("a-mnist-coded", (1, 28, 28), 20, gaussian),
    "B": System("b-lowlight-pooled", (3, 400, 600), 2, None),
    "D": System("d-fashion-dense", (1, 28, 28), 20, uniform),
    "E": System("e-mnist-conv", (1, 28, 28), 10, gaussian),
}
