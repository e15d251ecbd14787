"""A picture of several runs: the same test images, denoised by each."""

from pathlib import Path

from grainless.evaluation.figures.pictures import strip
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, scenes

PICTURES = 8
SIDE = 96
"""Pixels: smaller images are shown enlarged to about this."""


def draw_denoised(study: Study, runs: dict[str, Run], path: Path) -> None:
    """Rows: clean, noisy by the first run's noise, then denoised by each run.

    Args:
        study: where data are looked for.
        runs: by the label of their row; all of one data set.
        path: of the PNG file.
    """
    shown = {name: scenes(run, study.roots, PICTURES) for name, run in runs.items()}
    first = next(iter(shown.values()))
    rows = {name: [scene[name] for scene in first] for name in ("clean", "noisy")}
    rows |= {name: [scene["denoised"] for scene in each] for name, each in shown.items()}
    strip(list(rows.values()), path, labels=list(rows), scale=max(1, SIDE // first[0]["clean"].shape[-1]))
