"""C: four architectures, two data sets, a failure on a third and its cure, and a walk through the code."""

from pathlib import Path

import numpy as np

from grainless.data.images import Data
from grainless.evaluation.baselines import INCLUDED
from grainless.evaluation.denoisers import contenders
from grainless.evaluation.evaluate import Row, evaluate
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.codes.coder import Coder
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.table import Effort, Figure, Section, picture, score, took
from grainless.learn.run import Run
from grainless.learn.studies.compare import compare
from grainless.learn.studies.diagnose import diagnose
from grainless.learn.studies.study import Study, denoiser

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
JUDGED = 300
"""CIFAR-10 test images that are judged beside classical denoisers, which are slow."""


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
    shown = [_copy(path, pictures, f"c-{path.stem}.png", _words(path)) for path in comparison.figures]
    return Section(
        "C",
        "Four architectures, three data sets, one diagnosis, one walk through the code",
        figures,
        [words, *shown, *_failure(study, pictures, effort), _walk(comparison.runs, pictures, study)],
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
    total = f"{PARAMETERS[recipe]:,} parameters"
    is_same_noise = run.recipe().noise() == best.recipe().noise()  # else their scores cannot be compared
    return Figure(
        f"{recipe.removeprefix('c-')} on {data}, test PSNR / SSIM / MSE",
        "",
        _scores(run),
        _scores(best) if is_same_noise else "",
        f"{total}, {took(run)}" + (f"; best: {took(best)}" if is_same_noise else ""),
    )


def _scores(run: Run) -> str:
    return f"{score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f} / {score(run, 'mse'):.5f}"


def _copy(path: Path, pictures: Path, name: str, words: str) -> str:
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / name).write_bytes(path.read_bytes())
    return picture(pictures / name, pictures, words)


def _failure(study: Study, pictures: Path, effort: Effort) -> list[str]:
    """The network that they selected fails on CIFAR-10; why; and one that does not."""
    diagnosis = diagnose(study, "c-coded", [*CIFAR, *CHANGES[effort]])
    cure = study.run("c-best", [*CIFAR, *CURE[effort]])
    data = Recipe.load("c-coded", CIFAR).data(study.roots)
    rows = _beside_classical(data, {"c-coded": diagnosis.noisy_run, "c-best": cure})
    best_classical = max((row for row in rows if row.denoiser in INCLUDED), key=_psnr)
    cured = next(row for row in rows if row.denoiser == "c-best")
    verdict = "better" if _psnr(cured) > _psnr(best_classical) else "not better"
    cells = [
        (
            row.denoiser,
            f"{_psnr(row):.2f} dB",
            f"{row.scores['ssim'].mean:.3f}",
            f"{row.scores['mse'].mean:.5f}",
        )
        for row in rows
    ]
    losses = [
        (str(row["epoch"]), f"{row['clean input']:.5f}", f"{row['noisy input']:.5f}")
        for row in diagnosis.plain()["validation loss by epoch"]
    ]
    return [
        "### The failure on CIFAR-10, and its cure",
        f"The coded network on clean CIFAR-10 images has a test MSE of {diagnosis.clean_error:.5f}, on noisy ones "
        f"{diagnosis.noisy_error:.5f}: {diagnosis.clean_error / diagnosis.noisy_error:.0%} of the error is there "
        f"without any noise, so the limit is **{diagnosis.verdict}**. The report found the same: the network is too "
        "small.",
        "Validation loss by epoch:\n\n" + table(("epoch", "clean input", "noisy input"), losses),
        _copy(diagnosis.figure, pictures, "c-diagnosis.png", "CIFAR-10: clean, passed on, noisy, denoised"),
        f"The cure, `c-best`, against classical denoisers at their best setting, on the first {JUDGED} test images; "
        f"it is {verdict} than the best of them ({best_classical.denoiser}). The noise has a mean of 0.5, which "
        f"classical denoisers do not take away. {took(cure)}.",
        table(("", "PSNR", "SSIM", "MSE"), cells),
    ]


def _psnr(row: Row) -> float:
    return row.scores["psnr"].mean


def _beside_classical(data: Data, runs: dict[str, Run]) -> list[Row]:
    recipe = next(iter(runs.values())).recipe()
    denoisers = {name: denoiser(run) for name, run in runs.items()}
    denoisers |= contenders(INCLUDED, data, recipe.noise(), seed=recipe.seed)
    images = data.test.take(range(min(JUDGED, len(data.test))))
    metrics = {name: METRICS[name] for name in ("psnr", "ssim", "mse")}
    return evaluate(
        denoisers, images, recipe.noise(), data_name="cifar10 test", seed=recipe.seed, metrics=metrics
    )


def _walk(runs: dict[tuple[str, str], Run], pictures: Path, study: Study) -> str:
    """From one test image to another of another class, through the codes of the coded network."""
    rows = []
    for name in DATA:
        run = runs["c-coded", name]
        test = run.recipe().data(study.roots).test
        assert test.labels is not None
        other = int((test.labels != test.labels[0]).argmax())
        first, last = test.floats(0), test.floats(other)
        rows.append([first, *Coder(run.path).interpolate(first, last, 10), last])
    path = pictures / "c-walk.png"
    strip(rows, path, labels=DATA, scale=2)
    return "### A walk through the code\n\n" + picture(
        path, pictures, "An image, ten steps along the line between two codes, decoded, and the other image"
    )
