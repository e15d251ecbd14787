"""Diagnose: a network does badly; is it too small, or is the noise too strong?

Source: Mehrpanah, "Image denoising autoencoders", 2020: a network that fails on noisy CIFAR-10 is fed the clean
images, and fails on those too; so it is the network.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from grainless.errors import InputError
from grainless.evaluation.evaluate import Array
from grainless.evaluation.figures.pictures import strip
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.once import said_once
from grainless.learn.studies.study import Study, scenes

HALF = 0.5
"""The network is too small if its error on clean input is more than this share of that on noisy input."""

RULE = "The rule: capacity is the limit where more than half of the error is there without any noise."

PICTURES = 10

ADVICE = {
    "capacity": "The network cannot even pass on clean images: give it more feature maps, a larger code, or none "
    "(an architecture with skip connections, such as unet); more epochs only if the curves still fall.",
    "noise": "The network passes on clean images well enough: what is lost, the noise took. Train longer, on more "
    "images, or on weaker noise; a larger network will gain less.",
}


@dataclass(frozen=True)
class Diagnosis:
    """Which of the two limits.

    Args:
        clean_error: mean squared error on the test images of the network that was trained and fed without noise.
        noisy_error: of the one that was trained and fed with noise.
        noisy_run: the recipe as it is.
        clean_run: the recipe without its noise.
        figure: test images in columns; rows: clean, passed on, noisy, denoised.
    """

    clean_error: float
    noisy_error: float
    noisy_run: Run
    clean_run: Run
    figure: Path

    @property
    def verdict(self) -> Literal["capacity", "noise"]:
        """What limits the recipe."""
        return verdict(self.clean_error, self.noisy_error)

    @property
    def remark(self) -> str:
        """The rule, and how far these two trainings can be trusted."""
        return f"{RULE} {said_once('of the two', [self.noisy_run, self.clean_run], differ='tell')}"

    def plain(self) -> dict[str, Any]:
        """For the terminal and JSON, with both curves."""
        return {
            "verdict": self.verdict,
            "clean_error": self.clean_error,
            "noisy_error": self.noisy_error,
            "share": self.clean_error / self.noisy_error,
            "advice": ADVICE[self.verdict],
            "remark": self.remark,
            "figure": str(self.figure),
            "validation_loss": [
                {
                    "epoch": clean["number"],
                    "clean": clean["validation"],
                    "noisy": noisy["validation"],
                }
                for clean, noisy in zip(
                    self.clean_run.facts()["history"], self.noisy_run.facts()["history"], strict=False
                )
            ],
        }


def verdict(clean_error: float, noisy_error: float) -> Literal["capacity", "noise"]:
    """The rule.

    >>> verdict(0.012, 0.02), verdict(0.002, 0.02)
    ('capacity', 'noise')
    """
    return "capacity" if clean_error > HALF * noisy_error else "noise"


def diagnose(study: Study, recipe: str, changes: list[str]) -> Diagnosis:
    """Train a recipe with its noise and without, and compare the errors.

    Raises:
        InputError: the recipe has no noise.
    """
    chosen = Recipe.load(recipe, changes)
    check_noise(chosen)
    noisy_run = study.run(recipe, changes)
    clean_run = study.run(recipe, [*changes, "noise=none"])
    figure = study.folder / f"{chosen.name}-diagnosis.png"
    _draw(study, clean_run, noisy_run, figure)
    clean_error, noisy_error = (_error(run) for run in (clean_run, noisy_run))
    return Diagnosis(clean_error, noisy_error, noisy_run, clean_run, figure)


def check_noise(recipe: Recipe) -> None:
    """Refuse a recipe without noise.

    Raises:
        InputError: it has none.
    """
    if not recipe.noise().parts:
        raise InputError(f"{recipe.name} has no noise, so there is nothing to compare with; set noise.name.")


def _error(run: Run) -> float:
    return float(run.facts()["scores"]["test"]["mse"])


def _draw(study: Study, clean_run: Run, noisy_run: Run, path: Path) -> None:
    passed, denoised = (scenes(run, study.roots, PICTURES) for run in (clean_run, noisy_run))
    rows: dict[str, list[Array]] = {
        "clean": [np.asarray(scene["clean"]) for scene in passed],
        "passed on": [scene["denoised"] for scene in passed],
        "noisy": [scene["noisy"] for scene in denoised],
        "denoised": [scene["denoised"] for scene in denoised],
    }
    strip(list(rows.values()), path, labels=list(rows), scale=max(1, 64 // rows["clean"][0].shape[-1]))
