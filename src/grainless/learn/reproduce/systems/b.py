"""B: pairs of low-light and normal photographs."""

from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from grainless.data.images import Images
from grainless.errors import counted
from grainless.evaluation.baselines import best_setting
from grainless.evaluation.evaluate import Denoise, Row, evaluate
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.section import Effort, Figure, Section
from grainless.learn.reproduce.words import differs, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished, denoiser
from grainless.learn.summary import of_recipe, of_run

CHANGES: dict[Effort, list[str]] = {"quick": ["train.epochs=2"], "standard": [], "full": []}
UPDATES: dict[Effort, list[str]] = {
    "quick": ["train.epochs=3"],
    "standard": ["train.epochs=243"],
    "full": ["train.epochs=243"],
}
"""As many updates as their ten epochs, if their pairs were the 485 of LOL: that guess is ours."""

REPORTED = {"psnr-own-peak": "17.11 dB", "mse": "0.02426", "mae": "0.12396"}
PARTS = {"train": "training", "validation": "validation", "test": "test"}
NAMES = {"psnr-own-peak": "PSNR, own peak", "psnr": "PSNR, peak 1", "mse": "MSE", "mae": "MAE"}
METRIC = {name: METRICS[name] for name in ("psnr", "psnr-own-peak", "ssim", "mse", "mae")}
PAIRS = "other pairs: 14 for training, 4 for validation, 2 for test; how many they had is not stated"
GUESS = "243 epochs are the 1,700 updates of their 10, if they had LOL's 485 pairs: our guess"
READ = (
    "They read the pairs in chunks of 100 and keep them in pickle files. Here names are matched by their numbers (2 "
    "before 10), and what does not fit into `data.memory` is decoded once into a file that is mapped, not loaded; "
    "nothing is pickled. In both, the best weights by validation loss are on the disk after each epoch; "
    "`grainless denoise --model RUN` uses them without a training. Their PSNR takes each image's own max - min as the "
    'peak: "own peak".'
)
SCENES = (0, 5, 8, 11)
"""Of eval15: four scenes unlike each other."""


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The published network for its ten epochs and for as many updates; the best of ours on LOL's eval15."""
    section = Section("B", "Pairs of low and high quality photographs")
    lengths = {"10 epochs": (CHANGES[effort], ""), "243 epochs": (UPDATES[effort], GUESS)}
    trained: dict[str, Run] = {}
    section.rows(lambda: _network(study), "the pairs and the network")
    for name, (changes, words) in lengths.items():
        with suppress(Unfinished):
            trained[name] = study.run("b-lowlight-pooled", changes)
        section.rows(partial(_parts, study, changes, words), f"{name}: PSNR, MSE, MAE")
    section.rows(lambda: _baseline(study, trained), "non-local means")
    section.rows(lambda: _fifteen(study, trained, CHANGES[effort]), "15 pairs of eval15")
    section.rows(lambda: _again(study, UPDATES[effort]), "validation loss, loaded again and trained on")
    section.parts.append(READ)
    section.part(lambda: _each(study, trained), "PSNR of each image")
    section.part(lambda: _pictures(study, trained, CHANGES[effort], pictures), "Scenes at their full size")
    return section


def _network(study: Study) -> list[Figure]:
    """What they split and train."""
    recipe = Recipe.load("b-lowlight-pooled")
    counts = ", ".join(str(len(images)) for images in recipe.data(study.roots).parts.values())
    parameters = of_recipe(recipe)["parameters"]
    ours = f"{parameters['total']:,}; {parameters['total'] - parameters['trainable']:,}"
    return [
        Figure("pairs for training, validation, test", "70 %, 20 %, 10 % of a number not stated", counts),
        Figure("parameters; of them not trained", "30,019; 256", ours),
    ]


def _first(trained: dict[str, Run]) -> Run:
    """Either length has the same data.

    Raises:
        Unfinished: there is none.
    """
    for run in trained.values():
        return run
    raise Unfinished("`grainless train b-lowlight-pooled`")


def _rows(denoisers: dict[str, Denoise], images: Images) -> list[Row]:
    """The row of the low-light images, then that of each denoiser."""
    return evaluate(denoisers, images, data_name="pairs", metrics=METRIC)


