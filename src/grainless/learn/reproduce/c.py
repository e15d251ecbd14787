"""C: four architectures, two data sets, a failure on a third and its cure, and a walk through the code."""

from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from grainless.evaluation.figures.histories import histories_png
from grainless.learn.reproduce.cure import beside_classical
from grainless.learn.reproduce.table import Effort, Figure, Section, copied, differs, picture, score, took
from grainless.learn.reproduce.walk import walk
from grainless.learn.run import Run
from grainless.learn.studies.compare import compare
from grainless.learn.studies.diagnose import diagnose
from grainless.learn.studies.study import Study

RECIPES = ["c-stacked", "c-pooled", "c-coded", "c-wide"]
DATA = ["mnist", "fashion-mnist"]
PARAMETERS = {"c-stacked": 47_425, "c-pooled": 28_353, "c-coded": 178_769, "c-wide": 314_625}

CHANGES: dict[Effort, list[str]] = {
    "quick": ["data.limit=1000", "data.validation=500", "train.epochs=1"],
    "standard": [],
    "full": [],
}
BEST = CHANGES
CURE: dict[Effort, list[str]] = {
    "quick": CHANGES["quick"],
    "standard": ["train.epochs=30"],
    "full": ["train.epochs=30"],
}
WALKED: dict[Effort, list[str]] = {
    "quick": CHANGES["quick"],
    "standard": ["data.limit=10000", "train.epochs=5"],
    "full": [],
}
"""Enough to see what lies between two codes."""
CIFAR = ["data.name=cifar10", "data.validation=0.1"]
SPLIT = "5,000 training images held out; noise new each epoch"
GUESSED = {"c-pooled": "optimizer and batch not given: Adam, 128", "c-wide": "noise not given: factor 0.5"}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The comparison and its selection, the diagnosis and the cure, the codes between two images."""
    section = Section("C", "Four architectures, three data sets, one diagnosis, one walk through the code")
    for recipe, name in product(RECIPES, DATA):
        section.rows(partial(_one, study, recipe, name, CHANGES[effort]), _what(recipe, name))
    for name in DATA:
        section.rows(partial(_best, study, name, BEST[effort]), f"best recipe on {name}")
    section.part(lambda: _selected(study, pictures, CHANGES[effort]), "The selection among the four")
    section.part(lambda: _failure(study, pictures, effort), "The failure on CIFAR-10, and its cure")
    section.part(lambda: _walk(study, pictures, WALKED[effort]), "A walk through the code")
    return section


def _what(recipe: str, data: str) -> str:
    return f"{recipe.removeprefix('c-')} on {data}, {PARAMETERS[recipe]:,} parameters"


def _one(study: Study, recipe: str, data: str, changes: list[str]) -> list[Figure]:
    run = study.run(recipe, [f"data.name={data}", *changes])
    words = differs(run, SPLIT, GUESSED.get(recipe, ""))
    return [
        Figure(
            f"{_what(recipe, data)}, test PSNR / SSIM / MSE", "no numbers", _scores(run), "", words, took(run)
        )
    ]


def _best(study: Study, data: str, changes: list[str]) -> list[Figure]:
    """Under the noise of the one that they selected: scores under other noises cannot be compared."""
    run = study.run("c-best", [f"data.name={data}", *changes])
    what = f"best recipe on {data}, under the coded one's noise, test PSNR / SSIM / MSE"
    return [Figure(what, "", "", _scores(run), "", took(run))]


def _selected(study: Study, pictures: Path, changes: list[str]) -> list[str]:
    comparison = compare(study, RECIPES, DATA, changes, "psnr")
    return [
        f"Selected, by PSNR on the held-out images of both data sets: **{comparison.best()}**; the report selected "
        "the coded one. The four are trained on noise of their own, as published, so the selection compares whole "
        f"recipes.{_black(study, comparison.runs)}",
        *(copied(path, pictures, f"c-{path.stem}.png", _words(path)) for path in comparison.figures),
    ]


def _walk(study: Study, pictures: Path, changes: list[str]) -> str:
    return walk(
        {name: study.run("c-coded", [f"data.name={name}", *changes]) for name in DATA}, pictures, study
    )


def _black(study: Study, runs: dict[tuple[str, str], Run]) -> str:
    """Who gives the black image: with squared error behind a sigmoid a network can fall into it and stay."""
    black = {
        name: float(np.mean([np.square(test.floats(index)).mean() for index in range(len(test))]))
        for name, test in ((name, runs["c-coded", name].recipe().data(study.roots).test) for name in DATA)
    }
    fallen = [
        f"{recipe} on {name}"
        for (recipe, name), run in runs.items()
        if score(run, "mse") > 0.95 * black[name]
    ]
    listed = ", ".join(f"{mse:.5f} on {name}" for name, mse in black.items())
    return f" No better than the black image, whose MSE is {listed}: {', '.join(fallen)}." if fallen else ""


def _words(path: Path) -> str:
    return (
        f"{path.stem.removeprefix('comparison-')}: clean, noisy (the first recipe's), and each architecture"
    )


def _scores(run: Run) -> str:
    return f"{score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f} / {score(run, 'mse'):.5f}"


def _shorter(run: Run) -> str:
    words = differs(run)
    return f"Here: {words}." if words else ""


def _failure(study: Study, pictures: Path, effort: Effort) -> list[str]:
    """The network that they selected fails on CIFAR-10; why; and one that does not."""
    diagnosis = diagnose(study, "c-coded", [*CIFAR, *CHANGES[effort]])
    cure = study.run("c-best", [*CIFAR, *CURE[effort]])
    curves = pictures / "c-diagnosis-losses.png"
    histories_png(
        {
            "clean input": diagnosis.clean_run.facts()["history"],
            "noisy input": diagnosis.noisy_run.facts()["history"],
        },
        curves,
        loss="mean squared error a pixel",
    )
    return [
        "### The failure on CIFAR-10, and its cure",
        f"The coded network on clean CIFAR-10 images has a test MSE of {diagnosis.clean_error:.5f}, on noisy ones "
        f"{diagnosis.noisy_error:.5f}: {diagnosis.clean_error / diagnosis.noisy_error:.0%} of the error is there "
        f"without any noise, so the limit is **{diagnosis.verdict}**. The report found the same: the network is too "
        f"small. {_shorter(diagnosis.noisy_run)}".strip(),
        picture(
            curves,
            pictures,
            "The selected network on CIFAR-10, fed clean images and noisy ones: validation loss (solid) and "
            "training loss (dashed). The two nearly meet: the noise is not what limits it",
        ),
        copied(
            diagnosis.figure,
            pictures,
            "c-diagnosis.png",
            "CIFAR-10 test images: clean, clean ones passed through the network, noisy, denoised",
        ),
        *beside_classical(study, {"c-coded": diagnosis.noisy_run, "c-best": cure}),
        f"The cure is `c-best`, {took(cure)}.",
    ]
