"""Whether a model is shown an image itself, means over squares of its pixels, or both: what hidden pixels tell."""

import math
from collections.abc import Sequence

import numpy as np

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.fit import fitted
from grainless.denoising.adapt.phases import shrunk
from grainless.denoising.adapt.shares import Looked, Shares, ratio
from grainless.denoising.adapt.transform import Floats

SIDES = (2, 3, 4)
"""Of the squares, in pixels: each is tried where the one before was all but alone."""

LOOKED_AT = 512
"""Pixels a side of the part in which that is tried; of several images parts as large together."""

AS_LARGE = 256**2
"""Pixels: of parts that are smaller several are looked at."""

LEAST, MOST = 1 / 16, 0.95
"""A share below is not worth running a model on squares, too; one above not on what is finer."""

HIDDEN = 60_000
"""So many pixels of an image are hidden, one in sixteen at once, or a quarter of all."""

FEW = 8000
"""Where so few can be hidden in all, as in one image under about 180 x 180 pixels, chance would choose."""

TURNS = ((1, 1), (3, 3), (1, 3), (3, 1))
"""Which of 4 x 4 are hidden, (down, right)."""


def with_squares(adapted: Adapted, parts: Floats) -> Adapted:
    """The same, or with squares, or mixed with such: each brightness of the image has a share of its own.

    Args:
        adapted: a model with a curve for the image.
        parts: (n, h, w) of it, as the curve was fitted to.
    """
    (finer,), mixed = _search([adapted], [parts])
    if mixed is None:
        return finer
    (coarser,), ((looked, of_finer),) = mixed
    return finer.with_share(coarser, Shares.by_brightness(looked, of_finer))


def squares_for(adapted: Sequence[Adapted], images: Sequence[Floats]) -> float:
    """The side of the squares for all images; 1.6 is a mixture of 0.6 by squares of 2 and 0.4 by finer ones.

    Args:
        adapted: a model with a curve for each image.
        images: (n, h, w) parts of each, as the curve was fitted to.
    """
    finer, mixed = _search(adapted, images)
    if mixed is None:
        return float(finer[0].side)
    return finer[0].side + round(ratio([coarser.beside(each) for coarser, each in mixed[1]]), 2)


def of_side(adapted: Adapted, parts: Floats, side: float) -> Adapted:
    """With squares of a side, as `squares_for` tells it, as far as the image has enough of them."""
    whole = int(side)
    finer = (wider(adapted, parts, whole) if whole > 1 else None) or adapted
    coarser = wider(adapted, parts, whole + 1) if side > whole else None
    return finer.with_share(coarser, Shares(np.zeros(1), np.array([side - whole]))) if coarser else finer


def wider(adapted: Adapted, parts: Floats, side: int) -> Adapted | None:
    """With squares of a side, and a curve for their means; None: these are too few to tell their noise."""
    means = np.concatenate([shrunk(each[None], side) for each in parts])
    curve = fitted(means)
    return None if curve is None else Adapted.of(adapted.model, curve, means, side)


Mixed = tuple[list[Adapted], list[tuple[Looked, Looked]]]


def _search(adapted: Sequence[Adapted], images: Sequence[Floats]) -> tuple[list[Adapted], Mixed | None]:
    """The finer ones of the mixture that all images together tell, and the coarser ones with what tells of both."""
    part = math.ceil(LOOKED_AT / math.sqrt(len(images)))
    looked = [_some(parts)[:, :part, :part] for parts in images]
    finer = list(adapted)
    seen = [_looked(each, image) for each, image in zip(finer, looked, strict=True)]
    for side in SIDES if sum(len(each.noisy) for each in seen) > FEW else ():
        tried = [wider(each, parts, side) for each, parts in zip(adapted, images, strict=True)]
        coarser = [each for each in tried if each is not None]
        if len(coarser) < len(tried):
            break
        seen_now = [_looked(each, image) for each, image in zip(coarser, looked, strict=True)]
        both = list(zip(seen_now, seen, strict=True))
        if ratio([now.surely(before) for now, before in both]) < LEAST:
            break
        if ratio([now.beside(before) for now, before in both]) < MOST:
            return finer, (coarser, both)
        finer, seen = coarser, seen_now
    return finer, None


def _some(parts: Floats) -> Floats:
    """One of (n, h, w) parts, or so many, spread evenly, as are as large as one together."""
    count = max(1, AS_LARGE // parts[0].size)
    return parts[:: max(1, len(parts) // count)][:count]


def _made(adapted: Adapted, parts: Floats) -> Floats:
    """(n, h, w) each by itself."""
    return np.concatenate([adapted.visible(each[None]) for each in parts])


def _looked(adapted: Adapted, parts: Floats) -> Looked:
    """Pixels in whose place the model is shown the mean of their neighbours, one in sixteen at once.

    With more, the finer model is shown a smoother image, and squares win too often.

    Source: Batson, Royer, "Noise2Self: blind denoising by self-supervision", ICML 2019, arXiv:1901.11365.
    """
    around = sum(np.roll(parts, step, axis) for axis in (1, 2) for step in (1, -1)) / np.float32(4)
    shown, found = _made(adapted, parts), []
    for down, right in TURNS:
        hidden = np.zeros(parts.shape, dtype=bool)
        hidden[:, down:-1:4, right:-1:4] = True
        made = _made(adapted, np.where(hidden, around, parts).astype(np.float32))
        found.append(np.stack([parts[hidden], shown[hidden], made[hidden]]))
        if sum(each.shape[1] for each in found) >= HIDDEN:
            break
    return Looked(*np.concatenate(found, axis=1).astype(np.float64))
