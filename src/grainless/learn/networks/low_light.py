"""Lit: first the light of the whole image, then its pixels.

A dark photograph needs two things: to be brightened, by how much only the whole image can tell, and to be freed
from the noise that brightening reveals, which is a matter of neighbouring pixels. A power law of a few learnt
numbers does the first, a U-Net the second.

Source: of the plan, Retinex: Wei, Wang, Yang, Liu, "Deep Retinex decomposition for low-light enhancement", BMVC 2018,
arXiv:1808.04560, which brightens by a map; here it is one curve for the whole image, so that a handful of pairs is
enough to learn it.
"""

import torch
from torch import Tensor, nn

from grainless.learn.networks.network import Count, Network
from grainless.learn.networks.unet import UNet

DARKEST = 1e-3
"""Added before logarithms and powers: a quarter of one step of 8 bits."""

MIDDLE = 0.45
"""The mean brightness that an untrained network brings an image to."""


class Lit(Network):
    """A curve for the whole image, then a U-Net.

        lit = b_c y^p / mean(y^p)       y = x + 0.001, the mean over pixels and channels
        denoised = unet(lit)

    The three b and p are exponentials of linear functions of five statistics of the image: contrast, saturation,
    brightness, and the balance of the colours. All but the brightness do not depend on the exposure.

    Args:
        channels: colours of the image, in and out: 3.
        widths: feature maps of the U-Net at each scale.
        blocks: its residual blocks at each scale.
        fold: the side of the squares of pixels that become its feature maps at the door.
    """

    def __init__(
        self,
        *,
        channels: int = 3,
        widths: tuple[Count, ...] = (32, 64),
        blocks: Count = 1,
        fold: Count = 4,
    ) -> None:
        super().__init__()
        self.channels = channels
        self.reach = None  # the curve looks at the whole image
        self.light = nn.Linear(2 + channels, channels + 1)
        nn.init.zeros_(self.light.weight)
        nn.init.zeros_(self.light.bias)
        self.unet = UNet(channels=channels, widths=widths, blocks=blocks, fold=fold)
        self.multiple = self.unet.multiple

    def forward(self, noisy: Tensor) -> Tensor:
        denoised: Tensor = self.unet(self.brightened(noisy))
        return denoised

    def brightened(self, noisy: Tensor) -> Tensor:
        """The image along its curve, (n, c, h, w); not clipped."""
        wanted = self.light(statistics(noisy))[:, :, None, None]
        power = 0.5 * wanted[:, -1:].exp()
        curved = (noisy.clamp_min(0) + DARKEST) ** power
        lit: Tensor = MIDDLE * wanted[:, :-1].exp() * curved / _mean(curved).mean(1)[:, None, None, None]
        return lit


def statistics(noisy: Tensor) -> Tensor:
    """Numbers of a whole image, each about -1 to 1, (n, 2 + c).

    Of the square roots of its pixels, which spread dark ones: contrast (deviation of the grey image over its
    mean), saturation (mean range of the colours over that mean), the logarithm of the mean, and that of each
    colour's mean over all colours' (the first one's follows from the others).
    """
    roots = (noisy.clamp_min(0) + DARKEST).sqrt()
    colours = _mean(roots)
    mean = colours.mean(1)
    grey = roots.mean(1)
    contrast = (_mean((grey - mean[:, None, None]).square()) + DARKEST**2).sqrt() / mean
    saturation = _mean(roots.amax(1) - roots.amin(1)) / mean
    balance = colours.log() - colours.log().mean(1, keepdim=True)
    light = torch.stack([contrast / 0.4 - 1, saturation / 0.2 - 1, mean.log() + 1.5], 1)
    return torch.cat([light, 8 * balance[:, 1:]], 1)


def _mean(planes: Tensor) -> Tensor:
    """Over rows and columns one after the other: the sum of a whole image at once loses digits, and not everywhere the
    same ones.
    """
    return planes.mean(-1).mean(-1)
