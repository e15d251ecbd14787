"""D: Fashion-MNIST from CSV, a dense autoencoder; trials, a trained start, a classifier."""

from pathlib import Path

from grainless.data.sets.csv_rows import write_csv
from grainless.data.sets.idx import FashionMnist, read_part
from grainless.evaluation.classify import classify
from grainless.evaluation.figures.curves import curve_png
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.table import Effort, Figure, Section, floor, picture, score, took, with_excess
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser, scenes
from grainless.learn.studies.tune import tune
from grainless.learn.summary import of_run

TRAIN, TEST = "fashion-mnist/fashion-mnist_train.csv", "fashion-mnist/fashion-mnist_test.csv"
"""Kaggle's names."""

EPOCHS: dict[Effort, list[str]] = {"quick": ["train.epochs=1"], "standard": ["train.epochs=20"], "full": []}
MNIST: dict[Effort, list[str]] = {**EPOCHS, "standard": ["train.epochs=5"]}
FEW: dict[Effort, list[str]] = {
    "quick": ["data.limit=2000", "data.validation=500"],
    "standard": [],
    "full": [],
}
"""Of the idx files, which hold 60,000."""
TRIALS: dict[Effort, int] = {"quick": 2, "standard": 6, "full": 20}
TRIAL_EPOCHS: dict[Effort, str] = {"quick": "1", "standard": "3", "full": "10"}
STARTS: dict[Effort, list[str]] = {"quick": ["1"], "standard": ["1", "3", "10"], "full": ["1", "3", "10"]}
GAUSSIAN = "noise=gaussian:sigma=0.75,clip=true"
CLASSIFIED = 2000
"""Test images that are classified."""


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """Both noises on the CSV, the best of ours, and the three things they suggest."""
    _write_files(study)
    changes = EPOCHS[effort]
    run, gaussian = study.run("d-fashion-dense", changes), study.run("d-fashion-dense", [*changes, GAUSSIAN])
    small = study.run("d-fashion-dense", [f"data.file={TEST}", *changes])
    best = study.run("d-fashion-best", changes if effort == "quick" else [])
    figures = [
        Figure(
            "parameters",
            "1,313,616",
            f"{of_run(run)['parameters']['total']:,}",
            f"{of_run(best)['parameters']['total']:,}",
        ),
        Figure(
            "uniform noise, BCE, test",
            "",
            _bce(study, run),
            _bce(study, best),
            f"{took(run)}; best: {took(best)}",
        ),
        Figure("uniform noise, PSNR / SSIM, test", "", _fidelity(run), _fidelity(best)),
        Figure("Gaussian noise, BCE, test", "", _bce(study, gaussian), note=took(gaussian)),
        Figure("Gaussian noise, PSNR / SSIM, test", "", _fidelity(gaussian)),
        Figure(
            f"their variant: 80 % of the {_rows(study, small):,} rows of the test file, BCE",
            "",
            _bce(study, small),
            note=took(small),
        ),
    ]
    return Section(
        "D",
        "Fashion-MNIST from CSV, dense autoencoder",
        figures,
        [
            _pictures(study, run, best, pictures),
            _trials(study, effort),
            _starts(study, effort),
            _classifier(study, run, best),
        ],
    )


def _write_files(study: Study) -> None:
    """Kaggle's two files, written from the idx files into the cache where they lie nowhere yet."""
    train_images, train_labels, test_images, test_labels = study.roots.files(FashionMnist.files)
    for file, images, labels in ((TRAIN, train_images, train_labels), (TEST, test_images, test_labels)):
        if study.roots.find(file) is None:
            write_csv(study.roots.cache / file, read_part(images, labels))


def _rows(study: Study, run: Run) -> int:
    """How many rows the run's file has."""
    return sum(map(len, run.recipe().data(study.roots).parts.values()))


def _bce(study: Study, run: Run) -> str:
    """Above the floor of the rows that were scored: held-out ones, not the official test images (0.2422)."""
    return with_excess(score(run, "bce"), floor(run, study))


def _fidelity(run: Run) -> str:
    return f"{score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f}"


def _pictures(study: Study, run: Run, best: Run, pictures: Path) -> str:
    """Ten test images, and the loss curve."""
    ours, better = scenes(run, study.roots, 10), scenes(best, study.roots, 10)
    rows = [[scene[name] for scene in ours] for name in ("clean", "noisy", "denoised")]
    rows.append([scene["denoised"] for scene in better])
    ten, losses = pictures / "d-ten.png", pictures / "d-losses.png"
    strip(rows, ten, labels=["clean", "noisy", "denoised", "best"], scale=2)
    curve_png(run.facts()["history"], losses)
    return "\n\n".join(
        [
            picture(
                ten, pictures, "Ten test images: clean, noisy, denoised as published, denoised by our best"
            ),
            picture(losses, pictures, "Loss of training and validation by epoch, as published"),
        ]
    )


def _trials(study: Study, effort: Effort) -> str:
    """Hyper-parameter trials; TensorBoard shows them on its HParams page."""
    name = "d-trials-full" if effort == "full" else "d-trials"  # of more epochs: another search
    trials = Study(study.folder / name, study.roots, study.callback)
    rows = tune(
        trials,
        "d-fashion-dense",
        ["train.rate=1e-4..1e-2", "network.code=16,64,128"],
        [f"train.epochs={TRIAL_EPOCHS[effort]}"],
        TRIALS[effort],
    )
    cells = [
        (
            str(row["trial"]),
            row["state"],
            "-" if row["validation loss"] is None else f"{row['validation loss']:.4f}",
            str(row["epochs"] or "-"),
            f"{row['train.rate']:.2g}",
            row["network.code"],
        )
        for row in rows
    ]
    head = ("trial", "state", "validation BCE", "epochs", "train.rate", "network.code")
    return "### Hyper-parameter trials\n\n" + table(head, cells)


def _starts(study: Study, effort: Effort) -> str:
    """Fashion-MNIST from the weights of MNIST, and from scratch."""
    mnist = study.run("d-fashion-dense", ["data=mnist", *FEW[effort], *MNIST[effort]])
    cells = []
    for epochs in STARTS[effort]:
        changes = ["data=fashion-mnist", *FEW[effort], f"train.epochs={epochs}"]
        scratch = study.run("d-fashion-dense", changes)
        started = study.run("d-fashion-dense", [*changes, f"train.start={mnist.path}"])
        cells.append((epochs, _bce(study, scratch), _bce(study, started)))
    return (
        "### A trained start\n\nFashion-MNIST from the weights of the same network trained on MNIST "
        f"({took(mnist)}), against its own start; test BCE:\n\n"
        + table(("epochs", "from scratch", "from MNIST"), cells)
    )


def _classifier(study: Study, run: Run, best: Run) -> str:
    """What denoising is worth to a classifier that was trained on clean images."""
    recipe = run.recipe()
    denoisers = {"as published": denoiser(run), "best": denoiser(best)}
    rows = classify(denoisers, recipe.data(study.roots), recipe.noise(), seed=recipe.seed, limit=CLASSIFIED)
    cells = [
        (row.images, f"{row.share:.1%}", f"{row.interval[0]:.1%} to {row.interval[1]:.1%}") for row in rows
    ]
    return (
        "### Denoiser and classifier\n\nAccuracy of scikit-learn's support vector machine, trained on 10,000 clean "
        f"images, on the first {CLASSIFIED:,} test images under the uniform noise, with its 95 % interval:\n\n"
        + table(("images", "accuracy", "interval"), cells)
    )
