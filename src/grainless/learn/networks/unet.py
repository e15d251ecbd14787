"""UNet: residual blocks at several scales, joined across by addition.

Sources: Ronneberger, Fischer, Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI
2015, arXiv:1505.04597; the plan of DRUNet: Zhang, Li, Zuo, Zhang, Van Gool, Timofte, "Plug-and-play image
restoration with deep denoiser prior", IEEE TPAMI 44(10), 2022, arXiv:2008.13751. Without biases as in Mohan,
Kadkhodaie, Simoncelli, Fernandez-Granda, "Robust and interpretable blind image denoising via bias-free
convolutional neural networks", ICLR 2020, arXiv:1906.05478.
Unlike DRUNet it is blind (no noise level goes in), small, gives the noise instead of the image, and may fold
the image at the door, as FFDNet does (arXiv:1710.04026): four times less work for every pixel.
"""

from collections.abc import Callable
from itertools import pairwise
from math import sqrt
from typing import Annotated, Literal

import torch
from annotated_types import MinLen
from torch import Tensor, nn

from grainless.learn.networks.network import Count, Network
from grainless.learn.networks.reach import Step, grow, near, reach, shrink

SMALL = 0.1
"""The gain of what is added to something else: little at first; with none, all before it would not learn."""


class UNet(Network):
    """Residual blocks at each scale, down by strided convolutions, up by transposed ones, skips by addition.

    Args:
        channels: colours of the image, in and out.
        widths: feature maps at each scale, the finest first; each scale halves the sides.
        blocks: residual blocks at each scale, on the way down and again on the way up.
        fold: the sides of the squares of pixels that become feature maps at the door; 1: none do.
        bias: whether convolutions have biases. Without, and with output "noise", a times the image gives a
            times the result, for a > 0: what helps at noise levels that training did not show.
        output: "noise": the stack's output is taken from the image. "image": its sigmoid is the image, as for
            images that are nearly black and white.
    """

    def __init__(
        self,
        *,
        channels: int = 1,
        widths: Annotated[tuple[Count, ...], MinLen(1)] = (32, 64, 128),
        blocks: Count = 1,
        fold: Count = 1,
        bias: bool = True,
        output: Literal["noise", "image"] = "noise",
    ) -> None:
        super().__init__()
        self.channels = channels
        self.multiple = fold * 2 ** (len(widths) - 1)
        self.reach = reach(_looks(len(widths), blocks, fold), self.multiple)
        self.output = output
        steps = list(pairwise(widths))
        self.door = nn.Sequential(_conv(channels * fold**2, widths[0], bias))
        self.encoders = nn.ModuleList(_blocks(width, blocks, bias) for width in widths[:-1])
        self.downs = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2, bias=bias) for fine, coarse in steps)
        self.bottom = _blocks(widths[-1], blocks, bias)
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, stride=2, bias=bias) for fine, coarse in steps[::-1]
        )
        self.decoders = nn.ModuleList(_blocks(width, blocks, bias) for width in widths[-2::-1])
        self.exit = nn.Sequential(_conv(widths[0], channels * fold**2, bias, SMALL))
        if fold > 1:
            self.door.insert(0, nn.PixelUnshuffle(fold))
            self.exit.append(nn.PixelShuffle(fold))

    @property
    def logits(self) -> Callable[[Tensor], Tensor]:
        """What gives the denoised images before the sigmoid; there is none while the output is the noise."""
        if self.output == "noise":
            raise AttributeError("logits")
        return self._stack

    def forward(self, noisy: Tensor) -> Tensor:
        if self.output == "noise":
            return noisy - self._stack(noisy)
        return torch.sigmoid(self._stack(noisy))

    def _stack(self, noisy: Tensor) -> Tensor:
        features: Tensor = self.door(noisy)
        skips = []
        for encoder, down in zip(self.encoders, self.downs, strict=True):
            skips.append(encoder(features))
            features = down(skips[-1])
        features = self.bottom(features)
        for up, decoder in zip(self.ups, self.decoders, strict=True):
            features = decoder(up(features) + skips.pop())
        stacked: Tensor = self.exit(features)
        return stacked


class Block(nn.Module):
    """Two 3 x 3 convolutions, ReLU between them, added to what came in; starts near to doing nothing."""

    def __init__(self, width: int, bias: bool) -> None:
        super().__init__()
        self.change = nn.Sequential(
            _conv(width, width, bias, gain=sqrt(2)),
            nn.ReLU(inplace=True),
            _conv(width, width, bias, gain=SMALL),
        )

    def forward(self, features: Tensor) -> Tensor:
        changed: Tensor = features + self.change(features)
        return changed


def _conv(given: int, width: int, bias: bool, gain: float = 1.0) -> nn.Conv2d:
    """3 x 3; what goes in with variance 1 comes out with gain² at the start."""
    conv = nn.Conv2d(given, width, 3, padding=1, bias=bias)
    nn.init.normal_(conv.weight, std=gain / sqrt(9 * given))
    return conv


def _blocks(width: int, count: int, bias: bool) -> nn.Sequential:
    return nn.Sequential(*(Block(width, bias) for _ in range(count)))


def _looks(scales: int, blocks: int, fold: int) -> list[Step]:
    """The way of the furthest look: down to the coarsest scale and up again."""
    here = near(2 * blocks)
    down, up = [here, shrink(2)], [grow(2), here]
    return [shrink(fold), near(1), *down * (scales - 1), here, *up * (scales - 1), near(1), grow(fold)]
