"""A: MNIST through a code of 128 numbers."""

from contextlib import suppress
from functools import partial
from pathlib import Path

from grainless.evaluation.figures.histories import histories_png
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.table import (
    Effort,
    Figure,
    Section,
    copied,
    differs,
    noisy,
    pace,
    picture,
    score,
    took,
    train_scores,
    with_excess,
)
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished, scenes
from grainless.learn.studies.sweep import sweep
from grainless.learn.summary import of_run

FLOOR = 0.0581
"""The entropy of MNIST's test images: what a perfect reconstruction scores."""

SPLIT = "2,000 training images held out to stop by; theirs saw the test images"
PADDING = "strided convolutions pad all four sides"

LAYERS = ("320", "18,496", "401,536", "404,544", "18,464", "289")
"""Parameters of their layers, as reported."""

CHANGES: dict[Effort, list[str]] = {
    "quick": ["data.limit=2000", "data.validation=500", "train.epochs=1"],
    "standard": [],
    "full": [],
}
LONG: dict[Effort, list[str] | None] = {
    "quick": None,
    "standard": ["train.epochs=100"],
    "full": ["train.epochs=100"],
}
"""Their last figures come from more than one run of 20 epochs: on, until early stopping ends it."""
SWEEP: dict[Effort, list[str]] = {**CHANGES, "standard": ["train.epochs=3"]}
BEST: dict[Effort, list[list[str]]] = {
    "quick": [CHANGES["quick"]],
    "standard": [[]],
    "full": [["train.epochs=2"], []],
}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The published network and its deeper variant, the best of ours, and the noise factor swept."""
    section = Section("A", "MNIST, a convolutional autoencoder with a code of 128 numbers")
    run = study.run("a-mnist-coded", CHANGES[effort])
    section.rows(lambda: [*_images(study, run), *_three(study, run)], "as published")
    if longer := LONG[effort]:
        section.rows(lambda: _long(study, study.run("a-mnist-coded", longer)), "until early stopping")
    section.rows(lambda: _deep(study.run("a-mnist-deep", CHANGES[effort])), "deeper variant")
    for changes in BEST[effort]:
        section.rows(partial(_best, study, changes), f"best recipe {' '.join(changes)}".strip())
    section.part(lambda: _layers(run), "Layers")
    section.part(lambda: _curves(study, effort, pictures), "Loss by epoch")
    section.part(lambda: _twenty(study, effort, pictures), "Twenty images")
    section.part(lambda: _factors(study, pictures, effort), "The noise factor varied")
    return section


def _images(study: Study, run: Run) -> list[Figure]:
    """What they print of the data and the network; the noise of training and test images."""
    train = train_scores(study, run, ("mse", "bce"))
    counts = ", ".join(f"{len(images):,}" for images in run.recipe().data(study.roots).parts.values())
    return [
        Figure("images for training, validation, test", "60,000; the test images; 10,000", counts, "", SPLIT),
        Figure("parameters", "843,649", _total(run)),
        Figure("MSE of the noisy training images", "0.11562", f"{train['noisy']['mse']:.5f}"),
        Figure("MSE of the noisy test images", "0.11562", f"{noisy(run, 'mse'):.5f}"),
        Figure("MSE of the denoised training images", "", f"{train['denoised']['mse']:.5f}"),
        Figure("MSE of the denoised test images", "", f"{score(run, 'mse'):.5f}"),
        Figure(
            "seconds an epoch", "about 40", f"{pace(run):.0f}", "", "another machine; seconds of a processor"
        ),
    ]


def _three(study: Study, run: Run, when: str = "") -> list[Figure]:
    """The three losses that they report."""
    words = differs(run, SPLIT, PADDING)
    train = train_scores(study, run, ("mse", "bce"))["denoised"]["bce"]
    validation, test = f"{score(run, 'bce', 'validation'):.4f}", with_excess(score(run, "bce"), FLOOR)
    return [
        Figure(f"{when}BCE, validation images", "0.0930", validation, "", words, took(run)),
        Figure(f"{when}BCE, all training images", "0.09208", f"{train:.4f}", "", words),
        Figure(f"{when}BCE, test images", "0.09386", test, "", words),
    ]


def _best(study: Study, changes: list[str]) -> list[Figure]:
    run = study.run("a-mnist-best", changes)
    return [
        Figure(
            f"best recipe, {_epochs(run)} epochs, {_total(run)} parameters: BCE, validation and test images",
            "0.0930, 0.09386",
            "",
            f"{score(run, 'bce', 'validation'):.4f}, {with_excess(score(run, 'bce'), FLOOR)}",
            "",
            took(run),
        )
    ]


def _deep(run: Run) -> list[Figure]:
    bce = with_excess(score(run, "bce"), FLOOR)
    words = differs(run, "never ran as published: its shapes are mended", SPLIT)
    return [Figure("deeper variant: BCE, test images", "", bce, "", words, took(run))]


def _long(study: Study, run: Run) -> list[Figure]:
    """Their figures were measured after more than one run of 20 epochs."""
    epochs = f"trained on until early stopping, {_epochs(run)} epochs"
    return _three(study, run, f"{epochs}: ")


def _epochs(run: Run) -> int:
    return int(of_run(run)["epochs"])


def _total(run: Run) -> str:
    return f"{of_run(run)['parameters']['total']:,}"


def _layers(run: Run) -> str:
    """Their layer table beside ours, and what the training was told."""
    known = of_run(run)
    layers = [layer for layer in known["layers"] if layer["parameters"]]
    rows = [
        (
            layer["name"],
            layer["kind"],
            " x ".join(map(str, layer["shape"])),
            f"{layer['parameters']:,}",
            reported,
        )
        for layer, reported in zip(layers, LAYERS, strict=True)
    ]
    head = ("layer", "kind", "output", "parameters", "reported")
    told = ", ".join(
        f"{key.removeprefix('train.')} {known['hyper-parameters'][key]}"
        for key in (
            "train.optimizer",
            "train.rate",
            "train.batch",
            "train.epochs",
            "train.patience",
            "train.fixed_noise",
        )
    )
    return f"Layers with parameters:\n\n{table(head, rows)}\n\nHyper-parameters: {told}."


def _curves(study: Study, effort: Effort, pictures: Path) -> str:
    """They show the log of the whole run."""
    path = pictures / "a-losses.png"
    run = study.run("a-mnist-coded", CHANGES[effort])
    with suppress(Unfinished):
        run = study.run("a-mnist-coded", LONG[effort] or CHANGES[effort])
    trainings = {"code of 128": run.facts()["history"]}
    with suppress(Unfinished):
        trainings["deeper variant"] = study.run("a-mnist-deep", CHANGES[effort]).facts()["history"]
    histories_png(
        trainings,
        path,
        loss="binary cross-entropy a pixel, nats",
        floor=("entropy of the test images, a perfect reconstruction", FLOOR),
        published=("reported validation loss", 0.0930),
    )
    return picture(
        path,
        pictures,
        "Loss by epoch: held-out images (solid) and training images (dashed, a mean over the epoch)",
    )


def _twenty(study: Study, effort: Effort, pictures: Path) -> str:
    """Their picture: 20 test images in three rows, and a fourth for our best."""
    ours = scenes(study.run("a-mnist-coded", CHANGES[effort]), study.roots, 20)
    rows = [[scene[name] for scene in ours] for name in ("clean", "noisy", "denoised")]
    labels = ["original", "noisy", "denoised"]
    with suppress(Unfinished):
        better = scenes(study.run("a-mnist-best", BEST[effort][-1]), study.roots, 20)
        rows.append([scene["denoised"] for scene in better])
        labels.append("our best")
    path = pictures / "a-twenty.png"
    strip(rows, path, labels=labels, scale=2)
    return picture(path, pictures, "20 test images: " + ", ".join(labels))


def _factors(study: Study, pictures: Path, effort: Effort) -> str:
    """They advise to vary the noise factor and watch."""
    swept = sweep(study, "a-mnist-coded", "noise.sigma=0.2,0.4,0.6,0.8", SWEEP[effort])
    rows = [
        (row["noise.sigma"], f"{row['psnr']:.2f} dB", f"{row['ssim']:.3f}", f"{row['bce']:.4f}")
        for row in swept.rows()
    ]
    words = "The noise factor varied: noisy, and denoised by a network trained on that noise"
    return (
        f"The noise factor varied, {_epochs(swept.runs[0])} epochs each, test images:\n\n"
        + table(("noise factor", "PSNR", "SSIM", "BCE"), rows)
        + "\n\n"
        + copied(swept.figure, pictures, "a-factors.png", words)
    )
