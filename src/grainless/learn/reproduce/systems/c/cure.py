"""The cure of CIFAR-10 beside classical denoisers: as they are, and told of the offset that the noise has."""

import numpy as np

from grainless.evaluation.baselines import INCLUDED
from grainless.evaluation.denoisers import contenders
from grainless.evaluation.evaluate import Array, Denoise, Row, evaluate
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser
from grainless.noise import Chain, NumpyDraw

JUDGED = 300
"""CIFAR-10 test images that are judged beside classical denoisers, which are slow."""

LEVELS = 65
"""Grey levels at which the noise's mean is measured."""

TOLD = ", told of the offset"


def beside_classical(study: Study, runs: dict[str, Run]) -> list[str]:
    """Networks and classical denoisers on the same noisy images, the latter with and without what they cannot know.

    Args:
        runs: by the name of their row; all have one noise.
    """
    recipe = next(iter(runs.values())).recipe()
    data = recipe.data(study.roots)
    classical = contenders(INCLUDED, data, recipe.noise(), seed=recipe.seed)
    curve = mean_response(recipe.noise())
    denoisers: dict[str, Denoise] = {name: denoiser(run) for name, run in runs.items()}
    denoisers |= classical | {f"{name}{TOLD}": _told(each, curve) for name, each in classical.items()}
    rows = evaluate(
        denoisers,
        data.test.take(range(min(JUDGED, len(data.test)))),
        recipe.noise(),
        data_name="cifar10 test",
        seed=recipe.seed,
        metrics={name: METRICS[name] for name in ("psnr", "ssim", "mse")},
    )
    best = max((row for row in rows if row.denoiser.endswith(TOLD)), key=_psnr)
    network = max((row for row in rows if row.denoiser in runs), key=_psnr)
    return [
        f"Beside classical denoisers at their best setting, on the first {JUDGED} test images. The noise adds 0.5 to "
        "every pixel before it is clipped, which a denoiser that is only told sigma cannot take away; so each is also "
        "shown with the mean of the clipped noise undone after it. The fair comparison is with the best of "
        f"those: {best.denoiser.removesuffix(TOLD)}, {_psnr(best):.2f} dB; {network.denoiser} reaches "
        f"{_psnr(network):.2f} dB.",
        table(("denoiser", "PSNR", "SSIM", "MSE"), list(map(_cells, rows))),
    ]


def mean_response(noise: Chain) -> tuple[Array, Array]:
    """(levels, means): what a flat image of each grey level becomes on average, measured."""
    levels = np.linspace(0, 1, LEVELS, dtype=np.float32)
    flat = np.broadcast_to(levels[:, None, None, None], (LEVELS, 1, 128, 128)).astype(np.float32)
    means = noise(flat, NumpyDraw(np.random.default_rng(0))).mean(axis=(1, 2, 3))
    return levels, np.maximum.accumulate(means)


def _told(denoise: Denoise, curve: tuple[Array, Array]) -> Denoise:
    """The denoiser, its result led back to the level that has this mean."""
    levels, means = curve

    def told(noisy: Array, sigma: float) -> Array:
        return np.interp(denoise(noisy, sigma), means, levels).astype(noisy.dtype)

    return told


def _psnr(row: Row) -> float:
    return row.scores["psnr"].mean


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.denoiser,
        f"{_psnr(row):.2f} dB",
        f"{row.scores['ssim'].mean:.3f}",
        f"{row.scores['mse'].mean:.5f}",
    )
