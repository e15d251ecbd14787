"""Classical denoisers: all that networks have to beat.

Each takes noisy images, (n, c, h, w) with white at 1, and the noise's sigma in full scales. Settings that
depend on the noise are factors of sigma, so that one setting serves every level.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, denoise_wavelet

from grainless.errors import InputError
from grainless.judge.data.images import Images
from grainless.judge.evaluation import evaluate
from grainless.judge.metrics import METRICS, Metric
from grainless.judge.noise import Chain, Noise
from grainless.judge.parts import choose

Array = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Baseline(ABC):
    """A classical denoiser; its fields are its settings."""

    grid: ClassVar[dict[str, tuple[Any, ...]]]
    """The values of each setting that a search for the best tries."""

    def __call__(self, noisy: Array, sigma: float) -> Array:
        """Denoised images like `noisy`, (n, c, h, w); unchanged where there is no noise.

        Args:
            noisy: white at 1.
            sigma: standard deviation of the noise, in full scales.
        """
        return self.denoise(noisy, sigma).astype(noisy.dtype, copy=False) if sigma > 0 else noisy

    @abstractmethod
    def denoise(self, noisy: Array, sigma: float) -> Array:
        """As the call, for sigma above 0."""


@dataclass(frozen=True, kw_only=True)
class Median(Baseline):
    """The median of a square window, each channel on its own. Made for salt and pepper.

    Args:
        side: of the window, in pixels.
    """

    side: int = 3

    grid: ClassVar = {"side": (3, 5, 7)}

    def denoise(self, noisy: Array, sigma: float) -> Array:
        return np.asarray(median_filter(noisy, size=(1, 1, self.side, self.side)))


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

    h: float = 0.7
    patch: int = 5
    distance: int = 6

    grid: ClassVar = {"h": (0.3, 0.4, 0.5, 0.6, 0.75, 0.9), "patch": (3, 5), "distance": (6, 11)}

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

        return _each(one, noisy)


@dataclass(frozen=True, kw_only=True)
class Wavelet(Baseline):
    """Small wavelet coefficients are taken for noise, by BayesShrink; colours in YCbCr.

    Args:
        wavelet: PyWavelets' name of an orthogonal one.
        shifts: the mean is taken over all shifts up to this many pixels, down and right.

    Source: Chang, Yu, Vetterli, "Adaptive wavelet thresholding for image denoising and compression", IEEE TIP
    9(9), 2000; shifts: Coifman, Donoho, "Translation-invariant de-noising", 1995.
    """

    wavelet: str = "db2"
    shifts: int = 3

    grid: ClassVar = {"wavelet": ("db1", "db2", "sym4"), "shifts": (0, 3)}

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
            total += np.roll(_each(one, shifted), (-down, -right), axis=(2, 3))
        return total[:, :, :height, :width] / (self.shifts + 1) ** 2


@dataclass(frozen=True, kw_only=True)
class TotalVariation(Baseline):
    """The image near the noisy one that varies least; colours jointly.

    Args:
        weight: of smoothness against nearness, in sigmas.

    Source: Chambolle, "An algorithm for total variation minimization and applications", JMIV 20, 2004.
    """

    weight: float = 0.8

    grid: ClassVar = {"weight": (0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0)}

    def denoise(self, noisy: Array, sigma: float) -> Array:
        return _each(
            lambda image: np.asarray(denoise_tv_chambolle(image, weight=self.weight * sigma, channel_axis=0)),
            noisy,
        )


BASELINES: dict[str, type[Baseline]] = {
    "median": Median,
    "nlm": NonLocalMeans,
    "wavelet": Wavelet,
    "tv": TotalVariation,
}


def candidates(name: str) -> list[Baseline]:
    """The baseline at every combination of the values in its grid.

    Raises:
        InputError: no baseline of that name.
    """
    baseline = choose("baseline", BASELINES, name)
    return [
        baseline(**dict(zip(baseline.grid, values, strict=True)))
        for values in product(*baseline.grid.values())
    ]


def best_setting(
    name: str,
    clean: Images,
    noise: Noise | Chain | None = None,
    *,
    seed: int = 0,
    metric: Metric = METRICS["psnr"],
    pixels: int = 65_536,
    side: int = 128,
) -> Baseline:
    """The candidate with the best mean score.

    Args:
        name: in `BASELINES`.
        clean: what it may be tuned on: training images, never those it is judged by.
        noise: what is put on them, or on their noisy partners.
        seed: of the noise.
        metric: what is best.
        pixels: how many are looked at, in the middles of images spread evenly over all.
        side: of these middles, at most.

    Raises:
        InputError: no baseline of that name; no images.
    """
    denoisers = {repr(candidate): candidate for candidate in candidates(name)}
    if len(clean) == 0:
        raise InputError(f"There are no images to find the best setting of {name} on.")
    looked_at = _middles(clean, pixels, side)
    rows = evaluate(denoisers, looked_at, noise, data_name="", seed=seed, metrics={"it": metric})
    best = (max if metric.higher_is_better else min)(rows[1:], key=lambda row: row.scores["it"].mean)
    return denoisers[best.denoiser]


def _each(denoise: Callable[[Array], Array], noisy: Array) -> Array:
    """The function over images (c, h, w), as an array (n, c, h, w)."""
    return np.stack([denoise(image) for image in noisy])


def _middles(images: Images, pixels: int, side: int) -> Images:
    """The middles of images spread evenly over all, at most `side` wide and high, about `pixels` together."""
    sizes = np.minimum(images.heights, side) * np.minimum(images.widths, side)
    count = min(len(images), max(1, round(pixels / sizes.mean())))
    indices = np.linspace(0, len(images) - 1, count).round().astype(np.int64)
    middles = Images.of([_middle(images[index], side) for index in indices])
    return replace(middles, noisy=None if images.noisy is None else _middles(images.noisy, pixels, side))


def _middle(image: NDArray[np.unsignedinteger], side: int) -> NDArray[np.unsignedinteger]:
    top, left = (max(0, length - side) // 2 for length in image.shape[1:])
    return image[:, top : top + side, left : left + side]
