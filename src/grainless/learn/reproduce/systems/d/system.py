"""D: Fashion-MNIST from CSV, a dense autoencoder; trials, a trained start, a classifier, what its text claims."""

from contextlib import suppress
from functools import partial
from pathlib import Path

from grainless.data.sets.labelled.csv_rows import first_rows, write_csv
from grainless.data.sets.labelled.idx import FashionMnist, read_part
from grainless.evaluation.figures.histories import histories_png
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.scores import floor, score, with_excess
from grainless.learn.reproduce.section import Effort, Figure, Section
from grainless.learn.reproduce.systems.d.claims import claims
from grainless.learn.reproduce.systems.d.suggested import classifier, layers, starts, trials
from grainless.learn.reproduce.words import differs, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished, scenes
from grainless.learn.summary import of_run

TRAIN, TEST = "fashion-mnist/fashion-mnist_train.csv", "kaggle/fashion-mnist_test.csv"
"""Kaggle's names; the second in a folder of its own, where no file of fewer rows lies."""

EPOCHS: dict[Effort, list[str]] = {"quick": ["train.epochs=1"], "standard": [], "full": []}
GAUSSIAN = "noise=gaussian:sigma=0.75,clip=true"
SWAPPED = f"data.file={TEST}"

VARIANTS: dict[str, list[str]] = {
    "their 10,000 rows, uniform noise": [SWAPPED],
    "their 10,000 rows, Gaussian noise": [SWAPPED, GAUSSIAN],
    "60,000 rows, uniform noise": [],
    "60,000 rows, Gaussian noise": [GAUSSIAN],
}
"""Their files are swapped: they train on 80 % of the test file."""

SHOWN = 5
"""Rows of the file."""

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
    section.part(lambda: _first_rows(study), "The first rows")
    section.part(lambda: _ten(study, effort, pictures), "Ten images")
    section.part(lambda: _curves(study, effort, pictures), "Loss by epoch")
    section.part(lambda: trials(study, effort), "Hyper-parameter trials")
    section.part(lambda: layers(study, effort, SWAPPED), "Fewer and more layers")
    section.part(lambda: starts(study, effort), "A trained start")
    section.part(
        lambda: classifier(study, study.run("d-fashion-dense", EPOCHS[effort]), _our_best(study, effort)),
        "Denoiser and classifier",
    )
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


def _first_rows(study: Study) -> str:
    """They show the first rows of the file."""
    path = study.roots.locate(TRAIN)
    head, *rows = first_rows(path, SHOWN + 1)
    return f"The first rows of {path.name}, {len(head):,} columns:\n\n" + table(
        _ends(head), [_ends(row) for row in rows]
    )


def _ends(cells: list[str]) -> tuple[str, ...]:
    """The first and the last cells of a long row."""
    return (*cells[:4], "...", *cells[-3:])


def _ten(study: Study, effort: Effort, pictures: Path) -> str:
    """Ten held-out images, black on white as theirs, under each noise."""
    shown = {"uniform": scenes(_shown(study, effort), study.roots, 10)}
    with suppress(Unfinished):
        gaussian = study.run("d-fashion-dense", [SWAPPED, GAUSSIAN, *EPOCHS[effort]])
        shown["Gaussian"] = scenes(gaussian, study.roots, 10)
    rows = {"clean": [1 - scene["clean"] for scene in shown["uniform"]]}
    for noise, each in shown.items():
        for version in ("noisy", "denoised"):
            rows[f"{noise} noise: {version}"] = [1 - scene[version] for scene in each]
    path = pictures / "d-ten.png"
    strip(list(rows.values()), path, labels=list(rows), scale=2)
    words = f"Ten held-out images, black on white as theirs: clean, noisy and denoised ({' and '.join(shown)} noise)"
    return picture(path, pictures, words)


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
