"""Wavelet: noise is spread over all coefficients, the image over few."""

from dataclasses import dataclass
from itertools import product
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge
from skimage.restoration import denoise_wavelet

from grainless.evaluation.baselines.baseline import Array, Baseline, each


@dataclass(frozen=True, kw_only=True)
class Wavelet(Baseline):
    """Small wavelet coefficients are taken for noise, by BayesShrink; colours in YCbCr.

    Args:
        wavelet: PyWavelets' name of an orthogonal one.
        shifts: the mean is taken over all shifts up to this many pixels, down and right.

    Source: Chang, Yu, Vetterli, "Adaptive wavelet thresholding for image denoising and compression", IEEE TIP
    9(9), 2000; shifts: Coifman, Donoho, "Translation-invariant de-noising", 1995.
    """

    wavelet: Literal["db1", "db2", "sym4"] = "db2"
    shifts: Annotated[int, Ge(0)] = 3

    grid: ClassVar = {"wavelet": ("db1", "db2", "sym4"), "shifts": (0, 3)}
    swept: ClassVar = {
        channels: {15: {"wavelet": "db2", "shifts": 3}, 25: {"wavelet": "db1", "shifts": 3}}
        for channels in (1, 3)
    }

    def denoise(self, noisy: Array, sigma: float) -> Array:
        def one(image: Array) -> Array:
            return np.asarray(
                denoise_wavelet(
                    image,
                    sigma=sigma,
                    wavelet=self.wavelet,
                    method="BayesShrink",
                    convert2ycbcr=len(image) == 3,
                    rescale_sigma=True,
                    channel_axis=0,
                )
            )

        height, width = noisy.shape[2:]
        beyond = ((0, 0), (0, 0), (0, max(0, 16 - height)), (0, max(0, 16 - width)))
        padded = np.pad(noisy, beyond, mode="symmetric")  # the longest wavelet has to fit
        total = np.zeros_like(padded)
        for down, right in product(range(self.shifts + 1), repeat=2):
            shifted = np.roll(padded, (down, right), axis=(2, 3))
            total += np.roll(each(one, shifted), (-down, -right), axis=(2, 3))
        return total[:, :, :height, :width] / (self.shifts + 1) ** 2
