"""The published systems in bfloat16: does the score stay where a step takes less time?"""

from pathlib import Path

from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.scores import score
from grainless.learn.reproduce.section import NOT_RUN, Effort, Section
from grainless.learn.reproduce.systems.d.system import TEST, write_files
from grainless.learn.reproduce.words import pace, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished

HALF = "train.precision=half"

RECIPES: dict[str, tuple[str, list[str], str]] = {
    "A, code of 128": ("a-mnist-coded", [], "bce"),
    "B": ("b-lowlight-pooled", [], "mse"),
    "D, dense, 8,000 rows": ("d-fashion-dense", [f"data.file={TEST}"], "bce"),
    "E, dense with 16 hidden": ("e-mnist-dense", [], "bce"),
    "E, convolutional": ("e-mnist-conv", [], "bce"),
}
"""What the page calls it: recipe, changes, the metric that its publication reports."""

QUICK = "E, dense with 16 hidden"
FEW = ["data.limit=2000", "data.validation=500", "train.epochs=1"]


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """Each network in both, all else equal."""
    del pictures  # a table is all
    write_files(study)
    names = [QUICK] if effort == "quick" else list(RECIPES)
    pairs: dict[str, tuple[Run, Run]] = {}
    missing: list[str] = []
    for name in names:
        try:
            pairs[name] = _pair(study, name, FEW if effort == "quick" else [])
        except Unfinished as error:
            missing.append(str(error))
    if not pairs:
        raise Unfinished(missing[0])
    head = (
        "network",
        "metric, test",
        "full precision",
        "bfloat16",
        "PSNR",
        "PSNR, bfloat16",
        "faster",
        "run",
    )
    return Section(
        "Half",
        "The published systems in bfloat16",
        [],
        [
            "`train.precision=half` computes a network in bfloat16 on a processor, too; weights, loss and images "
            "stay in full precision. The same recipes at their published length, one seed each. *Faster*: the seconds "
            f"of a processor that an epoch takes in full precision over those in bfloat16. {_most(pairs)}",
            table(head, [_row(name, *pair) for name, pair in pairs.items()]),
            *(f"*{NOT_RUN.capitalize()}: {each}.*" for each in missing),
        ],
        missing,
    )


def _pair(study: Study, name: str, few: list[str]) -> tuple[Run, Run]:
    recipe, lines, _ = RECIPES[name]
    return study.run(recipe, [*lines, *few]), study.run(recipe, [*lines, *few, HALF])


def _row(name: str, full: Run, half: Run) -> tuple[str, ...]:
    metric = RECIPES[name][2]
    return (
        name,
        metric.upper(),
        *(f"{score(run, metric):.5f}" for run in (full, half)),
        *(f"{score(run, 'psnr'):.2f} dB" for run in (full, half)),
        f"{pace(full) / pace(half):.2f} times",
        took(half),
    )


def _most(pairs: dict[str, tuple[Run, Run]]) -> str:
    changes = [abs(score(half, "psnr") - score(full, "psnr")) for full, half in pairs.values()]
    return f"The PSNR of the test images changes by at most {max(changes):.2f} dB."
