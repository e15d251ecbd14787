"""Whether images that are given as clean have noise of their own."""

import numpy as np

from grainless.data.images import Images
from grainless.inspection import inspect

LOOKED_AT, SIDE = 3, 512
"""So many images, spread evenly over all, and the middles of them, pixels a side."""


def noisy_themselves(images: Images) -> list[str]:
    """A sentence if most of those looked at are noisy; what is given as clean is what a model learns to leave."""
    rows = np.unique(np.linspace(0, len(images) - 1, LOOKED_AT).round().astype(int))
    noisy = sum(bool(inspect(_middle(images, row)).noisy) for row in rows)
    if 2 * noisy <= len(rows):
        return []
    return [
        f"Of {len(rows)} clean images looked at, {noisy} are noisy themselves: a model learns to leave that noise. "
        "Denoise them first, or make them half as large."
    ]


def _middle(images: Images, row: int) -> np.ndarray:
    image = images[row].transpose(1, 2, 0)
    top, left = (max(0, side - SIDE) // 2 for side in image.shape[:2])
    middle = image[top : top + SIDE, left : left + SIDE]
    return middle[..., 0] if middle.shape[2] == 1 else middle
