"""LowLight: first the light of the whole image, then its pixels.

A dark photograph needs two things: to be brightened, by how much only the whole image can tell, and to be freed
from the noise that brightening reveals, which is a matter of neighbouring pixels. A power law of a few learnt
numbers does the first, a U-Net the second.

Source: of the plan, Retinex: Wei, Wang, Yang, Liu, "Deep Retinex decomposition for low-light enhancement", BMVC 2018,
arXiv:1808.04560, which brightens by a map; here it is one curve for the whole image, so that a handful of pairs is
enough to learn it.
"""

import math
from collections.abc import Iterable
from typing import Annotated, Any

import torch
from annotated_types import Ge
from torch import Tensor, nn

from grainless.learn.networks.network import Count, Network
from grainless.learn.networks.unet import UNet

DARKEST = 1e-3
"""Added before logarithms and powers: a quarter of one step of 8 bits."""

MIDDLE = 0.45
"""The mean brightness that an untrained network brings an image to."""

RIDGE = 0.03
"""How dear large weights of the light are, beside the squared error of the brightened overviews."""

NEARER = 0.75
"""The side of a window that the light is found from, besides the whole image."""

ROUNDS = 80
"""Of L-BFGS, which settles a few dozen numbers in fewer."""


class LowLight(Network):
    """A curve for the whole image, then a U-Net.

        bright = b_c y^p / mean(y^p)       y = x + 0.001, the mean over pixels and channels
        denoised = unet(bright)

    The three b and p are exponentials of linear functions of five statistics of the image: contrast, saturation,
    brightness, and the balance of the colours. All but the brightness do not depend on the exposure.

    Args:
        channels: colours of the image, in and out: 3.
        widths: feature maps of the U-Net at each scale.
        blocks: its residual blocks at each scale.
        fold: the side of the squares of pixels that become its feature maps at the door.
        bias: whether its convolutions have biases.
        overview: the curve is found from the image averaged into so many cells a side, where noise has gone, and
            from what highlights leave in place of brightness; 0: from its pixels.
    """

    aside = ("light",)

    def __init__(
        self,
        *,
        channels: int = 3,
        widths: tuple[Count, ...] = (32, 64),
        blocks: Count = 1,
        fold: Count = 4,
        bias: bool = True,
        overview: Annotated[int, Ge(0)] = 0,
    ) -> None:
        super().__init__()
        self.channels = channels
        self.reach = None  # the curve looks at the whole image
        self.light = nn.Linear(2 + channels, channels + 1)
        nn.init.zeros_(self.light.weight)
        nn.init.zeros_(self.light.bias)
        self.light.requires_grad_(not overview)  # `prepare` finds it
        self.unet = UNet(channels=channels, widths=widths, blocks=blocks, fold=fold, bias=bias)
        self.overview = overview
        self.multiple = self.unet.multiple

    def forward(self, noisy: Tensor) -> Tensor:
        denoised: Tensor = self.unet(self.brightened(noisy))
        return denoised

    def prepare(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> None:
        """With an overview: the light that brings those of what is shown nearest to those of what is wanted.

        Its numbers are few: L-BFGS finds them in seconds. Small steps beside a U-Net that learns hardly move them, and
        where they do, towards the training images alone.
        """
        if not self.overview:
            return
        overviews = [[_windows(averaged(image, self.overview)) for image in pair] for pair in pairs]
        shown, wanted = (torch.cat(part) for part in zip(*overviews, strict=True))
        self.light.requires_grad_(True)
        search: Any = torch.optim.LBFGS(self.light.parameters(), lr=0.5, max_iter=ROUNDS)

        def error() -> Tensor:
            search.zero_grad()
            squares = (self.brightened(shown) - wanted).square().mean()
            loss: Tensor = squares + RIDGE * self.light.weight.square().mean()
            torch.autograd.backward(loss)
            return loss

        search.step(error)
        self.light.requires_grad_(False)

    def brightened(self, noisy: Tensor) -> Tensor:
        """The image along its curve, (n, c, h, w); not clipped."""
        seen = averaged(noisy, self.overview) if self.overview else noisy
        wanted = self.light(statistics(seen, headroom=bool(self.overview)))[:, :, None, None]
        power = 0.5 * wanted[:, -1:].exp()
        mean = _mean((seen.clamp_min(0) + DARKEST) ** power).mean(1)[:, None, None, None]
        curved = (noisy.clamp_min(0) + DARKEST) ** power
        bright: Tensor = MIDDLE * wanted[:, :-1].exp() * curved / mean
        return bright


def averaged(image: Tensor, cells: int) -> Tensor:
    """The image as cells x cells means, (n, c, cells, cells), whatever its sides; smaller ones are repeated."""
    rows, columns = (_shares(side, cells, image) for side in image.shape[2:])
    means: Tensor = rows @ image @ columns.T
    return means


def _windows(overview: Tensor) -> Tensor:
    """An overview, and those of its four corners: a photograph taken from nearer has a light, too."""
    cells = overview.shape[-1]
    side = math.ceil(NEARER * cells)
    places = [slice(0, side), slice(cells - side, cells)]
    corners = [averaged(overview[:, :, rows, columns], cells) for rows in places for columns in places]
    return torch.cat([overview, *corners])


def _shares(side: int, cells: int, like: Tensor) -> Tensor:
    """How much of each cell each pixel along a side fills, (cells, side); rows sum to 1."""
    line = torch.arange(side, dtype=like.dtype, device=like.device)
    wide = torch.ones((), dtype=like.dtype, device=like.device) * side / cells
    start = torch.arange(cells, dtype=like.dtype, device=like.device)[:, None] * wide
    filled = torch.minimum(line + 1, start + wide) - torch.maximum(line, start)
    return filled.clamp_min(0) / wide


def statistics(noisy: Tensor, *, headroom: bool = False) -> Tensor:
    """Numbers of a whole image, each about -1 to 1, (n, 2 + c).

    Of the square roots of its pixels, which spread dark ones: contrast (deviation of the grey image over its
    mean), saturation (mean range of the colours over that mean), the logarithm of the mean, and that of each
    colour's mean over all colours' (the first one's follows from the others). With `headroom`, the logarithm of the
    brightest twentieth over the median stands in the mean's place: the brighter lights are, the darker a photographer
    leaves the rest.
    """
    roots = (noisy.clamp_min(0) + DARKEST).sqrt()
    colours = _mean(roots)
    mean = colours.mean(1)
    grey = roots.mean(1)
    contrast = (_mean((grey - mean[:, None, None]).square()) + DARKEST**2).sqrt() / mean
    saturation = _mean(roots.amax(1) - roots.amin(1)) / mean
    balance = colours.log() - colours.log().mean(1, keepdim=True)
    third = _headroom(grey) / 0.5 - 1 if headroom else mean.log() + 1.5
    light = torch.stack([contrast / 0.4 - 1, saturation / 0.2 - 1, third], 1)
    return torch.cat([light, 8 * balance[:, 1:]], 1)


def _headroom(grey: Tensor) -> Tensor:
    """How far the brightest twentieth begins above the median, in logarithms, (n,)."""
    sorted_ = grey.flatten(1).sort(dim=1).values
    count = sorted_.shape[1]
    return (sorted_[:, count * 19 // 20] / sorted_[:, count // 2]).log()


def _mean(planes: Tensor) -> Tensor:
    """Over rows and columns one after the other: the sum of a whole image at once loses digits, and not everywhere the
    same ones.
    """
    return planes.mean(-1).mean(-1)
