"""Scenes made in the test."""

import numpy as np


def noisy(sigma, channels=1, size=(160, 160)):
    """A soft scene with noise, in 8 bits."""
    chance = np.random.default_rng(0)
    scene = 0.5 + 0.2 * np.sin(np.arange(size[0])[:, None, None] / 30) * np.cos(
        np.arange(size[1])[:, None] / 40
    )
    pixels = scene + sigma / 255 * chance.standard_normal((*size, channels))
    return np.rint(255 * pixels.clip(0, 1)).astype(np.uint8)
