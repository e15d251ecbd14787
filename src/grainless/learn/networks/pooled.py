"""Pooled: convolutions and pooling down, convolutions and repetition up.

Sources: Chollet, "Building autoencoders in Keras", Keras blog, 2016 (the default here: 28,353 parameters in
grey); A. Sharma, "Implementing autoencoders in Keras", DataCamp, 2018 (down 32, 64, middle 128, up 128, 64:
314,625); M. Sharma, "Image denoising using CNN-based autoencoders" (normalised: 30,019 in colour).
Weights start as Keras starts them.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from grainless.errors import InputError
from grainless.learn.networks import keras
from grainless.learn.networks.network import Count, Network
from grainless.learn.networks.reach import grow, near, reach, shrink


class Pooled(Network):
    """[3 x 3, ReLU, halve] down, [3 x 3, ReLU] in the middle, [3 x 3, ReLU, double] up, 3 x 3, sigmoid.

    Args:
        channels: colours of the image, in and out.
        down: feature maps of each convolution before the largest of every 2 x 2 pixels is kept.
        middle: feature maps of the convolutions at the smallest size.
        up: feature maps of each convolution before every pixel is doubled; as many as `down`.
        normalise: whether BatchNorm follows each ReLU.

    Raises:
        InputError: it would not end at the size it began with.
    """

    def __init__(
        self,
        *,
        channels: int = 1,
        down: tuple[Count, ...] = (32, 32),
        middle: tuple[Count, ...] = (),
        up: tuple[Count, ...] = (32, 32),
        normalise: bool = False,
    ) -> None:
        super().__init__()
        if len(down) != len(up):
            raise InputError(
                f"The network pooled halves the image {len(down)} times (down) and doubles it {len(up)} "
                "times (up); give both the same number of widths."
            )
        self.channels = channels
        self.multiple = 2 ** len(down)
        looks = (
            [near(1), shrink(2)] * len(down)
            + [near(1)] * len(middle)
            + [near(1), grow(2)] * len(up)
            + [near(1)]
        )
        self.reach = reach(looks, self.multiple)
        ends = (
            *(nn.MaxPool2d(2) for _ in down),
            *(nn.Identity() for _ in middle),
            *(nn.Upsample(scale_factor=2) for _ in up),
        )
        widths = (channels, *down, *middle, *up)
        self.stack = nn.Sequential()
        for (given, width), end in zip(pairwise(widths), ends, strict=True):
            self.stack.extend([nn.Conv2d(given, width, 3, padding=1), nn.ReLU()])
            self.stack.extend([keras.batch_norm(width)] if normalise else [])
            self.stack.append(end)
        self.stack.append(nn.Conv2d(widths[-1], channels, 3, padding=1))
        self.apply(keras.glorot)

    def logits(self, noisy: Tensor) -> Tensor:
        """The denoised images before the sigmoid."""
        logits: Tensor = self.stack(noisy)
        return logits

    def forward(self, noisy: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(noisy))
