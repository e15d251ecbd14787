"""Compare: several recipes on several data sets; which one is best."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grainless.errors import InputError
from grainless.evaluation.metrics import METRICS
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.drawn import draw_denoised
from grainless.learn.studies.study import Study
from grainless.learn.summary import of_run
from grainless.parts import choose


@dataclass(frozen=True)
class Comparison:
    """What a comparison came to.

    Args:
        runs: (recipe, data set) -> its run.
        metric: by which the best is selected.
        figures: for each data set its test images: clean, noisy, then one row a recipe.
    """

    runs: dict[tuple[str, str], Run]
    metric: str
    figures: list[Path]

    def rows(self) -> list[dict[str, Any]]:
        """A row a run: what was selected by, on the validation images, and the means on the test images."""
        known = {key: of_run(run) for key, run in self.runs.items()}
        return [
            {
                "recipe": recipe,
                "data": data,
                "parameters": each["parameters"]["total"],
                "epochs": each["epochs"],
                f"validation {self.metric}": each["scores"]["validation"][self.metric],
                **{f"test {metric}": score for metric, score in each["scores"]["test"].items()},
            }
            for (recipe, data), each in known.items()
        ]

    def best(self) -> str:
        """The recipe with the best mean over the data sets of the metric on the validation images.

        The test images have no say in it: what is selected by them would look better on them than it is.
        """
        scores: dict[str, list[float]] = {}
        for (recipe, _), run in self.runs.items():
            scores.setdefault(recipe, []).append(float(run.facts()["scores"]["validation"][self.metric]))
        pick = max if METRICS[self.metric].higher_is_better else min
        return pick(scores, key=lambda recipe: float(np.mean(scores[recipe])))


def compare(study: Study, recipes: list[str], data: list[str], changes: list[str], metric: str) -> Comparison:
    """Train every recipe on every data set.

    Args:
        study: where the runs lie.
        recipes: names or files.
        data: names of data sets; none: each recipe's own.
        changes: lines to change in every recipe.
        metric: by which the best is selected: a name in `judge.metrics.METRICS`.

    Raises:
        InputError: fewer than two recipes, a recipe with mistakes, different data of their own, no such metric.
    """
    choose("metric", METRICS, metric)
    if len(set(recipes)) < 2:
        raise InputError(f"A comparison takes two recipes or more, and this is {len(set(recipes))}.")
    sets = [[f"data.name={name}", *changes] for name in data] or [changes]
    wanted = {  # every mistake is told before the first training
        (recipe, str(Recipe.load(recipe, lines).options["data.name"])): lines
        for recipe in recipes
        for lines in sets
    }
    _check_same_data(wanted)
    runs = {(recipe, name): study.run(recipe, lines) for (recipe, name), lines in wanted.items()}
    figures = [_draw(study, name, runs) for name in dict.fromkeys(name for _, name in runs)]
    return Comparison(runs, metric, figures)


def _check_same_data(pairs: Iterable[tuple[str, str]]) -> None:
    """Refuse recipes on different images: a mean over an easier data set is no better network."""
    sets: dict[str, set[str]] = {}
    for recipe, name in pairs:
        sets.setdefault(recipe, set()).add(name)
    if any(each != next(iter(sets.values())) for each in sets.values()):
        listed = ", ".join(f"{recipe} has {' and '.join(sorted(each))}" for recipe, each in sets.items())
        raise InputError(
            f"The recipes have different data, so none is the best: {listed}. Name the data by --data."
        )


def _draw(study: Study, data: str, runs: dict[tuple[str, str], Run]) -> Path:
    path = study.folder / f"comparison-{data}.png"
    draw_denoised(study, {recipe: run for (recipe, name), run in runs.items() if name == data}, path)
    return path
