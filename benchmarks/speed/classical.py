"""Classical denoisers and models side by side in one run: seconds a megapixel, and PSNR.

    python -m benchmarks.speed.classical grey runs/demo

On scikit-image's camera (512 x 512, grey) with noise of sigma 25. Ours are those of `grainless list baselines`
at their swept settings, and the models named. Beside them stand scikit-image's own bilateral filter, which ours
takes the place of, and OpenCV's non-local means where opencv-python is installed. All take turns, five times
over; the median counts. Set OMP_NUM_THREADS=1 to give each one thread.
"""

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from rich.progress import track
from skimage.data import camera
from skimage.restoration import denoise_bilateral

from benchmarks.measuring import tell_and_keep
from grainless.errors import RunError
from grainless.evaluation.baselines import BASELINES
from grainless.evaluation.denoisers import model
from grainless.evaluation.evaluate import Denoise
from grainless.evaluation.metrics import psnr

SIGMA, ROUNDS = 25 / 255, 5
Array = np.ndarray


def contenders() -> Iterator[tuple[str, Denoise]]:
    """All that can be run here, by what the table calls it."""
    for name, baseline in BASELINES.items():
        try:
            yield name, baseline.at(SIGMA, channels=1)
        except RunError:  # its package is not installed
            continue
    for name in sys.argv[1:]:
        yield name, model(name)
    yield "bilateral, scikit-image", _whole(_bilateral)
    try:
        cv2 = importlib.import_module("cv2")
    except ModuleNotFoundError:
        return
    yield "nlm, OpenCV", _whole(lambda image: cv2.fastNlMeansDenoising(_bytes(image), None, 25, 7, 21) / 255)


def _whole(denoise: Callable[[Array], Array]) -> Denoise:
    """A function over one grey image (h, w), as a denoiser."""
    return lambda noisy, sigma: np.asarray(denoise(noisy[0, 0]))[None, None]


def _bilateral(image: Array) -> Array:
    """At the space and range of ours."""
    ours = BASELINES["bilateral"].at(SIGMA, channels=1)
    side = 2 * int(2 * ours.space) + 1
    return denoise_bilateral(image, side, sigma_color=ours.range * SIGMA, sigma_spatial=ours.space)


def _bytes(image: Array) -> Array:
    return np.round(image.clip(0, 1) * 255).astype(np.uint8)


def rows() -> list[dict[str, Any]]:
    """A row a denoiser: the median of its turns, and what it reached."""
    clean = camera()[None, None].astype(np.float32) / 255
    noisy = (clean + SIGMA * np.random.default_rng(0).standard_normal(clean.shape)).astype(np.float32)
    denoisers = dict(contenders())
    reached = {
        name: psnr(denoise(noisy, SIGMA).clip(0, 1), clean, peak=1) for name, denoise in denoisers.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in denoisers}
    for _ in track(range(ROUNDS), "taking turns"):
        for name, denoise in denoisers.items():
            started = time.perf_counter()
            denoise(noisy, SIGMA)
            seconds[name].append(time.perf_counter() - started)
    return [
        {
            "denoiser": name,
            "s/megapixel": float(np.median(seconds[name])) / (clean.size / 1e6),
            "PSNR, dB": round(float(reached[name][0]), 2),
        }
        for name in denoisers
    ]


if __name__ == "__main__":
    tell_and_keep("speed/classical", rows(), "camera, 512 x 512, sigma 25: seconds a megapixel and PSNR")
