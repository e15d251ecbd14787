"""A run on the very noisy images it learned from, as publications score theirs that made one noisy set and fitted it.

New noise on the training images is another task: of noise drawn once, a network knows a part by heart.
"""

from collections.abc import Iterator
from itertools import chain

import numpy as np
import torch

from grainless.evaluation.evaluate import Array
from grainless.evaluation.metrics import METRICS
from grainless.learn.batches.batches import Whole
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.batches.fixed import Fixed
from grainless.learn.reproduce.scores import noted
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser

BATCH = 512
"""Images that are scored together."""

SCORED = ("mse", "bce")


def learned(study: Study, run: Run) -> dict[str, dict[str, float]]:
    """Means over all training images, "noisy" and "denoised"; noted in the run, since they take a while.

    Args:
        study: where its data are looked for.
        run: of a recipe with `train.fixed_noise`.
    """

    def made() -> dict[str, dict[str, float]]:
        denoise = denoiser(run)
        scores = [
            {"noisy": _scores(shown, wanted), "denoised": _scores(denoise(shown, 0.0).clip(0, 1), wanted)}
            for shown, wanted in _shown(study, run)
        ]
        return {
            row: {
                name: float(np.mean(list(chain.from_iterable(each[row][name] for each in scores))))
                for name in SCORED
            }
            for row in ("noisy", "denoised")
        }

    known: dict[str, dict[str, float]] = noted(run, "learned images", made)
    return known


def _scores(images: Array, clean: Array) -> dict[str, Array]:
    return {name: METRICS[name](images, clean) for name in SCORED}


def _shown(study: Study, run: Run) -> Iterator[tuple[Array, Array]]:
    """Noisy and clean, (n, c, h, w) each, as the training drew them before its first step."""
    recipe, cpu = run.recipe(), torch.device("cpu")
    train = recipe.data(study.roots).train
    batches = Whole(train, batch=BATCH, device=cpu)
    pairs = Fixed(batches, train, recipe.method(), seed=recipe.seed, device=cpu)
    for pair in pairs(TorchDraw.seeded(0)):
        yield pair.shown.contiguous().numpy(), pair.wanted.contiguous().numpy()
