"""Whether a noise is new in each channel: measured, so that planes can be laid side by side as channels."""

from collections.abc import Callable
from functools import cache

import numpy as np

from grainless.noise.draw import Array, Draw, NumpyDraw

IMAGES, CHANNELS, SIDE = 16, 5, 48
"""Drawn of each noise: strengths are drawn for each image, and a noise of colours takes no five of them."""

ALIKE = 0.1
"""Correlation of two channels above which they share their noise. Chance alone has 0.005, noise alike over 8 pixels
0.04."""


@cache
def is_apart(noise: Callable[[Array, Draw], Array]) -> bool:
    """Whether each of any number of channels gets noise of its own.

    Args:
        noise: a noise or a chain; drawn on flat grey images of five channels.
    """
    clean = np.full((IMAGES, CHANNELS, SIDE, SIDE), 0.5, np.float32)
    try:
        left = noise(clean, NumpyDraw(np.random.default_rng(0))) - clean
    except (TypeError, ValueError):  # numpy's and Pillow's, of a noise that is made for red, green and blue
        return False
    left -= left.mean(axis=(2, 3), keepdims=True)
    flat = left.swapaxes(0, 1).reshape(CHANNELS, -1).astype(np.float64)
    products = flat @ flat.T
    spread = np.sqrt(np.diag(products))
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = np.abs(np.nan_to_num(products / np.outer(spread, spread)))
    np.fill_diagonal(alike, 0)
    return bool(alike.max() < ALIKE)
