"""What `grainless denoise` does unasked, as a contender: a model chosen for each image, or none."""

from collections import Counter

import numpy as np

from grainless.denoising.policy import AUTO
from grainless.denoising.process import process
from grainless.evaluation.evaluate import Array
from grainless.image.arrays import image_of

__all__ = ["AUTO", "Auto"]

LEFT = "left as it was"
CURVE = ", by a curve"
"""After the name of a model that was shown an image along a curve which was fitted to its noise."""


class Auto:
    """Looks at each image, chooses, denoises; counts what was chosen.

    Attributes:
        chosen: model's name, or `LEFT`, -> images.
    """

    def __init__(self) -> None:
        self.chosen: Counter[str] = Counter()

    def __call__(self, noisy: Array, sigma: float) -> Array:
        """(n, c, h, w) like `noisy`; sigma is not looked at."""
        return np.stack([self._one(image) for image in noisy])

    def _one(self, image: Array) -> Array:
        given = image[0] if len(image) == 1 else image
        result, outcome = process(image_of(given.astype(np.float32, copy=False), channel_axis=0))
        self.chosen[(outcome.model or LEFT) + CURVE * outcome.adapt] += 1
        return result.pixels
