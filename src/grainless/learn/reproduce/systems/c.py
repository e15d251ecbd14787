"""C: four architectures, two data sets, a failure on a third and its cure, and a walk through the code."""

from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from grainless.evaluation.figures.histories import histories_png
from grainless.learn.reproduce.pictures import copied, picture
from grainless.learn.reproduce.scores import score
from grainless.learn.reproduce.section import NOT_RUN, Effort, Figure, Section
from grainless.learn.reproduce.systems.cure import beside_classical
from grainless.learn.reproduce.systems.walk import walk
from grainless.learn.reproduce.words import differs, took
from grainless.learn.run import Run
from grainless.learn.studies.diagnose import diagnose
from grainless.learn.studies.drawn import draw_denoised
from grainless.learn.studies.study import Study, Unfinished

RECIPES = ["c-stacked", "c-pooled", "c-coded", "c-wide"]
DATA = ["mnist", "fashion-mnist"]
PARAMETERS = {"c-stacked": 47_425, "c-pooled": 28_353, "c-coded": 178_769, "c-wide": 314_625}

QUICK = ["data.limit=1000", "data.validation=500", "train.epochs=1"]
BEST: dict[Effort, list[str]] = {"quick": QUICK, "standard": [], "full": []}
SLOWEST = {"c-stacked", "c-wide"}
"""Two hours each at their length; at standard effort in bfloat16, which takes half of it."""
CIFAR = ["data.name=cifar10", "data.validation=0.1"]
FAILURE: dict[Effort, list[str]] = {
    "quick": QUICK,
    "standard": ["data.limit=5000", "train.epochs=4"],
    "full": [],
}
"""Enough to tell capacity from noise; the ladder of capacity has the same length."""
CURE: dict[Effort, list[str]] = {**FAILURE, "full": ["train.epochs=30"]}
SHORT_WALK: dict[Effort, list[str]] = {
    "quick": QUICK,
    "standard": ["data.limit=10000", "train.epochs=5"],
    "full": [],
}
"""Enough to see what lies between two codes, where no longer training is finished."""
SPLIT = "5,000 training images held out; noise new each epoch"
GUESSED = {"c-pooled": "optimizer and batch not given: Adam, 128", "c-wide": "noise not given: factor 0.5"}
NEARLY = 0.95
"""Of the black image's error: who has more gives it."""


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The comparison and its selection, the diagnosis and the cure, the codes between two images."""
    section = Section("C", "Four architectures, three data sets, one diagnosis, one walk through the code")
    for recipe, name in product(RECIPES, DATA):
        section.rows(partial(_one, study, recipe, name, effort), _what(recipe, name))
    for name in DATA:
        section.rows(partial(_best, study, name, effort), f"best recipe on {name}")
    for name in DATA:
        section.part(partial(_selected, study, name, pictures, effort), f"The selection on {name}")
    section.part(lambda: _failure(study, pictures, effort), "The failure on CIFAR-10, and its cure")
    section.part(lambda: _walk(study, pictures, effort), "A walk through the code")
    return section


def _run(study: Study, recipe: str, data: str, effort: Effort) -> Run:
    """One of the four at its published length."""
    half = ["train.precision=half"] if effort == "standard" and recipe in SLOWEST else []
    return study.run(recipe, [f"data.name={data}", *(QUICK if effort == "quick" else half)])


def _what(recipe: str, data: str) -> str:
    return f"{recipe.removeprefix('c-')} on {data}, {PARAMETERS[recipe]:,} parameters"


def _one(study: Study, recipe: str, data: str, effort: Effort) -> list[Figure]:
    run = _run(study, recipe, data, effort)
    words = differs(run, SPLIT, GUESSED.get(recipe, ""))
    what = f"{_what(recipe, data)}, test PSNR / SSIM / MSE"
    return [Figure(what, "no numbers", _scores(run), "", words, took(run))]


def _best(study: Study, data: str, effort: Effort) -> list[Figure]:
    """Under the noise of the one that they selected: scores under other noises cannot be compared."""
    run = study.run("c-best", [f"data.name={data}", *BEST[effort]])
    what = f"best recipe on {data}, under the coded one's noise, test PSNR / SSIM / MSE"
    return [Figure(what, "", "", _scores(run), "", took(run))]


def _selected(study: Study, data: str, pictures: Path, effort: Effort) -> list[str]:
    """The best of those that are finished, by held-out images: the test images have no say in it."""
    runs, missing = _finished(study, data, effort)
    reached = {recipe: score(run, "psnr", "validation") for recipe, run in runs.items()}
    best = max(reached, key=lambda recipe: reached[recipe])
    listed = ", ".join(f"{recipe} {psnr:.2f} dB" for recipe, psnr in reached.items())
    among = f" among the {len(runs)} of {len(RECIPES)} that are finished" if missing else ""
    return [
        f"Selected on {data}{among}, by PSNR on the held-out images: **{best}** ({listed}); the report selected the "
        "coded one. Each has the noise of its own publication, so whole recipes are compared."
        f"{_black(study, runs, data)}",
        *(f"*Not in it, since {NOT_RUN}: {each}.*" for each in missing),
        _drawn(study, runs, data, pictures),
    ]


def _finished(study: Study, data: str, effort: Effort) -> tuple[dict[str, Run], list[str]]:
    """Those of the four that are there, and the commands of the others.

    Raises:
        Unfinished: fewer than two are there, which is no comparison.
    """
    runs, missing = {}, []
    for recipe in RECIPES:
        try:
            runs[recipe] = _run(study, recipe, data, effort)
        except Unfinished as error:
            missing.append(str(error))
    if len(runs) < 2:
        raise Unfinished(missing[0])
    return runs, missing


def _drawn(study: Study, runs: dict[str, Run], data: str, pictures: Path) -> str:
    path = pictures / f"c-comparison-{data}.png"
    draw_denoised(study, runs, path)
    return picture(
        path, pictures, f"{data}: clean, noisy ({next(iter(runs))}'s noise), and each architecture"
    )


def _walk(study: Study, pictures: Path, effort: Effort) -> str:
    return walk({name: _walked(study, name, effort) for name in DATA}, pictures, study)


def _walked(study: Study, data: str, effort: Effort) -> Run:
    """The coded network of the comparison, or one of a shorter training where that is not finished."""
    with suppress(Unfinished):
        return _run(study, "c-coded", data, effort)
    return study.run("c-coded", [f"data.name={data}", *SHORT_WALK[effort]])


def _black(study: Study, runs: dict[str, Run], data: str) -> str:
    """Who gives the black image: with squared error behind a sigmoid a network can fall into it and stay."""
    test = next(iter(runs.values())).recipe().data(study.roots).test
    black = float(np.mean([np.square(test.floats(index)).mean() for index in range(len(test))]))
    fallen = [recipe for recipe, run in runs.items() if score(run, "mse") > NEARLY * black]
    return (
        f" No better than the black image, whose MSE is {black:.5f}: {', '.join(fallen)}." if fallen else ""
    )


def _scores(run: Run) -> str:
    return f"{score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f} / {score(run, 'mse'):.5f}"


def _failure(study: Study, pictures: Path, effort: Effort) -> list[str]:
    """The network that they selected fails on CIFAR-10; why; and one that does not."""
    diagnosis = diagnose(study, "c-coded", [*CIFAR, *FAILURE[effort]])
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
        f"small.{_here(diagnosis.noisy_run)}",
        picture(
            curves,
            pictures,
            "The selected network on CIFAR-10, fed clean images and noisy ones: validation loss (solid) and "
            "training loss (dashed). As far as the two lie together, the noise is not what limits it",
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


def _here(run: Run) -> str:
    return f" Here: {words}." if (words := differs(run)) else ""
