"""Stacked: convolutions at the image's own size, no code.

Sources: Chris, "Creating a signal noise removal autoencoder with Keras", MachineCurve, 2019 (the default
here: 47,425 parameters in grey); "Remove noisy from images using autoencoders" (widths 16, 8, padding "same",
start "glorot": 3,217).
"""

from itertools import pairwise
from typing import Annotated, Literal

import torch
from annotated_types import MinLen
from torch import Tensor, nn

from grainless.learn.networks import keras
from grainless.learn.networks.network import Count, Network

START = {"glorot": keras.glorot, "he": keras.he}


class Stacked(Network):
    """Convolutions of 3 x 3 with ReLU there, the same backwards, and a last one with a sigmoid.

    Args:
        channels: colours of the image, in and out.
        widths: feature maps of the first half; the second half has them backwards.
        padding: "valid": each convolution of the first half takes two pixels from the sides, and the second
            half is of transposed ones, which give them back; images have more than two pixels a side for each
            width. "same": zeros around the image, and convolutions throughout.
        start: how the weights of all but the last convolution start: uniform as by Glorot or by He.
    """

    def __init__(
        self,
        *,
        channels: int = 1,
        widths: Annotated[tuple[Count, ...], MinLen(1)] = (64, 32),
        padding: Literal["valid", "same"] = "valid",
        start: Literal["glorot", "he"] = "he",
    ) -> None:
        super().__init__()
        self.channels = channels
        self.reach = 2 * len(widths) + 1  # each convolution sees one pixel further
        self.least = 1 if padding == "same" else 2 * len(widths) + 1  # each takes one from each side
        around = 1 if padding == "same" else 0
        back = nn.Conv2d if padding == "same" else nn.ConvTranspose2d
        self.stack = nn.Sequential()
        for given, width in pairwise((channels, *widths)):
            self.stack.extend([nn.Conv2d(given, width, 3, padding=around), nn.ReLU()])
        for given, width in pairwise((widths[-1], *widths[::-1])):
            self.stack.extend([back(given, width, 3, padding=around), nn.ReLU()])
        self.stack.apply(START[start])
        self.stack.append(nn.Conv2d(widths[0], channels, 3, padding=1).apply(keras.glorot))

    def logits(self, noisy: Tensor) -> Tensor:
        """The denoised images before the sigmoid."""
        logits: Tensor = self.stack(noisy)
        return logits

    def forward(self, noisy: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(noisy))
