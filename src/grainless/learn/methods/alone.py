"""Methods that learn from noisy images alone: no clean image is ever wanted.

The data hold noisy images, or a recipe's noise is put on clean ones that are then forgotten. For all, the clean image
must be the expectation of the noisy one, and neighbouring pixels must share no noise. Where each fails:
docs/noisy-only.md.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch
from annotated_types import Ge, Gt, Lt
from torch import Tensor
from torch.nn import functional as F

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.losses import Loss, must_be_mse
from grainless.learn.methods.pairs import Pair, Scene
from grainless.noise import Chain, Gaussian
from grainless.parts import one_of

SHARED = ("correlated", "grain", "jpeg")
"""Kinds of noise that neighbouring pixels share."""

CELLS = 16
"""Images are cut to multiples of it before they are halved: networks take multiples of 8."""

ALONG = {"none": (0, 0), "rows": (0, 1), "columns": (1, 0)}
"""Along what pixels share noise -> (down, across)."""


@dataclass(frozen=True)
class BlindSpots:
    """Some pixels are hidden, and asked for: another pixel from around stands in their place (Noise2Void).

    The neighbours of a pixel tell what is shown there, but not its noise, so that the mean is the best answer. Where
    noise runs along rows or columns, as in scans and of some cameras, the neighbours along these are hidden, too.

    Args:
        noise: a recipe's.
        hidden: share of the pixels that is asked for.
        around: pixels on each side from which one is taken.
        along: "none"; or "rows" or "columns", if noise is alike along them.
        reach: so many pixels far.

    Raises:
        InputError: the recipe's noise is shared by neighbours, and `along` says nothing of it.

    Source: Krull, Buchholz, Jug, "Noise2Void: learning denoising from single noisy images", CVPR 2019,
    arXiv:1811.10980; the structured mask: Broaddus, Krull, Weigert, Schmidt, Myers, "Removing structured noise with
    self-supervised blind-spot networks", ISBI 2020. Unlike there, hidden neighbours take pixels from beside the line.
    """

    needs_clean: ClassVar[bool] = False

    noise: Chain
    hidden: Annotated[float, Gt(0), Lt(0.5)] = 1 / 64
    around: Annotated[int, Ge(1)] = 2
    along: Annotated[str, one_of("direction", ALONG)] = "none"
    reach: Annotated[int, Ge(1)] = 4

    def __post_init__(self) -> None:
        if self.along == "none":
            _refuse_shared(
                "blind-spots", self.noise, '; if it runs along rows or columns, set learn.along = "rows"'
            )

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        noisy = self.noise(scene.clean, draw)
        asked = (draw.uniform(noisy[:, :1]) < self.hidden).to(noisy.dtype)
        down, across = (self.reach * each for each in ALONG[self.along])
        hidden = F.max_pool2d(asked, (2 * down + 1, 2 * across + 1), stride=1, padding=(down, across))
        return Pair(torch.where(hidden > 0, self._others(noisy, draw), noisy), noisy, asked)

    def _others(self, noisy: Tensor, draw: TorchDraw) -> Tensor:
        """For each pixel one from around, never itself, nor one on its line if noise runs along that."""
        height, width = noisy.shape[2:]
        rows, columns = torch.meshgrid(
            torch.arange(height, device=noisy.device), torch.arange(width, device=noisy.device), indexing="ij"
        )
        steps = [
            self._steps(noisy, draw, still=still) for still in (self.along == "columns", self.along == "rows")
        ]
        down, across = steps[0], steps[1]
        across = torch.where((down == 0) & (across == 0), 1, across)
        if self.along == "rows":
            down = torch.where(down == 0, 1, down)
        if self.along == "columns":
            across = torch.where(across == 0, 1, across)
        there = _inside(rows + down, rows, height) * width + _inside(columns + across, columns, width)
        return (
            noisy.flatten(2).gather(2, there.flatten(2).expand(-1, noisy.shape[1], -1)).reshape(noisy.shape)
        )

    def _steps(self, noisy: Tensor, draw: TorchDraw, *, still: bool) -> Tensor:
        """(n, 1, h, w) whole steps from -around to around; none where the other way is the one to go."""
        steps = torch.floor(draw.uniform(noisy[:, :1]) * (2 * self.around + 1)).long() - self.around
        return torch.zeros_like(steps) if still else steps


@dataclass(frozen=True)
class Neighbours:
    """Of each 2 x 2 pixels two neighbours are taken, one to be shown, one to be asked for (Neighbor2Neighbor).

    Both show nearly the same scene, each with noise of its own, as in Noise2Noise. Images are shown at half size. A
    plane of a stack is asked for by itself, and shown with those around it.

    Neighbours differ by more than their noise. With `undo` what they differ by in the denoised whole image, c, is
    taken into account, at the cost of denoising that, too:

        mean (f(first) - second)² + undo mean (f(first) - second - c)²        c = first - second of f(whole)

    Epochs are compared without that term: c is another after each.

    Args:
        noise: a recipe's.
        undo: how much that term weighs.

    Raises:
        InputError: the recipe's noise is shared by neighbours.

    Source: Huang, Li, Jia, Lu, Liu, "Neighbor2Neighbor: self-supervised denoising from single noisy images", CVPR
    2021, arXiv:2101.02824. Unlike there, the term weighs the same from beginning to end, and nothing unless it is
    asked for.
    """

    needs_clean: ClassVar[bool] = False
    takes_planes: ClassVar[bool] = True

    noise: Chain
    undo: Annotated[float, Ge(0)] = 0.0

    def __post_init__(self) -> None:
        _refuse_shared("neighbours", self.noise, "")

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        noisy = self.noise(scene.clean if scene.noisy is None else scene.noisy, draw)
        height, width = (side // CELLS * CELLS or side // 2 * 2 for side in noisy.shape[2:])
        whole = noisy[..., :height, :width]
        lot = torch.floor(draw.uniform(whole[:, :1, ::2, ::2]) * 8).clamp(max=7)
        first, others = _halves(whole, lot)
        second = _middle(others, scene.clean.shape[1])
        if not self.undo:
            return Pair(first, second)
        return Pair(first, second, aside=torch.cat([F.pixel_unshuffle(whole, 2), lot], dim=1))

    def risk(self, loss: Loss) -> Loss:
        """What is made small in the place of a loss: that loss, or with `undo` what stands above.

        Raises:
            InputError: `undo` is asked for, and the loss is no squared error.
        """
        if not self.undo:
            return loss
        must_be_mse(loss, f"learn.undo = {self.undo:g}")
        return self._undone

    def _undone(self, network: Any, pair: Pair) -> Tensor:
        if pair.aside is None:
            raise ValueError("the pair was made by another method")
        off = network(pair.shown) - pair.wanted
        distance: Tensor = off.square().mean()
        if not getattr(network, "training", True):
            return distance
        with torch.no_grad():
            whole = network(F.pixel_shuffle(pair.aside[:, :-1], 2))
        first, second = _halves(whole, pair.aside[:, -1:])
        undone: Tensor = distance + self.undo * (off - (first - second)).square().mean()
        return undone


@dataclass(frozen=True)
class Recorrupted:
    """By noise that is added, and taken away, an image of known noise becomes two of uncorrelated ones.

        shown = y + strength e        wanted = y - e / strength        e ~ sigma N(0, 1)

    Their noises do not correlate, so that the mean is the best answer, as for SURE. For white Gaussian noise alone.

    Args:
        noise: a recipe's.
        sigma: of the noise that the images have, in full scales.
        strength: of the noise that is added, in sigmas.

    Raises:
        InputError: the recipe's noise is no white Gaussian noise of that sigma.

    Source: Pang, Zheng, Quan, Ji, "Recorrupted-to-recorrupted: unsupervised deep learning for image denoising", CVPR
    2021.
    """

    needs_clean: ClassVar[bool] = False

    noise: Chain
    sigma: Annotated[float, Gt(0)]
    strength: Annotated[float, Gt(0)] = 0.5

    def __post_init__(self) -> None:
        refuse_all_but_gaussian("recorrupted", self.noise, self.sigma)

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        noisy = self.noise(scene.clean, draw)
        more = self.sigma * draw.normal(noisy)
        return Pair(noisy + self.strength * more, noisy - more / self.strength)


def _halves(whole: Tensor, lot: Tensor) -> tuple[Tensor, Tensor]:
    """Two neighbours of each 2 x 2 pixels of (n, c, 2h, 2w), by lots 0..7, (n, 1, h, w)."""
    cells = F.pixel_unshuffle(whole, 2)
    channels = whole.shape[1]
    four = cells.reshape(len(cells), channels, 4, *cells.shape[2:])
    # Corners 0 1 / 2 3 have the neighbours 1 2, 0 3, 0 3, 1 2: one of eight ordered pairs for each cell.
    chosen = lot.long()[:, :, None]
    first = chosen // 2
    beside = torch.tensor([[1, 2], [0, 3], [0, 3], [1, 2]], device=whole.device)
    second = beside[first, chosen % 2]
    one, other = (four.gather(2, each.expand(-1, channels, -1, -1, -1))[:, :, 0] for each in (first, second))
    return one, other


def _middle(planes: Tensor, channels: int) -> Tensor:
    """The one in the middle of (n, planes * channels, h, w)."""
    first = (planes.shape[1] - channels) // 2
    return planes[:, first : first + channels]


def _refuse_shared(name: str, noise: Chain, cure: str) -> None:
    """Refuse noise that neighbouring pixels share: they would tell it, and it would be learned."""
    shared = [str(part) for part in noise.parts if any(kind in SHARED for kind in part.kinds)]
    if shared:
        raise InputError(
            f'learn.name is "{name}", and neighbouring pixels share the noise of {shared[0]}, which would stay{cure}; '
            'or take "supervised".'
        )


def refuse_all_but_gaussian(name: str, noise: Chain, sigma: float) -> None:
    """Refuse a recipe's noise that is not Gaussian, of this sigma, and nothing else."""
    known = [part for part in noise.parts if isinstance(part, Gaussian) and part.sigma == sigma]
    if len(known) < len(noise.parts) or len(known) > 1:
        raise InputError(
            f'learn.name is "{name}" for Gaussian noise of sigma {sigma:g}, and the noise is {noise}; take '
            '"neighbours", which need not know it.'
        )


def _inside(places: Tensor, from_: Tensor, side: int) -> Tensor:
    """Places beyond the border are mirrored at the pixel that they are seen from."""
    return torch.where((places < 0) | (places >= side), 2 * from_ - places, places).clamp(0, side - 1)
