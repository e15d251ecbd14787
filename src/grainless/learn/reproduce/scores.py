"""Scores of a run as the page has them: noted by the run, or made once and noted in it."""

from collections.abc import Callable
from typing import Any

from grainless.evaluation.evaluate import evaluate
from grainless.evaluation.metrics import METRICS
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser


def score(run: Run, metric: str, part: str = "test") -> float:
    """A mean that the run noted."""
    return float(run.facts()["scores"][part][metric])


def noisy(run: Run, metric: str, part: str = "test") -> float:
    """The noisy images' own."""
    return float(run.facts()["noisy"][part][metric])


def noted(run: Run, what: str, make: Callable[[], Any]) -> Any:
    """What stands in the run's facts under this name, made now if it does not."""
    facts = run.facts()
    if what not in facts:
        run.note({what: make()})
        facts = run.facts()
    return facts[what]


def floor(run: Run, study: Study, part: str = "test") -> float:
    """The binary cross-entropy of a run's images with themselves: what a perfect reconstruction scores."""

    def made() -> float:
        images = run.recipe().data(study.roots).parts[part]
        rows = evaluate({}, images, data_name=part, metrics={"bce": METRICS["bce"]})
        return rows[0].scores["bce"].mean

    return float(noted(run, "floor" if part == "test" else f"floor of {part}", made))


def draws(run: Run, study: Study, metric: str, count: int = 5) -> list[float]:
    """A mean over the test images for each of several draws of the noise, the recipe's own first."""

    def made() -> list[float]:
        recipe = run.recipe()
        test, denoisers = recipe.data(study.roots).test, {"denoised": denoiser(run)}
        metrics = {metric: METRICS[metric]}
        each = (
            evaluate(denoisers, test, recipe.noise(), data_name="test", seed=seed, metrics=metrics)
            for seed in range(recipe.seed, recipe.seed + count)
        )
        return [rows[1].scores[metric].mean for rows in each]

    return [float(value) for value in noted(run, f"{count} draws, {metric}", made)]


def with_excess(bce: float, floor: float) -> str:
    """A cross-entropy and what it is above the one of a perfect reconstruction.

    >>> with_excess(0.0931, 0.0581)
    '0.0931 (0.0350 above the floor)'
    """
    return f"{bce:.4f} ({bce - floor:.4f} above the floor)"
