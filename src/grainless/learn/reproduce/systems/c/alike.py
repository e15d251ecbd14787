"""C, further: the four architectures under one noise, from several seeds, with intervals."""

from functools import partial
from pathlib import Path

from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.section import NOT_RUN, Effort, Section
from grainless.learn.reproduce.systems.c.system import DATA, RECIPES
from grainless.learn.reproduce.words import arithmetic, took
from grainless.learn.studies.alike import alike
from grainless.learn.studies.study import Study, Unfinished

ONE_NOISE = "noise=gaussian:sigma=0.5,clip=true"
HALF = "train.precision=half"
OLDER = (
    "The commands say half, by which a run is computed in bfloat16 today. Full precision stands where runs are older: "
    "before 2026-11-26 half did nothing for networks taught by cross-entropy, so they were computed in full."
)
CHANGES: dict[Effort, list[str]] = {
    "quick": ["data.limit=200", "data.validation=200", "train.epochs=1"],
    "standard": ["data.limit=10000", "train.epochs=5", HALF],
    "full": ["train.epochs=25"],
}
SEEDS: dict[Effort, int] = {"quick": 2, "standard": 3, "full": 3}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """One may be called better only where noise, images and epochs are equal and chance is known."""
    del pictures  # tables are all
    section = Section("C-alike", "The four architectures like for like")
    section.parts.append(
        "As published, the four have noises of their own. Here all have one, Gaussian of factor 0.5, clipped, and "
        "equal images and epochs; loss, optimizer, batch stay their own. "
        f"{SEEDS[effort]} seeds each, the mean with its 95 % interval by Student's t."
    )
    for data in DATA:
        section.part(partial(_one_set, study, data, effort), f"The four on {data}")
    return section


def _one_set(study: Study, data: str, effort: Effort) -> list[str]:
    """A table of those whose seeds are all finished, and the others' commands."""
    cells, missing = [], []
    for recipe in RECIPES[1:3] if effort == "quick" else RECIPES:
        try:
            cells.append(_row(study, recipe, data, effort))
        except Unfinished as error:
            missing.append(str(error))
    if not cells:
        raise Unfinished(missing[0])
    head = ("recipe", "data", "parameters", "PSNR, test", "of each seed", "arithmetic", "first run")
    told = told_of(cells) if HALF in CHANGES[effort] else []
    return [table(head, cells), *told, *(f"*Not in it, since {NOT_RUN}: {each}.*" for each in missing)]


def told_of(cells: list[tuple[str, ...]]) -> list[str]:
    """Why some of what was asked for in half was computed in full; nothing where nothing was."""
    computed = {recipe: words for recipe, *_, words, _ in cells}
    if set(computed.values()) == {"bfloat16"}:
        return []
    mixed = [recipe for recipe, words in computed.items() if " and " in words]
    return [
        OLDER + (f" Of {', '.join(mixed)} some seeds are older, and the row mixes both." if mixed else "")
    ]


def _row(study: Study, recipe: str, data: str, effort: Effort) -> tuple[str, ...]:
    found = alike(study, [recipe], [data], [*CHANGES[effort], ONE_NOISE], SEEDS[effort], "psnr")
    (row,), (runs,) = found.rows(), found.runs.values()
    return (
        row["recipe"],
        row["data"],
        f"{row['parameters']:,}",
        f"{row['test psnr']:.2f} ± {row['±']:.2f} dB",
        ", ".join(f"{value:.2f}" for value in row["values"]),
        " and ".join(sorted({arithmetic(run) for run in runs})),
        took(runs[0]),
    )
