"""How fast this computer trains: measured, so that a training can be given minutes instead of steps."""

import time
from dataclasses import dataclass

import torch

from grainless.data.images import Data
from grainless.learn.fitting.fit import Fit
from grainless.learn.recipe import Recipe

STEPS = 4
"""Of which the mean is taken, after as many to warm up."""

TRAINING = 0.8
"""The share of the time that is trained in; what the trial of rates leaves is for export and scores."""

TRIAL = 0.1
"""The share in which learning rates are tried."""

FEWEST_TRIED = 16
"""Steps of each, however slow the computer is: fewer tell one rate from another by chance."""

VALIDATING = 0.15
"""The share of that in which the held-out images may be looked at."""

MOST_EPOCHS, FEWEST_EPOCHS = 20, 4


@dataclass(frozen=True)
class Pace:
    """What steps take here.

    Args:
        step: seconds of a training step.
        validation: seconds of a look at all validation images.
        precision: of the arithmetic that was fastest.
    """

    step: float
    validation: float
    precision: str

    def plan(self, minutes: float) -> tuple[int, int]:
        """Epochs, and steps in each, that take about so long; however short it is, a few."""
        seconds = 60 * max(minutes, 0.0) * TRAINING
        epochs = round(VALIDATING * seconds / max(self.validation, 1e-3))
        epochs = max(FEWEST_EPOCHS, min(MOST_EPOCHS, epochs))
        left = seconds - epochs * self.validation
        return epochs, max(1, round(left / (epochs * self.step)))

    def seconds(self, epochs: int, steps: int) -> float:
        """How long so many epochs of so many steps take, with all that ends a training."""
        return epochs * (steps * self.step + self.validation) / TRAINING

    def trial(self, minutes: float, rates: int) -> int:
        """Steps for each of so many rates, two looks at the validation images each, that take `TRIAL` of the time."""
        seconds = 60 * minutes * TRIAL / rates - 2 * self.validation
        return max(FEWEST_TRIED, round(seconds / self.step))


def measured(recipe: Recipe, data: Data) -> Pace:
    """Train a few steps of a recipe, in full and in half precision, and throw them away."""
    paces = [_pace(recipe, data, precision) for precision in ("full", "half")]
    return min(paces, key=lambda pace: pace.step)


def _pace(recipe: Recipe, data: Data, precision: str) -> Pace:
    torch.manual_seed(recipe.seed)
    options = recipe.training() | {"epochs": 2, "steps": STEPS, "start": None, "precision": precision}
    fit = Fit(recipe.network(), data, recipe.method(), recipe.loss(), seed=recipe.seed, **options)
    began = time.perf_counter()
    _, last = fit()
    trained = sum(epoch.seconds for epoch in fit.history)
    validation = (time.perf_counter() - began - trained) / len(fit.history)
    return Pace(last.seconds / STEPS, validation, precision)
