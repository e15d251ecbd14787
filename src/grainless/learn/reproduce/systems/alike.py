"""C, further: the four architectures under one noise, from several seeds, with intervals."""

from functools import partial
from pathlib import Path

from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.section import Effort, Section
from grainless.learn.reproduce.systems.c import DATA, RECIPES
from grainless.learn.reproduce.words import took
from grainless.learn.studies.alike import alike
from grainless.learn.studies.study import Study

ONE_NOISE = "noise=gaussian:sigma=0.5,clip=true"
CHANGES: dict[Effort, list[str]] = {
    "quick": ["data.limit=200", "data.validation=200", "train.epochs=1"],
    "standard": ["data.limit=10000", "train.epochs=5", "train.precision=half"],
    "full": ["train.epochs=25"],
}
SEEDS: dict[Effort, int] = {"quick": 2, "standard": 3, "full": 3}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """One may be called better only where noise, images and epochs are equal and chance is known."""
    del pictures  # tables are all
    section = Section("C-alike", "The four architectures like for like")
    section.parts.append(
        "As published, the four have noises of their own. Here all have one, Gaussian of factor 0.5, clipped, and "
        "equal images, epochs and arithmetic; loss, optimizer and batch stay their own. "
        f"{SEEDS[effort]} seeds each, the mean with its 95 % interval by Student's t."
    )
    for data in DATA:
        section.part(partial(_one_set, study, data, effort), f"The four on {data}")
    return section


def _one_set(study: Study, data: str, effort: Effort) -> str:
    recipes = RECIPES[1:3] if effort == "quick" else RECIPES
    found = alike(study, recipes, [data], [*CHANGES[effort], ONE_NOISE], SEEDS[effort], "psnr")
    cells = [
        (
            row["recipe"],
            row["data"],
            f"{row['parameters']:,}",
            f"{row['test psnr']:.2f} ± {row['±']:.2f} dB",
            ", ".join(f"{value:.2f}" for value in row["values"]),
            took(runs[0]),
        )
        for row, runs in zip(found.rows(), found.runs.values(), strict=True)
    ]
    return table(("recipe", "data", "parameters", "PSNR, test", "of each seed", "first run"), cells)
