"""What a look at the clean images tells: whether they have noise of their own, and whether they are of one kind."""

import numpy as np

from grainless.data.images import Images
from grainless.denoising.look import inspect
from grainless.inspection.estimators.pages import page

LOOKED_AT, SIDE = 3, 512
"""So many images, spread evenly over all, and the middles of them, pixels a side."""

SORTED = 24
"""So many are looked at for their kind, which is quick."""

FEW = 2
"""One that is told wrongly is no kind."""


def noisy_themselves(images: Images) -> list[str]:
    """A sentence if most of those looked at are noisy; what is given as clean is what a model learns to leave."""
    rows = _spread(images, LOOKED_AT)
    noisy = sum(bool(inspect(_middle(images, row)).noisy) for row in rows)
    if 2 * noisy <= len(rows):
        return []
    return [
        f"Of {len(rows)} clean images looked at, {noisy} are noisy themselves: a model learns to leave that noise. "
        "Denoise them first, or make them half as large."
    ]


def of_two_kinds(images: Images) -> list[str]:
    """A sentence if pages of text lie among pictures: what is learned from one harms the other."""
    rows = _spread(images, SORTED)
    pages = sum(_is_page(_middle(images, row)) for row in rows)
    if min(pages, len(rows) - pages) < FEW:
        return []
    return [
        f"Of {len(rows)} images looked at, {pages} are pages of text and {len(rows) - pages} are not: one model for "
        "both does less for each; sort them into two folders."
    ]


def _is_page(image: np.ndarray) -> bool:
    tiles = np.moveaxis(np.atleast_3d(image), -1, 0)[:, None].astype(np.float32)
    tiles /= np.iinfo(image.dtype).max
    return page(tiles, image.shape[:2]) is not None


def _spread(images: Images, count: int) -> np.ndarray:
    """So many rows, spread evenly over all."""
    return np.unique(np.linspace(0, len(images) - 1, count).round().astype(int))


def _middle(images: Images, row: int) -> np.ndarray:
    image = images[row].transpose(1, 2, 0)
    top, left = (max(0, side - SIDE) // 2 for side in image.shape[:2])
    middle = image[top : top + SIDE, left : left + SIDE]
    return middle[..., 0] if middle.shape[2] == 1 else middle
