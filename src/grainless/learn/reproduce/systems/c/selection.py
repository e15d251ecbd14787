"""C: which of the four is best on a data set, what each gives, and how each learned."""

from pathlib import Path

import numpy as np

from grainless.evaluation.figures.histories import histories_png
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.scores import score
from grainless.learn.reproduce.section import NOT_RUN
from grainless.learn.run import Run
from grainless.learn.studies.drawn import draw_denoised
from grainless.learn.studies.study import Study

LOSSES = {"bce": "binary cross-entropy a pixel, nats", "mse": "mean squared error a pixel"}
"""What the axis says; two of the four have the one, two the other."""

NEARLY = 0.95
"""Of the black image's error: who has more gives it."""


STAYS = (
    "Behind a sigmoid squared error leaves no gradient once all pixels are black, so it stays there from the first "
    "epoch on; in Keras the same layers did, too ([the lab](lab.md))."
)


def selected(study: Study, runs: dict[str, Run], missing: list[str], data: str, pictures: Path) -> list[str]:
    """The best of those that are finished, by held-out images: the test images have no say in it.

    Args:
        study: where data are looked for.
        runs: by the name of their recipe.
        missing: the commands of those of the four that are not finished.
        data: on which they learned.
        pictures: the folder beside the page.
    """
    reached = {recipe: score(run, "psnr", "validation") for recipe, run in runs.items()}
    best = max(reached, key=lambda recipe: reached[recipe])
    listed = ", ".join(f"{recipe} {psnr:.2f} dB" for recipe, psnr in reached.items())
    among = f" among the {len(runs)} of {len(runs) + len(missing)} that are finished" if missing else ""
    return [
        f"Selected on {data}{among}, by PSNR on the held-out images: **{best}** ({listed}); the report selected the "
        "coded one. Each has the noise of its own publication, so whole recipes are compared."
        f"{_black(study, runs, data)}",
        *(f"*Not in it, since {NOT_RUN}: {each}.*" for each in missing),
        _drawn(study, runs, data, pictures),
        *_curves(runs, data, pictures),
    ]


def _black(study: Study, runs: dict[str, Run], data: str) -> str:
    """Who gives the black image: with squared error behind a sigmoid a network can fall into it and stay."""
    test = next(iter(runs.values())).recipe().data(study.roots).test
    black = float(np.mean([np.square(test.floats(index)).mean() for index in range(len(test))]))
    fallen = [recipe for recipe, run in runs.items() if score(run, "mse") > NEARLY * black]
    return (
        f" No better than the black image, whose MSE is {black:.5f}: {', '.join(fallen)}. {STAYS}"
        if fallen
        else ""
    )


def _drawn(study: Study, runs: dict[str, Run], data: str, pictures: Path) -> str:
    path = pictures / f"c-comparison-{data}.png"
    draw_denoised(study, runs, path)
    return picture(
        path,
        pictures,
        f"Test images of {data}: clean, then for each architecture the images under the noise of its own publication, "
        "and what it makes of them",
    )


def _curves(runs: dict[str, Run], data: str, pictures: Path) -> list[str]:
    """They compare by logged metrics: the scalars of every run, a figure for each loss."""
    shown = []
    for loss, words in LOSSES.items():
        alike = {name: run for name, run in runs.items() if run.recipe().options["learn.loss"] == loss}
        if not alike:
            continue
        path = pictures / f"c-losses-{data}-{loss}.png"
        histories_png({name: run.facts()["history"] for name, run in alike.items()}, path, loss=words)
        told = (
            f"{' and '.join(alike)} on {data}, loss by epoch: held-out images (solid), training images (dashed, a "
            "mean over the epoch)"
        )
        shown.append(picture(path, pictures, told))
    return shown
