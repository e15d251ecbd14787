"""C: four architectures, two data sets, a failure on a third and its cure, and a walk through the code."""

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
    "standard": ["train.epochs=5"],
    "full": [],
}
BEST: dict[Effort, list[str]] = {"quick": CHANGES["quick"], "standard": [], "full": []}
CURE: dict[Effort, list[str]] = {
    "quick": CHANGES["quick"],
    "standard": ["train.epochs=30"],
    "full": ["train.epochs=30"],
}
CIFAR = ["data.name=cifar10", "data.validation=0.1"]
SPLIT = "5,000 training images held out; noise new each epoch"
GUESSED = {"c-pooled": "optimizer and batch not given: Adam, 128", "c-wide": "noise not given: factor 0.5"}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The comparison and its selection, the diagnosis and the cure, the codes between two images."""
    comparison = compare(study, RECIPES, DATA, CHANGES[effort], "psnr")
    best = {name: study.run("c-best", [f"data.name={name}", *BEST[effort]]) for name in DATA}
    chosen = comparison.best()
    figures = [_figure(recipe, data, run, best[data]) for (recipe, data), run in comparison.runs.items()]
    words = (
        f"Selected, by PSNR on the held-out images of both data sets: **{chosen}**; the report selected the "
        "coded one. The four are trained on noise of their own, as published, so the selection compares whole "
        "recipes. Our best has the coded one's noise."
    )
    figures += [Figure("selected", "coded", chosen.removeprefix("c-"))]
    words += _black(study, comparison.runs)
    shown = [copied(path, pictures, f"c-{path.stem}.png", _words(path)) for path in comparison.figures]
    coded = {name: comparison.runs["c-coded", name] for name in DATA}
    return Section(
        "C",
        "Four architectures, three data sets, one diagnosis, one walk through the code",
        figures,
        [words, *shown, *_failure(study, pictures, effort), walk(coded, pictures, study)],
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


def _figure(recipe: str, data: str, run: Run, best: Run) -> Figure:
    is_same_noise = run.recipe().noise() == best.recipe().noise()  # else their scores cannot be compared
    return Figure(
        f"{recipe.removeprefix('c-')} on {data}, {PARAMETERS[recipe]:,} parameters, test PSNR / SSIM / MSE",
        "",
        _scores(run),
        _scores(best) if is_same_noise else "",
        differs(run, SPLIT, GUESSED.get(recipe, "")),
        took(run) + (f"; best: {took(best)}" if is_same_noise else ""),
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
        copied(diagnosis.figure, pictures, "c-diagnosis.png", "CIFAR-10: clean, passed on, noisy, denoised"),
        *beside_classical(study, {"c-coded": diagnosis.noisy_run, "c-best": cure}),
        f"The cure is `c-best`, {took(cure)}.",
    ]
