"""C: the network that the report selected fails on CIFAR-10; why; and networks that do not."""

from contextlib import suppress
from pathlib import Path

from grainless.evaluation.figures.histories import histories_png
from grainless.learn.reproduce.pictures import copied, picture
from grainless.learn.reproduce.section import Effort
from grainless.learn.reproduce.systems.c.cure import beside_classical
from grainless.learn.reproduce.words import differs, took
from grainless.learn.run import Run
from grainless.learn.studies.diagnose import Diagnosis, diagnose
from grainless.learn.studies.drawn import draw_denoised
from grainless.learn.studies.study import Study, Unfinished

CIFAR = ["data.name=cifar10", "data.validation=0.1"]
QUICK = ["data.limit=1000", "data.validation=500", "train.epochs=1"]
FAILURE: dict[Effort, list[str]] = {
    "quick": QUICK,
    "standard": ["data.limit=5000", "train.epochs=4"],
    "full": [],
}
"""Enough to tell capacity from noise; the ladder of capacity has the same length."""
CURE: dict[Effort, list[str]] = {"quick": QUICK, "standard": [], "full": []}
CURED = "c-cifar10-best"


def failure(study: Study, pictures: Path, effort: Effort) -> list[str]:
    """The report's network fed clean images and noisy ones, then the cure beside it and beside classical denoisers."""
    diagnosis = diagnose(study, "c-coded", [*CIFAR, *FAILURE[effort]])
    cures = _cures(study, effort)
    shown = {"c-coded": diagnosis.noisy_run, **cures}
    path = pictures / "c-cure.png"
    draw_denoised(study, shown, path)
    told = ", ".join(f"{name} ({differs(run) or 'at its length'})" for name, run in shown.items())
    return [
        "### The failure on CIFAR-10, and its cure",
        _verdict(diagnosis),
        _curves(diagnosis, pictures),
        copied(
            diagnosis.figure,
            pictures,
            "c-diagnosis.png",
            "CIFAR-10 test images: clean, clean ones passed through the network that learned them, noisy, denoised",
        ),
        *beside_classical(study, shown),
        f"The cure: {'; '.join(map(took, cures.values()))}.",
        picture(path, pictures, f"CIFAR-10 test images: clean, noisy, and by {told}"),
    ]


def _cures(study: Study, effort: Effort) -> dict[str, Run]:
    """A network without a code, as short a training as the failure's, and one of its own length if it is there."""
    cures = {"c-best": study.run("c-best", [*CIFAR, *FAILURE[effort]])}
    with suppress(Unfinished):
        cures[CURED] = study.run(CURED, CURE[effort])
    return cures


def _verdict(diagnosis: Diagnosis) -> str:
    shorter = differs(diagnosis.noisy_run)
    return (
        f"The coded network on clean CIFAR-10 images has a test MSE of {diagnosis.clean_error:.5f}, on noisy ones "
        f"{diagnosis.noisy_error:.5f}: {diagnosis.clean_error / diagnosis.noisy_error:.0%} of the error is there "
        f"without any noise, so the limit is **{diagnosis.verdict}**. The report found the same: the network is too "
        f"small. `grainless diagnose c-coded` asks this of any recipe.{f' Here: {shorter}.' if shorter else ''}"
    )


def _curves(diagnosis: Diagnosis, pictures: Path) -> str:
    path = pictures / "c-diagnosis-losses.png"
    runs = {"clean input": diagnosis.clean_run, "noisy input": diagnosis.noisy_run}
    histories = {name: run.facts()["history"] for name, run in runs.items()}
    histories_png(histories, path, loss="mean squared error a pixel")
    return picture(
        path,
        pictures,
        "c-coded, which the report selected, on CIFAR-10, fed clean images and noisy ones: validation loss (solid) "
        "and training loss (dashed). As far as the two lie together, the noise is not what limits it",
    )
