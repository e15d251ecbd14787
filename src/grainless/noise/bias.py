"""Whether a noise keeps the mean of every pixel: measured, so that it is known of every noise, clipped or not."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from grainless.noise.draw import Array, Draw, NumpyDraw

Corrupt = Callable[[Array, Draw], Array]

LEVELS = (0.0, 0.25, 0.6, 0.75, 1.0)
IMAGES, SIDE = 64, 48
"""Of each kind so many images are drawn: strengths are drawn for each, and noise may be alike within one."""

TOLERANCE = 0.5 / 255
"""Half a step of 8 bits: a bias below it is none that a file could show."""

ERRORS = 4
"""Standard errors within which a measured bias may be chance."""


@cache
def bias(noise: Corrupt) -> str | None:
    """What a noise does to the mean, as a phrase; None if E[noisy] = clean, as far as 64 images tell.

    Of flat grey images it is looked at how far their mean moves, of an image of chance how much of it is lost.

    Args:
        noise: a noise or a chain; drawn on images of three channels.
    """
    draw = NumpyDraw(np.random.default_rng(0))
    return next(_of_levels(noise, draw), None) or _of_texture(noise, draw)


def _of_levels(noise: Corrupt, draw: Draw) -> Iterator[str]:
    for level in LEVELS:
        clean = np.full((IMAGES, 3, SIDE, SIDE), level, np.float32)
        means = (noise(clean, draw) - clean).mean(axis=(1, 2, 3), dtype=np.float64)
        if _is_biased(means):
            yield f"moves the mean of pixels of {level:g} by {means.mean():.2g}"


def _of_texture(noise: Corrupt, draw: Draw) -> str | None:
    image = 0.25 + 0.5 * draw.uniform(np.empty((1, 3, SIDE, SIDE), np.float32))
    clean = np.repeat(image, IMAGES, axis=0)
    texture = (clean - image.mean()) / image.std()
    lost = -((noise(clean, draw) - clean) * texture).mean(axis=(1, 2, 3), dtype=np.float64)
    return f"takes {lost.mean() / image.std():.0%} of fine texture" if _is_biased(lost) else None


def _is_biased(offsets: NDArray[np.float64]) -> bool:
    error = offsets.std(ddof=1) / np.sqrt(len(offsets))
    return bool(abs(offsets.mean()) > TOLERANCE + ERRORS * error)
