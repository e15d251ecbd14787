"""D: Fashion-MNIST from CSV, a dense autoencoder; trials, a trained start, a classifier, what its text claims."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from grainless.data.sets.labelled.csv_rows import write_csv
from grainless.data.sets.labelled.idx import FashionMnist, read_part
from grainless.evaluation.classify import classify
from grainless.evaluation.figures.histories import histories_png
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.scores import floor, score, with_excess
from grainless.learn.reproduce.section import Effort, Figure, Section
from grainless.learn.reproduce.systems.claims import claims
from grainless.learn.reproduce.words import differs, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished, denoiser, scenes
from grainless.learn.studies.tune import tune
from grainless.learn.summary import of_run

TRAIN, TEST = "fashion-mnist/fashion-mnist_train.csv", "kaggle/fashion-mnist_test.csv"
"""Kaggle's names; the second in a folder of its own, where no file of fewer rows lies."""

EPOCHS: dict[Effort, list[str]] = {"quick": ["train.epochs=1"], "standard": [], "full": []}
MNIST: dict[Effort, list[str]] = {**EPOCHS, "standard": ["train.epochs=5"]}
FEW: dict[Effort, list[str]] = {
    "quick": ["data.limit=2000", "data.validation=500"],
    "standard": [],
    "full": [],
}
"""Of the idx files, which hold 60,000."""
TRIALS: dict[Effort, int] = {"quick": 2, "standard": 6, "full": 20}
TRIAL_EPOCHS: dict[Effort, str] = {"quick": "1", "standard": "3", "full": "10"}
STARTS: dict[Effort, list[str]] = {"quick": ["1"], "standard": ["1", "3"], "full": ["1", "3", "10"]}
GAUSSIAN = "noise=gaussian:sigma=0.75,clip=true"
CLASSIFIED = 2000
"""Test images that are classified."""

SWAPPED = f"data.file={TEST}"

VARIANTS: dict[str, list[str]] = {
    "their 10,000 rows, uniform noise": [SWAPPED],
    "their 10,000 rows, Gaussian noise": [SWAPPED, GAUSSIAN],
    "60,000 rows, uniform noise": [],
    "60,000 rows, Gaussian noise": [GAUSSIAN],
}
"""Their files are swapped: they train on 80 % of the test file."""

HALVES = "half of the held-out rows choose the best epoch, the other half are scored"
ROWS = "80 % of the 60,000 training rows; their files are swapped: theirs are 80 % of the 10,000 test rows"


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """Both noises on the CSV, their swapped files, the best of ours, what they suggest, what they claim."""
    write_files(study)
    section = Section("D", "Fashion-MNIST from CSV, dense autoencoder")
    for name, lines in VARIANTS.items():
        section.rows(partial(_scores, study, name, [*lines, *EPOCHS[effort]]), name)
    section.rows(lambda: _best(study, effort), "60,000 rows, uniform noise, best recipe")
    section.part(lambda: _floors(study, effort), "The entropy floor")
    section.part(lambda: _ten(study, effort, pictures), "Ten images")
    section.part(lambda: _curves(study, effort, pictures), "Loss by epoch")
    section.part(lambda: _trials(study, effort), "Hyper-parameter trials")
    section.part(lambda: _starts(study, effort), "A trained start")
    section.part(lambda: _classifier(study, effort), "Denoiser and classifier")
    section.part(lambda: claims(study, pictures, effort), "What their text claims")
    return section


def write_files(study: Study) -> None:
    """Kaggle's two files, written from the idx files into the cache where they lie nowhere yet."""
    train_images, train_labels, test_images, test_labels = study.roots.files(FashionMnist.files)
    for file, images, labels in ((TRAIN, train_images, train_labels), (TEST, test_images, test_labels)):
        if study.roots.find(file) is None:
            write_csv(study.roots.cache / file, read_part(images, labels))


def _scores(study: Study, name: str, changes: list[str]) -> list[Figure]:
    """The published network on one of the files, under one of the noises."""
    run = study.run("d-fashion-dense", changes)
    words = differs(run, "" if SWAPPED in changes else ROWS, HALVES)
    return [
        Figure(f"{name}: BCE, held-out rows", "", _bce(study, run), "", words, took(run)),
        Figure(f"{name}: PSNR / SSIM, held-out rows", "", _fidelity(run)),
        Figure(f"{name}: parameters", "1,313,616", f"{of_run(run)['parameters']['total']:,}"),
    ]


