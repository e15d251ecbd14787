"""A trained network taken apart at its code: from images to codes, back, and along the way between two of them."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from grainless.errors import InputError
from grainless.learn.networks import NETWORKS
from grainless.learn.networks.network import check_size
from grainless.learn.run import Run

Array = NDArray[np.float32]


class Coder:
    """A run's network with its best weights, taken apart at its code.

    Args:
        run: a finished run's folder.

    Raises:
        InputError: it is no run, or its network has no code.
    """

    def __init__(self, run: str | Path) -> None:
        self.run = Run.open(Path(run))
        recipe = self.run.recipe()
        network: Any = recipe.network()
        if not hasattr(network, "encode"):
            raise InputError(
                f"The network {recipe.options['network.name']} of {run} has no code; those with one: {_with_code()}."
            )
        network.load_state_dict(self.run.weights())
        self._network = network.eval()

    @property
    def channels(self) -> int:
        """Colours of the images it takes: 1 grey, 3 RGB."""
        return int(self._network.channels)

    def check(self, height: int, width: int, name: str) -> None:
        """Whether it takes images of this size.

        Raises:
            InputError: it does not; `name` says which image it was.
        """
        try:
            check_size(self._network, height, width)
        except InputError as error:
            raise InputError(f"{name} cannot be encoded by {self.run.path}. {error}") from error

    @torch.no_grad()
    def encode(self, images: Array) -> Array:
        """The codes of images.

        Args:
            images: (n, c, h, w) float32, 0 = black, 1 = full scale, of the size the network takes.

        Returns:
            (n, code).
        """
        codes: Array = self._network.encode(torch.from_numpy(images)).numpy()
        return codes

    @torch.no_grad()
    def decode(self, codes: Array) -> Array:
        """The images of codes.

        Args:
            codes: (n, code) float32.

        Returns:
            (n, c, h, w).
        """
        images: Array = self._network.decode(torch.from_numpy(codes)).numpy()
        return images

    def interpolate(self, first: Array, last: Array, steps: int = 10) -> Array:
        """Images along the straight line between the codes of two images.

            image k = decode((1 - t) encode(first) + t encode(last)),  t = k / (steps - 1)

        Args:
            first: (c, h, w).
            last: (c, h, w).
            steps: images, both ends included, at least 2.

        Returns:
            (steps, c, h, w); the ends are decoded from their own codes.
        """
        if steps < 2:
            raise InputError(f"An interpolation has two ends, so at least 2 steps, not {steps}.")
        ends = self.encode(np.stack([first, last]))
        share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
        return self.decode((1 - share) * ends[0] + share * ends[1])


def _with_code() -> str:
    return ", ".join(name for name, network in NETWORKS.items() if hasattr(network, "encode"))
