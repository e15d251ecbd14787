"""A picture of several runs: the same test images, denoised by each."""

from pathlib import Path

import numpy as np

from grainless.evaluation.evaluate import Array
from grainless.evaluation.figures.pictures import strip
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, scenes

PICTURES = 8
SIDE = 96
"""Pixels: smaller images are shown enlarged to about this."""


def draw_denoised(study: Study, runs: dict[str, Run], path: Path) -> None:
    """Rows: clean, noisy, then denoised by each run; where runs have noises of their own, noisy before each of them.

    Args:
        study: where data are looked for.
        runs: by the label of their row; all of one data set.
        path: of the PNG file.
    """
    shown = {name: scenes(run, study.roots, PICTURES) for name, run in runs.items()}
    clean = [scene["clean"] for scene in next(iter(shown.values()))]
    noisy = {name: [scene["noisy"] for scene in each] for name, each in shown.items()}
    own = any(not _same(each, next(iter(noisy.values()))) for each in noisy.values())
    rows, last = {"clean": clean}, None
    for name, each in shown.items():
        if last is None or not _same(noisy[name], last):
            last = rows[f"{name}: noisy" if own else "noisy"] = noisy[name]
        rows[f"{name}: denoised" if own else name] = [scene["denoised"] for scene in each]
    strip(list(rows.values()), path, labels=list(rows), scale=max(1, SIDE // clean[0].shape[-1]))


def _same(one: list[Array], other: list[Array]) -> bool:
    return all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