def _best(study: Study, effort: Effort) -> list[Figure]:
    run = _our_best(study, effort)
    name = f"60,000 rows, uniform noise, best recipe, {of_run(run)['parameters']['total']:,} parameters"
    return [
        Figure(f"{name}: BCE, held-out rows", "", "", _bce(study, run), "", took(run)),
        Figure(f"{name}: PSNR / SSIM, held-out rows", "", "", _fidelity(run)),
    ]


def _our_best(study: Study, effort: Effort) -> Run:
    return study.run("d-fashion-best", EPOCHS[effort])


def _shown(study: Study, effort: Effort) -> Run:
    """The one whose pictures are shown, as published: their swapped file."""
    return study.run("d-fashion-dense", [SWAPPED, *EPOCHS[effort]])


def _floors(study: Study, effort: Effort) -> str:
    run = _shown(study, effort)
    return (
        "The entropy floor of the rows that are scored is "
        f"{floor(run, study):.4f} for the 10,000-row file"
        + _other_floor(study, effort)
        + "; that of the official test images is 0.2422. Each excess above is over the floor of its own rows. "
        f"The files are Kaggle's; where they lie nowhere, the command writes {TRAIN} and {TEST} into the cache."
    )


def _other_floor(study: Study, effort: Effort) -> str:
    with suppress(Unfinished):
        return f", {floor(study.run('d-fashion-dense', EPOCHS[effort]), study):.4f} for the 60,000-row file"
    return ""


def _bce(study: Study, run: Run) -> str:
    return with_excess(score(run, "bce"), floor(run, study))


def _fidelity(run: Run) -> str:
    return f"{score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f}"


def _ten(study: Study, effort: Effort, pictures: Path) -> str:
    """Ten held-out images, black on white as theirs."""
    ours = scenes(_shown(study, effort), study.roots, 10)
    rows = [[1 - scene[name] for scene in ours] for name in ("clean", "noisy", "denoised")]
    path = pictures / "d-ten.png"
    strip(rows, path, labels=["clean", "noisy", "denoised"], scale=2)
    return picture(
        path,
        pictures,
        "Ten held-out images, black on white as theirs: clean, noisy (uniform noise), denoised",
    )


def _curves(study: Study, effort: Effort, pictures: Path) -> str:
    """Their loss curve, for both files and both noises, with the floor."""
    runs: dict[str, Run] = {}
    for name, lines in VARIANTS.items():
        with suppress(Unfinished):
            runs[name] = study.run("d-fashion-dense", [*lines, *EPOCHS[effort]])
    path, first = pictures / "d-losses.png", next(iter(runs.values()))
    histories_png(
        {name: run.facts()["history"] for name, run in runs.items()},
        path,
        loss="binary cross-entropy a pixel, nats",
        floor=(f"perfect, {next(iter(runs))}", floor(first, study)),
    )
    lowest = ", ".join(f"{name}: epoch {run.best_epoch()['number']}" for name, run in runs.items())
    return picture(
        path,
        pictures,
        "Loss by epoch: held-out rows (solid) and training rows (dashed, as it falls). The noise is drawn once, so it "
        f"can be learned by heart: training falls on where the held-out loss no longer does. Its lowest: {lowest}",
    )


def _trials(study: Study, effort: Effort) -> str:
    """Hyper-parameter trials; TensorBoard shows them on its HParams page."""
    name = "d-trials-full" if effort == "full" else "d-trials"  # of more epochs: another search
    trials = replace(study, folder=study.folder / name)
    if study.finished_only and not (trials.folder / "hparams").is_dir():
        raise Unfinished("`grainless reproduce D`")
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
        f"({took(mnist)}), against its own start; BCE of the official test images:\n\n"
        + table(("epochs", "from scratch", "from MNIST"), cells)
    )


def _classifier(study: Study, effort: Effort) -> str:
    """What denoising is worth to a classifier that was trained on clean images."""
    run, best = study.run("d-fashion-dense", EPOCHS[effort]), _our_best(study, effort)
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
