"""Whether a model is shown an image itself, or means over squares of its pixels: what tells hidden pixels best."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.fit import fitted
from grainless.denoising.adapt.phases import shrunk
from grainless.denoising.adapt.transform import Floats

SIDES = (2, 3, 4)
"""Of the squares, in pixels: each is tried where the one before was better."""

LOOKED_AT = 512
"""Pixels a side of the part in which that is tried; of several images parts as large together."""

BETTER = 0.002
"""Of the squared error at hidden pixels, most of which is their own noise: by so much squares must be better."""

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
    errors = list(map(_hidden_errors, best, looked))
    for side in SIDES if sum(map(len, errors)) > FEW else ():
        tried = [wider(each, parts, side) for each, parts in zip(adapted, images, strict=True)]
        coarse = [each for each in tried if each is not None]
        if len(coarse) < len(tried):
            break
        of_coarse = list(map(_hidden_errors, coarse, looked))
        if not _better(errors, of_coarse):
            break
        best, errors = coarse, of_coarse
    return best


def wider(adapted: Adapted, parts: Floats, side: int) -> Adapted | None:
    """With squares of a side, and a curve for their means; None: these are too few to tell their noise."""
    means = np.concatenate([shrunk(each[None], side) for each in parts])
    curve = fitted(means)
    return None if curve is None else Adapted.of(adapted.model, curve, means, side)


def _better(errors: Sequence[NDArray[np.float64]], others: Sequence[NDArray[np.float64]]) -> bool:
    """Whether the others are smaller; errors are of the same pixels, and those of each image count alike."""
    gains = np.concatenate(
        [(one - other) / max(one.mean(), 1e-12) for one, other in zip(errors, others, strict=True)]
    )
    return bool(gains.mean() >= max(BETTER, SURE * gains.std() / math.sqrt(gains.size)))


def _hidden_errors(adapted: Adapted, part: Floats) -> NDArray[np.float64]:
    """Squared errors at pixels in whose place the model was shown the mean of their neighbours.

    They are those against the clean image, and the noise of these pixels, which is the same for all. One pixel in
    sixteen is hidden at once: with more, the finer model is shown a smoother image, and squares win too often.

    Source: Batson, Royer, "Noise2Self: blind denoising by self-supervision", ICML 2019, arXiv:1901.11365.
    """
    around = sum(np.roll(part, step, axis) for axis in (1, 2) for step in (1, -1)) / np.float32(4)
    errors: list[Floats] = []
    for down, right in TURNS:
        hidden = np.zeros(part.shape, dtype=bool)
        hidden[:, down:-1:4, right:-1:4] = True
        made = adapted.visible(np.where(hidden, around, part).astype(np.float32))
        errors.append((made - part)[hidden] ** 2)
        if sum(map(len, errors)) >= HIDDEN:
            break
    return np.concatenate(errors).astype(np.float64)
