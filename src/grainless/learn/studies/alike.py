"""Alike: several recipes under one noise, each from several seeds; is one better, or was it luck?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from grainless.errors import InputError
from grainless.evaluation.metrics import METRICS
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.study import Study
from grainless.learn.summary import of_run
from grainless.parts import choose


@dataclass(frozen=True)
class Alike:
    """What a comparison over seeds came to.

    Args:
        runs: (recipe, data set) -> its runs, one a seed.
        metric: of the test images.
    """

    runs: dict[tuple[str, str], list[Run]]
    metric: str

    def rows(self) -> list[dict[str, Any]]:
        """A row a recipe and data set: the mean over seeds, and half the width of its 95 % interval."""
        rows = []
        for (recipe, data), runs in self.runs.items():
            values = [float(run.facts()["scores"]["test"][self.metric]) for run in runs]
            known = of_run(runs[0])
            rows.append(
                {
                    "recipe": recipe,
                    "data": data,
                    "parameters": known["parameters"]["total"],
                    "epochs": known["epochs"],
                    "seeds": len(runs),
                    f"test {self.metric}": float(np.mean(values)),
                    "±": half_width(values),
                    "values": values,
                }
            )
        return rows


def alike(
    study: Study, recipes: Sequence[str], data: Sequence[str], changes: list[str], seeds: int, metric: str
) -> Alike:
    """Train every recipe on every data set from each seed: the recipe's own, and those after it.

    Args:
        study: where the runs lie.
        recipes: names or files.
        data: names of data sets; none: each recipe's own.
        changes: lines to change in every recipe: "noise=gaussian:sigma=0.5,clip=true" gives all one noise.
        seeds: how many, at least 2.
        metric: a name in `METRICS`.

    Raises:
        InputError: fewer than two seeds, a recipe with mistakes, noises that differ, no such metric.
    """
    choose("metric", METRICS, metric)
    if seeds < 2:
        raise InputError(f"An interval takes two seeds or more, and this is {seeds}.")
    noises = {recipe: str(Recipe.load(recipe, changes).noise()) for recipe in recipes}
    if len(set(noises.values())) > 1:
        listed = ", ".join(f"{recipe} has {noise}" for recipe, noise in noises.items())
        raise InputError(f"The recipes have noises of their own: {listed}. Give all one by --set noise=...")
    runs: dict[tuple[str, str], list[Run]] = {}
    for recipe in recipes:
        for lines in [[f"data.name={name}", *changes] for name in data] or [changes]:
            chosen = Recipe.load(recipe, lines)
            runs[recipe, str(chosen.options["data.name"])] = [
                study.run(recipe, [*lines, f"seed={chosen.seed + number}"]) for number in range(seeds)
            ]
    return Alike(runs, metric)


def half_width(values: Sequence[float]) -> float:
    """Half the 95 % interval of the mean of few values, by Student's t.

    >>> round(half_width([1.0, 2.0, 3.0]), 3)
    2.484
    """
    spread = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    quantile = float(stats.t.ppf(0.975, len(values) - 1))
    return quantile * spread
