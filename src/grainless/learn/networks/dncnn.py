"""DnCNN: find the noise, then take it away.

Source: Zhang, Zuo, Chen, Meng, Zhang, "Beyond a Gaussian denoiser: residual learning of deep CNN for image
denoising", IEEE TIP 26(7), 2017, arXiv:1608.03981, figure 1.
Unlike the paper, convolutions have no bias where BatchNorm would take it away again, and weights start as
PyTorch starts them.
"""

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Ge
from torch import Tensor, nn

from grainless.learn.networks.network import Count, Network


class DnCNN(Network):
    """A straight stack of 3 x 3 convolutions whose output is the noise.

    Args:
        channels: colours of the image, in and out.
        depth: convolutions from end to end.
        width: feature maps between them.
    """

    def __init__(self, *, channels: int = 1, depth: Annotated[int, Ge(2)] = 17, width: Count = 64) -> None:
        super().__init__()
        self.channels = channels
        self.reach = depth  # each convolution sees one pixel further
        self.noise = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.ReLU(inplace=True),
            *(layer for _ in range(depth - 2) for layer in _middle(width)),
            nn.Conv2d(width, channels, 3, padding=1),
        )

    def forward(self, noisy: Tensor) -> Tensor:
        denoised: Tensor = noisy - self.noise(noisy)
        return denoised


def _middle(width: int) -> Iterator[nn.Module]:
    yield nn.Conv2d(width, width, 3, padding=1, bias=False)
    yield nn.BatchNorm2d(width)
    yield nn.ReLU(inplace=True)
