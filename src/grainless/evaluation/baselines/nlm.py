"""Non-local means: look for the same thing elsewhere in the image."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from skimage.restoration import denoise_nl_means

from grainless.evaluation.baselines.baseline import Array, Baseline, Count, Positive, each


@dataclass(frozen=True, kw_only=True)
class NonLocalMeans(Baseline):
    """The mean of pixels whose surroundings look alike; colours jointly.

    Args:
        h: how unlike surroundings may be, in sigmas.
        patch: side of the surroundings that are compared, in pixels.
        distance: how far away they are looked for, in pixels.

    Source: Buades, Coll, Morel, "A non-local algorithm for image denoising", CVPR 2005; the fast variant of
    Darbon, Cunha, Chan, Osher, Jensen, "Fast nonlocal filtering applied to electron cryomicroscopy", ISBI
    2008.
    """

    h: Positive = 0.7
    patch: Count = 5
    distance: Count = 6

    grid: ClassVar = {"h": (0.3, 0.4, 0.5, 0.6, 0.75, 0.9), "patch": (3, 5), "distance": (6, 11)}
    swept: ClassVar = {
        1: {25: {"h": 0.6, "patch": 5, "distance": 6}},
        3: {25: {"h": 0.5, "patch": 3, "distance": 6}, 50: {"h": 0.5, "patch": 5, "distance": 6}},
    }

    def denoise(self, noisy: Array, sigma: float) -> Array:
        def one(image: Array) -> Array:
            grey = len(image) == 1  # scikit-image turns (1, h, w) on its side
            denoised = denoise_nl_means(
                image[0] if grey else image,
                h=self.h * sigma,
                sigma=sigma,
                patch_size=self.patch,
                patch_distance=self.distance,
                fast_mode=True,
                channel_axis=None if grey else 0,
            )
            return np.asarray(denoised).reshape(image.shape)

        return each(one, noisy)
