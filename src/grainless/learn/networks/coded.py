"""Coded: strided convolutions down to a code of a few numbers, transposed ones up again.

Sources: Dinesh, "Image denoising using autoencoders" (the default here: 843,649 parameters on 28 x 28; and a
deeper variant, widths 32, 64, 128, whose published shapes do not fit: here they do); Rosebrock, "Denoising
autoencoders with Keras, TensorFlow, and deep learning", PyImageSearch, 2020 (code 16, slope 0.2, normalised,
finish "flat": 178,769). Weights start as Keras starts them. Keras pads a strided convolution on the far sides
alone where the side is even; here all four sides are padded.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from math import prod
from typing import Annotated, Literal

import torch
from annotated_types import Ge, MinLen
from torch import Tensor, nn

from grainless.learn.networks import keras
from grainless.learn.networks.network import Count, Network, one_size

Size = tuple[int, int]
Bend = Callable[[int], list[nn.Module]]


class Coded(Network):
    """Convolutions of 3 x 3 and stride 2, a linear code, and as many transposed convolutions back.

    Args:
        size: (height, width) of the images, the only size it takes.
        channels: colours of the image, in and out.
        widths: feature maps after each convolution down; each halves the sides, rounded up.
        code: numbers of the code; neither it nor the layer after it has an activation.
        slope: of the (leaky) ReLU for negative values; 0: none.
        normalise: whether BatchNorm follows each activation.
        finish: whether the last step up gives the image itself ("up"), or as many feature maps as the first
            convolution, from which a last transposed convolution of stride 1 makes the image ("flat").

    Raises:
        InputError: the images are of several sizes.
    """

    def __init__(
        self,
        *,
        size: Size | None,
        channels: int = 1,
        widths: Annotated[tuple[Count, ...], MinLen(1)] = (32, 64),
        code: Count = 128,
        slope: Annotated[float, Ge(0)] = 0.0,
        normalise: bool = False,
        finish: Literal["up", "flat"] = "up",
    ) -> None:
        super().__init__()
        self.channels = channels
        self.size = one_size("coded", size)
        sizes = _halved(self.size, len(widths))
        bend = partial(_bend, slope, normalise)
        cells = (widths[-1], *sizes[-1])
        self.encoder = nn.Sequential(
            *_down((channels, *widths), bend), nn.Flatten(), nn.Linear(prod(cells), code)
        )
        self.decoder = nn.Sequential(nn.Linear(code, prod(cells)), nn.Unflatten(1, cells))
        if finish == "up":
            self.decoder.extend(_up(widths[::-1], sizes[-2:0:-1], bend))
            self.decoder.append(_double(widths[0], channels, self.size))
        else:
            self.decoder.extend(_up((widths[-1], *widths[::-1]), sizes[-2::-1], bend))
            self.decoder.append(nn.ConvTranspose2d(widths[0], channels, 3, padding=1))
        self.apply(keras.glorot)

    def encode(self, noisy: Tensor) -> Tensor:
        """The codes of images, (n, code)."""
        code: Tensor = self.encoder(noisy)
        return code

    def decode(self, code: Tensor) -> Tensor:
        """The images of codes, (n, c, h, w)."""
        return torch.sigmoid(self.decoder(code))

    def logits(self, noisy: Tensor) -> Tensor:
        """The denoised images before the sigmoid."""
        logits: Tensor = self.decoder(self.encode(noisy))
        return logits

    def forward(self, noisy: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(noisy))


def _halved(size: Size, times: int) -> list[Size]:
    """The size and what strided convolutions make of it, one after the other; odd sides round up.

    >>> _halved((28, 28), 3)
    [(28, 28), (14, 14), (7, 7), (4, 4)]
    """
    sizes = [size]
    for _ in range(times):
        height, width = sizes[-1]
        sizes.append(((height + 1) // 2, (width + 1) // 2))
    return sizes


def _bend(slope: float, normalise: bool, width: int) -> list[nn.Module]:
    """What follows a convolution."""
    bend = nn.LeakyReLU(slope) if slope else nn.ReLU()
    return [bend, keras.batch_norm(width)] if normalise else [bend]


def _down(widths: Sequence[int], bend: Bend) -> Iterator[nn.Module]:
    for given, width in pairwise(widths):
        yield nn.Conv2d(given, width, 3, stride=2, padding=1)
        yield from bend(width)


def _up(widths: Sequence[int], sizes: Sequence[Size], bend: Bend) -> Iterator[nn.Module]:
    for (given, width), size in zip(pairwise(widths), sizes, strict=True):
        yield _double(given, width, size)
        yield from bend(width)


def _double(given: int, width: int, size: Size) -> nn.ConvTranspose2d:
    """A transposed convolution of stride 2 that ends at this size, odd or even."""
    even = ((size[0] + 1) % 2, (size[1] + 1) % 2)
    return nn.ConvTranspose2d(given, width, 3, stride=2, padding=1, output_padding=even)
