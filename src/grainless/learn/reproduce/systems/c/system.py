"""C: four architectures, two data sets, a failure on a third and its cure, and a walk through the code."""

from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path

from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.scores import score
from grainless.learn.reproduce.section import Effort, Figure, Section
from grainless.learn.reproduce.systems.c.failure import QUICK, failure
from grainless.learn.reproduce.systems.c.selection import selected
from grainless.learn.reproduce.systems.c.walk import walk
from grainless.learn.reproduce.words import differs, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished
from grainless.learn.summary import of_recipe

RECIPES = ["c-stacked", "c-pooled", "c-coded", "c-wide"]
DATA = ["mnist", "fashion-mnist"]
BEST: dict[Effort, list[str]] = {"quick": QUICK, "standard": [], "full": []}
SHORT_WALK: dict[Effort, list[str]] = {
    "quick": QUICK,
    "standard": ["data.limit=10000", "train.epochs=5"],
    "full": [],
}
"""Enough to see what lies between two codes, where no longer training is finished."""
SPLIT = "5,000 training images held out; noise new each epoch"
GUESSED = {"c-pooled": "optimizer and batch not given: Adam, 128", "c-wide": "noise not given: factor 0.5"}
LOGGED = (
    "They compare by what TensorBoard shows: `tensorboard --logdir runs` has the losses, the rate and the images a "
    "second of every run, and its network as a graph."
)
FUTURE = (
    "### Denoising GANs\n\nThey name them as future work, after one that takes speckle from optical coherence "
    "tomography (whose images are not at hand here). `grainless adversarial` trains a denoiser with a critic and "
    "without: what it costs and gains [on Fashion-MNIST](studies/adversarial.md) and "
    "[on CIFAR-10](studies/adversarial-cifar10.md)."
)


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The comparison and its selection, the diagnosis and the cure, the codes between two images."""
    section = Section("C", "Four architectures, three data sets, one diagnosis, one walk through the code")
    for recipe, name in product(RECIPES, DATA):
        section.rows(partial(_one, study, recipe, name, effort), _what(recipe, name))
    for name in DATA:
        section.rows(partial(_best, study, name, effort), f"best recipe on {name}")
    for name in DATA:
        section.part(partial(_selected, study, name, pictures, effort), f"The selection on {name}")
    section.parts.append(LOGGED)
    section.part(lambda: failure(study, pictures, effort), "The failure on CIFAR-10, and its cure")
    section.part(lambda: _walk(study, pictures, effort), "A walk through the code")
    section.parts.append(FUTURE)
    return section


def _run(study: Study, recipe: str, data: str, effort: Effort) -> Run:
    """One of the four at its published length."""
    return study.run(recipe, [f"data.name={data}", *(QUICK if effort == "quick" else [])])


def _what(recipe: str, data: str) -> str:
    total = of_recipe(Recipe.load(recipe, [f"data.name={data}"]))["parameters"]["total"]
    return f"{recipe.removeprefix('c-')} on {data}, {total:,} parameters"


def _one(study: Study, recipe: str, data: str, effort: Effort) -> list[Figure]:
    run = _run(study, recipe, data, effort)
    words = differs(run, SPLIT, GUESSED.get(recipe, ""))
    what = f"{_what(recipe, data)}, test PSNR / SSIM / MSE"
    return [Figure(what, "no numbers", _scores(run), "", words, took(run))]


def _best(study: Study, data: str, effort: Effort) -> list[Figure]:
    """Under the noise of the one that they selected: scores under other noises cannot be compared."""
    run = study.run("c-best", [f"data.name={data}", *BEST[effort]])
    what = f"best recipe on {data}, under the coded one's noise (so beside that row only), test PSNR / SSIM / MSE"
    return [Figure(what, "", "", _scores(run), "", took(run))]


def _selected(study: Study, data: str, pictures: Path, effort: Effort) -> list[str]:
    runs, missing = _finished(study, data, effort)
    return selected(study, runs, missing, data, pictures)


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


def _walk(study: Study, pictures: Path, effort: Effort) -> str:
    return walk({name: _walked(study, name, effort) for name in DATA}, pictures, study)


def _walked(study: Study, data: str, effort: Effort) -> Run:
    """The coded network of the comparison, or one of a shorter training where that is not finished."""
    with suppress(Unfinished):
        return _run(study, "c-coded", data, effort)
    return study.run("c-coded", [f"data.name={data}", *SHORT_WALK[effort]])


def _scores(run: Run) -> str:
    return f"{score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f} / {score(run, 'mse'):.5f}"
