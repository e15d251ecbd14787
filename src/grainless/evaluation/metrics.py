"""Scores: one number an image.

Each takes the denoised and the clean images, (n, c, h, w), and gives (n,) float64. Nothing is clipped or
rounded here; that is for an evaluation's protocol. The peak is asked for, never guessed; those of `METRICS`
take images of 0 = black, 1 = full scale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from grainless.errors import InputError

Array = NDArray[np.floating]
Scores = NDArray[np.float64]


def mse(denoised: Array, clean: Array) -> Scores:
    """Mean of squared differences of each image. Lower is better.

    >>> mse(np.full((1, 1, 8, 8), 0.75), np.full((1, 1, 8, 8), 0.25))
    array([0.25])
    """
    return _over_pixels(_difference(denoised, clean) ** 2)


def mae(denoised: Array, clean: Array) -> Scores:
    """Mean of absolute differences of each image. Lower is better.

    >>> mae(np.full((1, 1, 8, 8), 0.75), np.full((1, 1, 8, 8), 0.25))
    array([0.5])
    """
    return _over_pixels(np.abs(_difference(denoised, clean)))


def rmse(denoised: Array, clean: Array) -> Scores:
    """Root of the mean of squared differences of each image. Lower is better.

    >>> rmse(np.full((1, 1, 8, 8), 0.75), np.full((1, 1, 8, 8), 0.25))
    array([0.5])
    """
    return np.asarray(np.sqrt(mse(denoised, clean)))


def bce(denoised: Array, clean: Array, *, least: float = 1e-7) -> Scores:
    """Binary cross-entropy of each image, in nats. Lower is better.

        bce = mean of -(x log p + (1 - x) log(1 - p))

    A grey x has an entropy of its own, below which no p comes.

    Args:
        denoised: p, each pixel's chance to be white; cut to least..1 - least, as Keras does.
        clean: x, 0..1.
        least: keeps the logarithm of black finite.
    """
    _difference(denoised, clean)
    p = np.clip(denoised, least, 1 - least, dtype=np.float64)
    return _over_pixels(-(clean * np.log(p) + (1 - clean) * np.log1p(-p)))


def psnr(denoised: Array, clean: Array, *, peak: float) -> Scores:
    """Peak signal-to-noise ratio of each image, in decibels. Higher is better.

        psnr = 10 log10(peak² / mean squared error)

    A perfect image scores inf; no small constant hides that. The mean of decibels is not the
    decibels of a mean.

    Args:
        denoised: the images to judge, (n, c, h, w).
        clean: the truth, the same shape.
        peak: the value of white: 1 for this library's images, 255 for bytes.

    Raises:
        ValueError: the shapes differ.

    Source: Huynh-Thu, Ghanbari, "Scope of validity of PSNR in image/video quality assessment", Electronics
    Letters 44(13), 2008.

    >>> psnr(np.full((1, 1, 8, 8), 0.75), np.full((1, 1, 8, 8), 0.25), peak=1.0)
    array([6.02059991])
    """
    return _decibels(np.float64(peak), mse(denoised, clean))


def psnr_own_peak(denoised: Array, clean: Array) -> Scores:
    """PSNR whose peak is each clean image's own max - min, in decibels. Higher is better.

    Some publications report this one. It is lower than `psnr` wherever the image does not span black to
    white, and -inf for a constant image that is not met exactly.
    """
    error = mse(denoised, clean)
    return _decibels(np.ptp(clean, axis=(1, 2, 3)).astype(np.float64), error)


def ssim(denoised: Array, clean: Array, *, peak: float) -> Scores:
    """Structural similarity of each image: 1 is the same, and higher is better.

        ssim = mean of (2 mx my + c1) (2 sxy + c2) / ((mx² + my² + c1) (sx² + sy² + c2))

    over all places where the window lies wholly inside, then over channels; c1 = (0.01 peak)²,
    c2 = (0.03 peak)². The window is 11 x 11, Gaussian of sigma 1.5; for images under 11 pixels a side it is
    7 x 7, uniform.

    Args:
        denoised: the images to judge, (n, c, h, w).
        clean: the truth, the same shape.
        peak: the value of white: 1 for this library's images, 255 for bytes.

    Raises:
        InputError: the images are smaller than the window.

    Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
    similarity", IEEE TIP 13(4), 2004. Unlike their code, ours does not shrink large images first.
    """
    _difference(denoised, clean)
    x, y = np.asarray(denoised, dtype=np.float64), np.asarray(clean, dtype=np.float64)
    window = _window(min(x.shape[2:]))
    mx, my = _seen(x, window), _seen(y, window)
    products = mx * my
    squares = mx**2 + my**2
    covariance = _seen(x * y, window) - products
    variances = _seen(x**2 + y**2, window) - squares
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    return _over_pixels((2 * products + c1) * (2 * covariance + c2) / ((squares + c1) * (variances + c2)))


@dataclass(frozen=True)
class Metric:
    """A score with what a table of it must know.

    Args:
        score: (denoised, clean), both (n, c, h, w) with white at 1 -> (n,).
        higher_is_better: which way the best lies.
        unit: of the score; empty for a pure number.
    """

    score: Callable[[Array, Array], Scores]
    higher_is_better: bool
    unit: str = ""

    def __call__(self, denoised: Array, clean: Array) -> Scores:
        return self.score(denoised, clean)


METRICS: dict[str, Metric] = {
    "psnr": Metric(partial(psnr, peak=1.0), higher_is_better=True, unit="dB"),
    "ssim": Metric(partial(ssim, peak=1.0), higher_is_better=True),
    "mse": Metric(mse, higher_is_better=False),
    "mae": Metric(mae, higher_is_better=False),
    "bce": Metric(bce, higher_is_better=False),
    "rmse": Metric(rmse, higher_is_better=False),
    "psnr-own-peak": Metric(psnr_own_peak, higher_is_better=True, unit="dB"),
}

USUAL = ("psnr", "ssim", "mse", "mae", "bce")
"""What tables show unasked; the others are reckoned and kept beside them."""


def _difference(denoised: Array, clean: Array) -> Array:
    if denoised.shape != clean.shape or clean.ndim != 4:
        raise ValueError(
            f"two (n, c, h, w) of one shape are compared, not {denoised.shape} with {clean.shape}"
        )
    return np.subtract(denoised, clean, dtype=np.float64)


def _over_pixels(values: Array) -> Scores:
    return np.asarray(values.mean(axis=(1, 2, 3)))


def _decibels(peak: Scores | np.float64, error: Scores) -> Scores:
    with np.errstate(divide="ignore", invalid="ignore"):  # a perfect image is inf, also one without any range
        return np.where(error == 0, np.inf, 10 * np.log10(peak**2 / error))


def _window(side: int) -> Scores:
    """The weights of SSIM's window along one axis, for images whose shorter side is `side`."""
    if side >= 11:
        weights = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
        return np.asarray(weights / weights.sum())
    if side >= 7:
        return np.full(7, 1 / 7)
    raise InputError(f"SSIM compares images of 7 x 7 pixels or more, and one here has a side of {side}.")


def _seen(images: Array, window: Scores) -> Array:
    """The window's mean at every place where it lies wholly inside."""
    border = len(window) // 2
    rows = correlate1d(images, window, axis=2)[:, :, border:-border]
    return np.asarray(correlate1d(rows, window, axis=3)[:, :, :, border:-border])
