"""Which learning rate to train on with: each is tried for a few steps, and the held-out images choose.

Images far from what a model learned want a high rate. Where the model fits already a high one forgets more than it
learns: with the noise that the model photo was trained for, 2e-3 costs it half a decibel (docs/lab.md).
"""

import math
from contextlib import suppress
from dataclasses import dataclass

import torch

from grainless.data.images import Data
from grainless.errors import counted
from grainless.learn.fitting.fit import Diverged, Fit
from grainless.learn.recipe import Recipe

RATES = (2e-3, 5e-4, 1.25e-4)
"""Muon's: the highest is a third of that from scratch."""


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Args:
        losses: rate -> validation loss after the steps.
        before: validation loss of the start as it is.
        steps: with each rate, from the start, the rate falling to none as in a whole training.
    """

    losses: dict[float, float]
    before: float
    steps: int

    @property
    def better(self) -> bool:
        """Some training is better than none."""
        return min(self.losses.values()) < self.before

    @property
    def rate(self) -> float:
        """The one that did best; the lowest if none did better than no training."""
        return min(self.losses, key=lambda rate: self.losses[rate]) if self.better else min(self.losses)

    def __str__(self) -> str:
        """As a person is told."""
        rates = ", ".join(map(_short, self.losses))
        tried = f"Of the learning rates {rates}, tried for {counted(self.steps, 'step')} each,"
        if self.better:
            return f"{tried} {_short(self.rate)} does best on those to choose by."
        return f"{tried} none does better than no training; {_short(self.rate)} is taken."


def tried(recipe: Recipe, data: Data, steps: int) -> Trial:
    """Train so many steps of a recipe with each of `RATES`, and throw them away."""
    ends = {rate: _trained(recipe, data, rate, steps) for rate in RATES}
    befores, afters = zip(*ends.values(), strict=True)
    return Trial(dict(zip(ends, afters, strict=True)), befores[0], steps)


def _trained(recipe: Recipe, data: Data, rate: float, steps: int) -> tuple[float, float]:
    """Validation loss before and after the steps; what diverged is infinitely bad."""
    torch.manual_seed(recipe.seed)
    options = recipe.training() | {"epochs": 1, "steps": steps, "rate": rate, "ema": None}
    fit = Fit(recipe.network(), data, recipe.method(), recipe.loss(), seed=recipe.seed, **options)
    with suppress(Diverged):
        list(fit())
    before, *after = (epoch.validation for epoch in fit.history)
    return before, after[0] if after else math.inf


def _short(rate: float) -> str:
    """As recipes write it.

    >>> _short(2e-3), _short(1.25e-4)
    ('2e-3', '1.25e-4')
    """
    digits, _, power = f"{rate:.2e}".partition("e")
    return f"{float(digits):g}e{int(power)}"
