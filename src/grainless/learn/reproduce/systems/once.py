"""Noise drawn once, as A, D and E were published, against noise drawn anew each epoch."""

from pathlib import Path

from grainless.evaluation.figures.histories import histories_png
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.scores import floor, score
from grainless.learn.reproduce.section import NOT_RUN, Effort, Section
from grainless.learn.reproduce.systems.d.system import TEST, write_files
from grainless.learn.reproduce.words import took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished

ANEW = "train.fixed_noise=false"

RECIPES = {
    "a-mnist-coded": "A, code of 128",
    "d-fashion-dense": "D, dense, 8,000 rows",
    "e-mnist-dense": "E, dense with 16 hidden",
    "e-mnist-conv": "E, convolutional",
}

FEW = ["data.limit=2000", "data.validation=500", "train.epochs=1"]

CHANGES: dict[Effort, dict[str, list[str]]] = {
    "quick": {name: (["train.epochs=1"] if name.startswith("d") else FEW) for name in RECIPES},
    "standard": {"d-fashion-dense": [f"data.file={TEST}"]},
    "full": {"d-fashion-dense": [f"data.file={TEST}"]},
}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """Each network both ways, all else equal."""
    write_files(study)
    pairs: dict[str, tuple[Run, ...]] = {}
    missing: list[str] = []
    for name in list(RECIPES)[: 2 if effort == "quick" else None]:
        lines = CHANGES[effort].get(name, [])
        try:
            pairs[name] = tuple(study.run(name, [*lines, *each]) for each in ([], [ANEW]))
        except Unfinished as error:
            missing.append(str(error))
    if not pairs:
        raise Unfinished(missing[0])
    rows = [
        _row(RECIPES[name], words, run)
        for name, runs in pairs.items()
        for words, run in zip(("once", "anew each epoch"), runs, strict=True)
    ]
    head = (
        "network",
        "noise",
        "training loss, last epoch",
        "validation loss, last epoch",
        "gap",
        "best epoch",
        "BCE, test",
        "PSNR, test",
        "run",
    )
    return Section(
        "Noise",
        "Noise drawn once, or anew each epoch",
        [],
        [
            "The publications of A, D and E add noise to the training images once and fit that set: each image has "
            "the same noise in every epoch, and a network can learn it by heart. Most code of today, ours where a "
            "recipe does not say `train.fixed_noise`, draws new noise each epoch. The same networks, both ways; a gap "
            "above 0 is what a network knows of its training images only. The training loss is a mean over the "
            "epoch, while the weights change.",
            table(head, rows),
            _words(pairs),
            *(f"*{NOT_RUN.capitalize()}: {each}.*" for each in missing),
            *_curves(study, pairs, pictures),
        ],
        missing,
    )


def _row(name: str, words: str, run: Run) -> tuple[str, ...]:
    last = run.facts()["history"][-1]
    return (
        name,
        words,
        f"{last['loss']:.4f}",
        f"{last['validation']:.4f}",
        f"{_gap(run):+.4f}",
        str(run.best_epoch()["number"]),
        f"{score(run, 'bce'):.4f}",
        f"{score(run, 'psnr'):.2f} dB",
        took(run),
    )


def _gap(run: Run) -> float:
    last = run.facts()["history"][-1]
    return float(last["validation"] - last["loss"])


def _words(pairs: dict[str, tuple[Run, ...]]) -> str:
    """What it costs, in a sentence."""
    costs = {RECIPES[name]: score(once, "psnr") - score(anew, "psnr") for name, (once, anew) in pairs.items()}
    listed = ", ".join(f"{name}: {cost:+.2f} dB" for name, cost in costs.items())
    return f"Noise drawn once changes the PSNR of the denoised test images by: {listed}."


def _curves(study: Study, pairs: dict[str, tuple[Run, ...]], pictures: Path) -> list[str]:
    shown = []
    for name, runs in pairs.items():
        once, anew = (run.facts()["history"] for run in runs)
        path = pictures / f"noise-{name}.png"
        histories_png(
            {"noise once": once, "noise anew": anew}, path, loss="binary cross-entropy a pixel, nats"
        )
        words = (
            f"{RECIPES[name]}: validation (solid) and training loss (dashed), the noise drawn once and anew. "
            f"A perfect reconstruction of the test images would score {floor(runs[0], study):.4f}"
        )
        shown.append(picture(path, pictures, words))
    return shown
