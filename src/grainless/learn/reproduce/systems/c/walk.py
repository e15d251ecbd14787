"""A walk through the code: from one image to another along the straight line between their codes."""

from pathlib import Path

import numpy as np

from grainless.evaluation.evaluate import Task
from grainless.evaluation.figures.pictures import strip
from grainless.learn.codes.coder import Coder
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.words import differs
from grainless.learn.run import Run
from grainless.learn.studies.study import Study

STEPS, PAIRS = 9, 3


def walk(runs: dict[str, Run], pictures: Path, study: Study) -> str:
    """Random pairs of noisy test images, as the networks learned to be shown, for each data set.

    Args:
        runs: data set -> a run whose network has a code.
    """
    rows, labels = [], []
    for name, run in runs.items():
        recipe = run.recipe()
        task = Task(recipe.data(study.roots).test, recipe.noise(), seed=recipe.seed)
        coder = Coder(run.path)
        chosen = np.random.default_rng(recipe.seed).choice(len(task.clean), (PAIRS, 2), replace=False)
        for first, last in chosen:
            (one, clean_one), (two, clean_two) = task.pair(int(first)), task.pair(int(last))
            rows.append([clean_one, one, *coder.interpolate(one, two, STEPS), two, clean_two])
            labels.append(f"{name} {first}, {last}")
    path = pictures / "c-walk.png"
    between = [f"{step / (STEPS - 1):.0%}" for step in range(STEPS)]
    heads = ["clean", "shown", *between, "shown", "clean"]
    strip(rows, path, labels=labels, heads=heads, scale=2)
    shorter = [f"on {name}, {words}" for name, run in runs.items() if (words := differs(run))]
    words = (
        "Pairs of test images chosen at random; before each row their data set and numbers. The network is shown them "
        "noisy, as it learned; between them, what it decodes from the codes on the straight line from the one (0%) to "
        "the other (100%)"
    )
    return (
        "### A walk through the code\n\n"
        + (f"Not as published: `c-coded` had, {'; '.join(shorter)}.\n\n" if shorter else "")
        + picture(path, pictures, words)
    )
