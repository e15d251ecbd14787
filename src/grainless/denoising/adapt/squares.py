"""Whether a model is shown an image itself, or means over squares of its pixels: what tells hidden pixels best."""

import math
from collections.abc import Sequence

import numpy as np

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.fit import fitted
from grainless.denoising.adapt.growth import Values
from grainless.denoising.adapt.phases import shrunk
from grainless.denoising.adapt.transform import Floats

SIDES = (2, 3, 4)
"""Of the squares, in pixels: each is tried where the one before was better."""

LOOKED_AT = 512
"""Pixels a side of the part in which that is tried; of several images parts as large together."""

BETTER = 0.002
"""Of the squared error at hidden pixels, most of which is their own noise: by so much squares must be better."""

COST = 0.35
"""And by so much of what hiding changes in the result of the finer model: it goes by the pixel itself, which squares
do not, and loses more than they do when that is hidden (docs/lab.md).
"""

PLAINLY = 0.015
"""Unless squares are better by so much: then the finer model takes dots for detail, and changes most of all."""

SURE = 1.0
"""And by so many standard errors."""

HIDDEN = 30_000
"""So many pixels of an image are hidden, one in sixteen at once, or a quarter of all."""

FEW = 8000
"""Where so few can be hidden in all, as in one image under about 180 x 180 pixels, chance would choose."""

TURNS = ((1, 1), (3, 3), (1, 3), (3, 1))
"""Which of 4 x 4 are hidden, (down, right)."""


def with_squares(adapted: Sequence[Adapted], images: Sequence[Floats]) -> list[Adapted]:
    """The same, or all with squares of one side: the one that tells hidden pixels best in all images together.

    Args:
        adapted: a model with a curve for each image.
        images: (n, h, w) parts of each, as the curve was fitted to.
    """
    best = list(adapted)
    part = math.ceil(LOOKED_AT / math.sqrt(len(images)))
    looked = [parts[:1, :part, :part] for parts in images]
    errors, changes = zip(*map(_hidden, best, looked), strict=True)
    for side in SIDES if sum(map(len, errors)) > FEW else ():
        tried = [wider(each, parts, side) for each, parts in zip(adapted, images, strict=True)]
        coarse = [each for each in tried if each is not None]
        if len(coarse) < len(tried):
            break
        of_coarse, of_hiding = zip(*map(_hidden, coarse, looked), strict=True)
        if not _better(errors, of_coarse, changes):
            break
        best, errors, changes = coarse, of_coarse, of_hiding
    return best


def wider(adapted: Adapted, parts: Floats, side: int) -> Adapted | None:
    """With squares of a side, and a curve for their means; None: these are too few to tell their noise."""
    means = np.concatenate([shrunk(each[None], side) for each in parts])
    curve = fitted(means)
    return None if curve is None else Adapted.of(adapted.model, curve, means, side)


def _better(errors: Sequence[Values], others: Sequence[Values], changes: Sequence[Values]) -> bool:
    """Whether the others are smaller; errors are of the same pixels, and those of each image count alike.

    Args:
        errors: (n,) squared, of each image by the finer squares.
        others: (n,) by the coarser ones.
        changes: (n,) squared, what hiding did to the results of the finer ones.
    """
    gains, costs = (
        np.concatenate([part / max(one.mean(), 1e-12) for one, part in zip(errors, parts, strict=True)])
        for parts in ([one - other for one, other in zip(errors, others, strict=True)], changes)
    )
    gain = gains.mean()
    sure = gain >= max(BETTER, SURE * gains.std() / math.sqrt(gains.size))
    return bool(sure and gain >= min(PLAINLY, COST * costs.mean()))


def _hidden(adapted: Adapted, part: Floats) -> tuple[Values, Values]:
    """Pixels in whose place the model is shown the mean of their neighbours: squared errors, and changes by hiding.

    The errors are those against the clean image, and the noise of these pixels, which is the same for all. One pixel
    in sixteen is hidden at once: with more, the finer model is shown a smoother image, and squares win too often.

    Source: Batson, Royer, "Noise2Self: blind denoising by self-supervision", ICML 2019, arXiv:1901.11365. The changes
    are ours.
    """
    around = sum(np.roll(part, step, axis) for axis in (1, 2) for step in (1, -1)) / np.float32(4)
    seen, errors, changes = adapted.visible(part), [], []
    for down, right in TURNS:
        hidden = np.zeros(part.shape, dtype=bool)
        hidden[:, down:-1:4, right:-1:4] = True
        made = adapted.visible(np.where(hidden, around, part).astype(np.float32))[hidden]
        errors.append((made - part[hidden]) ** 2)
        changes.append((made - seen[hidden]) ** 2)
        if sum(map(len, errors)) >= HIDDEN:
            break
    return np.concatenate(errors).astype(np.float64), np.concatenate(changes).astype(np.float64)
