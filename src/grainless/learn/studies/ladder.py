"""Ladder: a network raised step by step, each step trained with noise and without: where does capacity suffice?

The diagnosis asks the question of one network; the ladder asks it of each on the way up, with equal epochs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.diagnose import check_noise, verdict
from grainless.learn.studies.drawn import draw_denoised
from grainless.learn.studies.once import said_once
from grainless.learn.studies.study import Study
from grainless.learn.studies.values import listed
from grainless.learn.summary import of_run

NOT_TOLD = "not told"
"""The limit of a rung that does worse under noise than one below it: neither its size nor the noise need be why."""


@dataclass(frozen=True)
class Rung:
    """A step of the ladder.

    Args:
        name: the recipe, or the lines that were changed.
        noisy_run: trained and fed with the recipe's noise.
        clean_run: trained and fed without.
    """

    name: str
    noisy_run: Run
    clean_run: Run

    def plain(self) -> dict[str, Any]:
        """What it reached on the test images; `share` is the part of the error that is there without any noise."""
        clean, noisy = (_test(run) for run in (self.clean_run, self.noisy_run))
        known = of_run(self.noisy_run)
        return {
            "rung": self.name,
            "parameters": known["parameters"]["total"],
            "epochs": known["epochs"],
            "clean input, MSE": clean["mse"],
            "noisy input, MSE": noisy["mse"],
            "share": clean["mse"] / noisy["mse"],
            "limit": verdict(clean["mse"], noisy["mse"]),
            "clean input, PSNR": clean["psnr"],
            "noisy input, PSNR": noisy["psnr"],
        }


@dataclass(frozen=True)
class Ladder:
    """What it came to.

    Args:
        rungs: from the bottom.
        figure: test images in columns; rows: clean, noisy, then each rung's denoised ones.
    """

    rungs: list[Rung]
    figure: Path

    def rows(self) -> list[dict[str, Any]]:
        """A row a rung, with what limits it."""
        rows = [rung.plain() for rung in self.rungs]
        return [row | {"limit": limit} for row, limit in zip(rows, limits(rows), strict=True)]

    @property
    def remark(self) -> str:
        """How far one training of each rung can be trusted."""
        told = said_once("rung", [rung.noisy_run for rung in self.rungs], loss="validation loss with noise")
        if NOT_TOLD not in limits(self.rows()):
            return told
        return (
            f"{told} Where a network does worse with noise than a smaller one, neither capacity nor noise need be the "
            "cause: it may be so short a training on so few images, or chance. There no limit is told."
        )


def limits(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What limits each rung; not told where a rung below it does better under noise."""
    errors = [float(row["noisy input, MSE"]) for row in rows]
    return [
        row["limit"] if errors[number] <= min(errors[: number + 1]) else NOT_TOLD
        for number, row in enumerate(rows)
    ]


def ladder(study: Study, recipe: str, steps: Sequence[str], changes: list[str]) -> Ladder:
    """Train the recipe as it is, then with each step's lines, each with its noise and without.

    Args:
        study: where the runs lie.
        recipe: its name or file.
        steps: each the lines of a rung, joined by commas: "network.widths=[64,128],network.code=256".
        changes: lines to change in every rung: "train.epochs=5" makes the epochs equal and few.

    Raises:
        InputError: the recipe has no noise; a step has another form or names no line of the recipe.
    """
    check_noise(Recipe.load(recipe, changes))
    rungs = {recipe: changes} | {step: [*changes, *listed(step)] for step in steps}
    for lines in rungs.values():  # every mistake is told before the first training
        Recipe.load(recipe, lines)
    climbed = [
        Rung(name, study.run(recipe, lines), study.run(recipe, [*lines, "noise=none"]))
        for name, lines in rungs.items()
    ]
    figure = study.folder / f"{Path(recipe).stem}-ladder.png"
    draw_denoised(study, {rung.name: rung.noisy_run for rung in climbed}, figure)
    return Ladder(climbed, figure)


def _test(run: Run) -> dict[str, float]:
    scores: dict[str, float] = run.facts()["scores"]["test"]
    return scores
