"""Pixel-shuffled blind spots: pixels far enough from each other share no noise, also in a camera's JPEG."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Lt
from torch import Tensor
from torch.nn import functional as F

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.alone import BlindSpots
from grainless.learn.methods.pairs import Pair, Scene
from grainless.learn.networks.network import Network
from grainless.noise import Chain

CELLS = 8
"""Of the sides of what a network is shown: networks take multiples of it."""


@dataclass(frozen=True)
class Apart:
    """Every fifth pixel makes an image of its own, and blind spots teach in these (AP-BSN).

    Noise that neighbours share is as good as white at that distance. Denoising takes every second pixel instead:
    images are nearer to what they were, and some of their noise is still alike. The exported model has that inside.

    Args:
        noise: a recipe's.
        stride: pixels from each other that make an image while the network learns.
        denoised: the same when it denoises.
        hidden: share of the pixels that is asked for.
        around: pixels of these images on each side from which another one is taken.

    Raises:
        InputError: crops are too small to be dealt out.

    Source: Lee, Son, Lee, "AP-BSN: self-supervised denoising for real-world images via asymmetric PD and blind-spot
    network", CVPR 2022, arXiv:2203.11799. Unlike there, the spots are hidden in the image, as by "blind-spots", and
    not by the network's form; and results are not refined by random replacement.
    """

    needs_clean: ClassVar[bool] = False
    takes_shared: ClassVar[bool] = True

    noise: Chain
    stride: Annotated[int, Ge(2)] = 5
    denoised: Annotated[int, Ge(1)] = 2
    hidden: Annotated[float, Gt(0), Lt(0.5)] = 1 / 16
    around: Annotated[int, Ge(1)] = 2

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        noisy = self.noise(scene.clean, draw)
        cell = self.stride * CELLS
        height, width = (side // cell * cell for side in noisy.shape[2:])
        if not height or not width:
            raise InputError(
                f'learn.name is "apart", which deals out {cell} x {cell} pixels and more; set train.crop = {4 * cell}.'
            )
        spots = BlindSpots(Chain(()), hidden=self.hidden, around=self.around)
        return spots(Scene(dealt(noisy[..., :height, :width], self.stride)), draw)

    def exported(self, network: Network) -> Network:
        """The network as it denoises."""
        return Dealing(network, self.denoised) if self.denoised > 1 else network


def dealt(image: Tensor, stride: int) -> Tensor:
    """(n, c, h, w) as (n stride², c, h / stride, w / stride): each of every stride-th pixel."""
    count, channels = image.shape[:2]
    cells = F.pixel_unshuffle(image, stride)
    height, width = cells.shape[2:]
    parts = cells.reshape(count, channels, stride**2, height, width).swapaxes(1, 2)
    return parts.reshape(-1, channels, height, width)


def gathered(parts: Tensor, stride: int) -> Tensor:
    """What `dealt` dealt out, back in its places."""
    channels, height, width = parts.shape[1:]
    cells = parts.reshape(-1, stride**2, channels, height, width).swapaxes(1, 2)
    return F.pixel_shuffle(cells.reshape(-1, channels * stride**2, height, width), stride)


class Dealing(Network):
    """A network that sees an image as several, each of every stride-th pixel.

    Args:
        network: for these.
        stride: see above.
    """

    def __init__(self, network: Network, stride: int) -> None:
        super().__init__()
        self.network, self.stride = network, stride
        self.channels, self.size = network.channels, None
        self.multiple, self.least = stride * network.multiple, stride * network.least
        self.reach = None if network.reach is None else stride * network.reach + stride - 1

    def forward(self, noisy: Tensor) -> Tensor:
        return gathered(self.network(dealt(noisy, self.stride)), self.stride)
