"""Classical denoisers: all that networks have to beat. One file, one denoiser.

Each takes noisy images, (n, c, h, w) with white at 1, and the noise's sigma in full scales. Settings that
depend on the noise are factors of sigma, so that one setting serves every level, nearly: `Baseline.at` has the
best at each level.
"""

from dataclasses import replace
from importlib.util import find_spec
from itertools import product

import numpy as np
from numpy.typing import NDArray

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation.baselines.baseline import Baseline
from grainless.evaluation.baselines.bilateral import Bilateral
from grainless.evaluation.baselines.bm3d import Bm3d
from grainless.evaluation.baselines.median import Median
from grainless.evaluation.baselines.nlm import NonLocalMeans
from grainless.evaluation.baselines.tv import TotalVariation
from grainless.evaluation.baselines.wavelet import Wavelet
from grainless.evaluation.evaluate import evaluate
from grainless.evaluation.metrics import METRICS, Metric
from grainless.noise import Chain, Noise
from grainless.parts import choose

BASELINES: dict[str, type[Baseline]] = {
    "median": Median,
    "bilateral": Bilateral,
    "nlm": NonLocalMeans,
    "wavelet": Wavelet,
    "tv": TotalVariation,
    "bm3d": Bm3d,
}

INCLUDED = tuple(name for name, baseline in BASELINES.items() if baseline.package is None)
"""Those that need nothing beside `grainless[evaluate]`."""


def described() -> dict[str, str]:
    """Each baseline with the first line of its docstring, and what it needs."""
    return {
        name: " ".join([(each.__doc__ or "").splitlines()[0], *_need(each)])
        for name, each in BASELINES.items()
    }


def candidates(name: str) -> list[Baseline]:
    """The baseline at every combination of the values in its grid.

    Raises:
        InputError: no baseline of that name.
        RunError: its package is not installed.
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
        RunError: its package is not installed.
    """
    denoisers = {repr(candidate): candidate for candidate in candidates(name)}
    if len(clean) == 0:
        raise InputError(f"There are no images to find the best setting of {name} on.")
    if len(denoisers) == 1:
        return next(iter(denoisers.values()))
    looked_at = middles(clean, pixels, side)
    rows = evaluate(denoisers, looked_at, noise, data_name="", seed=seed, metrics={"it": metric})
    best = (max if metric.higher_is_better else min)(rows[1:], key=lambda row: row.scores["it"].mean)
    return denoisers[best.denoiser]


def middles(images: Images, pixels: int, side: int) -> Images:
    """The middles of images spread evenly over all, at most `side` wide and high, about `pixels` together."""
    sizes = np.minimum(images.heights, side) * np.minimum(images.widths, side)
    count = min(len(images), max(1, round(pixels / sizes.mean())))
    indices = np.linspace(0, len(images) - 1, count).round().astype(np.int64)
    chosen = Images.of([_middle(images[index], side) for index in indices])
    return replace(chosen, noisy=None if images.noisy is None else middles(images.noisy, pixels, side))


def _middle(image: NDArray[np.unsignedinteger], side: int) -> NDArray[np.unsignedinteger]:
    top, left = (max(0, length - side) // 2 for length in image.shape[1:])
    return image[:, top : top + side, left : left + side]


def _need(baseline: type[Baseline]) -> list[str]:
    """What a person has to install for it, and whether it is there."""
    if baseline.package is None:
        return []
    there = "which is there" if find_spec(baseline.package) else "which is not there"
    return [
        f"It needs the package {baseline.package}, for non-commercial use: pip install {baseline.package} "
        f"({there})."
    ]
