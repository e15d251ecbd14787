"""Total variation: the image near the noisy one that varies least."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from skimage.restoration import denoise_tv_chambolle

from grainless.evaluation.baselines.baseline import Array, Baseline, Positive, each


@dataclass(frozen=True, kw_only=True)
class TotalVariation(Baseline):
    """The image near the noisy one that varies least; colours jointly.

    Args:
        weight: of smoothness against nearness, in sigmas.

    Source: Chambolle, "An algorithm for total variation minimization and applications", JMIV 20, 2004.
    """

    weight: Positive = 0.8

    grid: ClassVar = {"weight": (0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0)}
    swept: ClassVar = {
        channels: {15: {"weight": 0.5}, 25: {"weight": 0.7}, 50: {"weight": 0.9}} for channels in (1, 3)
    }

    def denoise(self, noisy: Array, sigma: float) -> Array:
        return each(
            lambda image: np.asarray(denoise_tv_chambolle(image, weight=self.weight * sigma, channel_axis=0)),
            noisy,
        )