def _parts(study: Study, changes: list[str], words: str) -> list[Figure]:
    """Their scores on the training images and ours on all three parts."""
    run = study.run("b-lowlight-pooled", changes)
    epochs = counted(of_run(run)["epochs"], "epoch")
    figures = []
    for part, images in run.recipe().data(study.roots).parts.items():
        row = _rows({"denoised": denoiser(run)}, images)[1]
        for metric, name in NAMES.items():
            is_first = part == "train" and metric == "psnr-own-peak"
            figures.append(
                Figure(
                    f"{PARTS[part]} images, {name}, {epochs}",
                    REPORTED.get(metric, "") if part == "train" else "",
                    _of(row, metric),
                    "",
                    differs(run, PAIRS, words) if part == "train" else "",
                    took(run) if is_first else "",
                )
            )
    return figures


def _baseline(study: Study, trained: dict[str, Run]) -> list[Figure]:
    train = _first(trained).recipe().data(study.roots).train
    row = _rows({"nlm": best_setting("nlm", train)}, train)[1]
    what = "non-local means at its best setting, training images, PSNR, own peak"
    return [Figure(what, "7.68 dB", _of(row, "psnr-own-peak"), "", f"{PAIRS}; their setting is not given")]


def _fifteen(study: Study, trained: dict[str, Run], changes: list[str]) -> list[Figure]:
    """Other scenes than those learned from: LOL's eval15."""
    best = study.run("b-lowlight-best", changes)
    given = {"best": denoiser(best)}
    if trained:
        given["published"] = denoiser(list(trained.values())[-1])
    low, ours, *published = _rows(given, best.recipe().data(study.roots).test)
    shown = [[_of(row, metric) for row in published] or [""] for metric in ("psnr", "ssim")]
    words = f"low light as it is: {_of(low, 'psnr')}"
    return [
        Figure("15 pairs of eval15, PSNR, peak 1", "", shown[0][0], _of(ours, "psnr"), words, took(best)),
        Figure("15 pairs of eval15, SSIM", "", shown[1][0], _of(ours, "ssim")),
    ]


def _again(study: Study, changes: list[str]) -> list[Figure]:
    """They load the saved model and use it; ours is trained on, too."""
    long = study.run("b-lowlight-pooled", changes)
    again = study.run("b-lowlight-pooled", ["train.epochs=2", "train.rate=1e-4", f"train.start={long.path}"])
    losses = f"{_loss(long):.4f}, then {_loss(again):.4f}"
    what = "validation loss, loaded again and trained on"
    return [Figure(what, "", losses, "", "from the weights of the longer training", took(again))]


def _of(row: Row, metric: str) -> str:
    unit = METRICS[metric].unit
    return f"{row.scores[metric].mean:.2f} {unit}" if unit else f"{row.scores[metric].mean:.5f}"


def _loss(run: Run) -> float:
    return float(run.best_epoch()["validation"])


def _each(study: Study, trained: dict[str, Run]) -> str:
    """They print the PSNR of single images, too."""
    denoisers = {name: denoiser(run) for name, run in trained.items()}
    parts = _first(trained).recipe().data(study.roots).parts
    cells = [
        (
            PARTS[part],
            *(", ".join(f"{value:.2f}" for value in row.scores["psnr-own-peak"].values) for row in rows),
        )
        for part, rows in ((part, _rows(denoisers, images)) for part, images in parts.items())
    ]
    return "PSNR of each image, in dB, the peak of each image's own, in the order of the split:\n\n" + table(
        ("images", "low light as it is", *denoisers), cells
    )


def _pictures(study: Study, trained: dict[str, Run], changes: list[str], pictures: Path) -> str:
    """Scenes in their full size: low, non-local means, denoised as published and by our best, high."""
    run = _first(trained)
    denoisers: dict[str, Denoise] = {
        "non-local means": best_setting("nlm", run.recipe().data(study.roots).train)
    }
    denoisers |= {f"published, {name}": denoiser(each) for name, each in trained.items()}
    with suppress(Unfinished):
        denoisers["our best recipe"] = denoiser(study.run("b-lowlight-best", changes))
    test = Recipe.load("b-lowlight-best").data(study.roots).test
    assert test.noisy is not None
    rows = []
    for index in (each for each in SCENES if each < len(test)):
        low, high = test.noisy.floats(index), test.floats(index)
        versions = [each(low[None], 0.0)[0] for each in denoisers.values()]
        rows.append([np.clip(image, 0, 1) for image in (low, *versions, high)])
    path = pictures / "b-pairs.jpg"
    strip(rows, path, heads=["low light", *denoisers, "normal light"], gap=4)
    return picture(
        path,
        pictures,
        "Scenes of eval15, which no network learned from, at their full size (open the picture to see it): low light, "
        f"{', '.join(denoisers)}, normal light",
    )
