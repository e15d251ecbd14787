"""C, further: the capacity of the network that their report selected, raised step by step on CIFAR-10."""

from pathlib import Path

from grainless.evaluation.figures.histories import histories_png
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.scores import score
from grainless.learn.reproduce.section import Effort, Section
from grainless.learn.reproduce.systems.c.cure import beside_classical
from grainless.learn.reproduce.systems.c.failure import CIFAR, FAILURE
from grainless.learn.reproduce.words import took
from grainless.learn.run import Run
from grainless.learn.studies.drawn import draw_denoised
from grainless.learn.studies.ladder import Ladder, ladder
from grainless.learn.studies.study import Study
from grainless.learn.summary import of_run

STEPS = [
    "network.code=64",
    "network.code=256",
    "network.widths=[64,128],network.code=256",
    "network.widths=[64,128],network.code=1024",
]

CLIMBED: dict[Effort, list[str]] = {**FAILURE, "full": ["train.epochs=25"]}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The network that the report selected, raised step by step, each with noise and without; the cure beside it."""
    steps = STEPS[:1] if effort == "quick" else STEPS
    climbed = ladder(study, "c-coded", steps, [*CIFAR, *CLIMBED[effort]])
    cure = study.run("c-best", [*CIFAR, *CLIMBED[effort]])
    lowest, highest = climbed.rows()[0], climbed.rows()[-1]
    least = min(climbed.rows(), key=lambda row: float(row["noisy input, MSE"]))
    head = ("rung", "parameters", "clean, MSE", "noisy, MSE", "share", "limit", "noisy, PSNR", "run")
    return Section(
        "C-ladder",
        "A ladder of capacity on CIFAR-10",
        [],
        [
            "The network that the report selected, `c-coded`, on CIFAR-10: its code, then its width raised step by "
            "step, each step trained for equal epochs on the noisy images and on clean ones (input = target); test "
            "images. Share: how much of the error on noisy input is there without any noise; above one half the limit "
            "is capacity. From the first rung to the last the error without noise goes from "
            f"{lowest['clean input, MSE']:.5f} to {highest['clean input, MSE']:.5f}, with noise from "
            f"{lowest['noisy input, MSE']:.5f} to {highest['noisy input, MSE']:.5f}; the least with noise is "
            f"{least['noisy input, MSE']:.5f} ({_named(least['rung'])}).",
            table(head, [*_climbed(climbed), _cured(cure)]),
            climbed.remark,
            *_rungs_drawn(study, climbed, cure, pictures),
            *beside_classical(study, {_named(highest["rung"]): climbed.rungs[-1].noisy_run, "c-best": cure}),
        ],
    )


def _climbed(climbed: Ladder) -> list[tuple[str, ...]]:
    return [
        (
            _named(row["rung"]),
            f"{row['parameters']:,}",
            *(f"{row[key]:.5f}" for key in ("clean input, MSE", "noisy input, MSE")),
            f"{row['share']:.0%}",
            row["limit"],
            f"{row['noisy input, PSNR']:.2f} dB",
            took(rung.noisy_run),
        )
        for row, rung in zip(climbed.rows(), climbed.rungs, strict=True)
    ]


def _named(rung: str) -> str:
    """What is raised, in words.

    >>> _named("network.widths=[64,128],network.code=256")
    'widths [64,128], code 256'
    """
    return rung.replace("network.", "").replace("=", " ").replace("],", "], ")


def _cured(cure: Run) -> tuple[str, ...]:
    total = f"{of_run(cure)['parameters']['total']:,}"
    mse, psnr = f"{score(cure, 'mse'):.5f}", f"{score(cure, 'psnr'):.2f} dB"
    return ("c-best: skip connections, no code", total, "", mse, "", "", psnr, took(cure))


def _rungs_drawn(study: Study, climbed: Ladder, cure: Run, pictures: Path) -> list[str]:
    runs = {_named(rung.name): rung.noisy_run for rung in climbed.rungs}
    path, curves = pictures / "c-ladder.png", pictures / "c-ladder-losses.png"
    draw_denoised(study, runs | {"c-best": cure}, path)
    histories = {name: run.facts()["history"] for name, run in runs.items()}
    histories_png(histories, curves, loss="mean squared error a pixel, noisy input")
    return [
        picture(path, pictures, "CIFAR-10 test images: clean, noisy, denoised by each rung, and by the cure"),
        picture(curves, pictures, "Loss by epoch on noisy input: validation (solid), training (dashed)"),
    ]
