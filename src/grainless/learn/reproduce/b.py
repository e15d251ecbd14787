"""B: pairs of low-light and normal photographs."""

from pathlib import Path

import numpy as np

from grainless.data.images import Images
from grainless.evaluation.baselines import best_setting
from grainless.evaluation.evaluate import Denoise, Row, evaluate
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.table import Effort, Figure, Section, differs, picture, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser
from grainless.learn.summary import of_run

CHANGES: dict[Effort, list[str]] = {"quick": ["train.epochs=2"], "standard": [], "full": []}
UPDATES: dict[Effort, list[str]] = {
    "quick": ["train.epochs=3"],
    "standard": ["train.epochs=243"],
    "full": ["train.epochs=243"],
}
"""As many updates as their ten epochs, if their pairs were the 485 of LOL: that guess is ours."""

METRIC = {name: METRICS[name] for name in ("psnr", "psnr-own-peak", "ssim", "mse", "mae")}
PAIRS = "other pairs: 14 for training, 4 for validation, 2 for test; how many they had is not stated"
GUESS = "243 epochs are the 1,700 updates of their 10, if they had LOL's 485 pairs: our guess"
SCENES = (0, 5, 8, 11)
"""Of eval15: four scenes unlike each other."""


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The published network for its ten epochs and for as many updates; the best of ours on LOL's eval15."""
    run, long = (study.run("b-lowlight-pooled", changes[effort]) for changes in (CHANGES, UPDATES))
    best = study.run("b-lowlight-best", CHANGES[effort])
    again = study.run("b-lowlight-pooled", ["train.epochs=2", "train.rate=1e-4", f"train.start={long.path}"])
    data, evaluated = (each.recipe().data(study.roots) for each in (long, best))
    nlm = best_setting("nlm", data.train)
    baseline = _rows({"nlm": nlm}, data.train)[1]
    parts = {
        part: _rows({"10": denoiser(run), "243": denoiser(long)}, images)
        for part, images in data.parts.items()
    }
    figures = [
        *_parts(parts, run, long),
        Figure(
            "non-local means at its best setting, training images, PSNR, own peak",
            "7.68 dB",
            _of(baseline, "psnr-own-peak"),
            "",
            "their setting is not given",
        ),
        *_fifteen(evaluated.test, long, best),
        Figure(
            "validation loss, loaded again and trained on",
            "",
            f"{_loss(long):.4f}, then {_loss(again):.4f}",
            "",
            "from the weights of 243 epochs",
            took(again),
        ),
    ]
    return Section(
        "B",
        "Pairs of low and high quality photographs",
        figures,
        [_each(parts), _pictures(evaluated.test, long, best, nlm, pictures)],
    )


def _rows(denoisers: dict[str, Denoise], images: Images) -> list[Row]:
    """The row of the low-light images, then that of each denoiser."""
    return evaluate(denoisers, images, data_name="pairs", metrics=METRIC)


def _parts(parts: dict[str, list[Row]], run: Run, long: Run) -> list[Figure]:
    """Their scores on the training images and ours on all three parts, for both lengths of training."""
    reported = {"psnr-own-peak": "17.11 dB", "mse": "0.02426", "mae": "0.12396"}
    names = {"psnr-own-peak": "PSNR, own peak", "psnr": "PSNR, peak 1", "mse": "MSE", "mae": "MAE"}
    figures = []
    for index, each, words in ((1, run, ""), (2, long, GUESS)):
        for part in parts:
            for metric, name in names.items():
                is_first = part == "train" and metric == "psnr-own-peak"
                epochs = of_run(each)["epochs"]
                figures.append(
                    Figure(
                        f"{part} images, {name}, {epochs} epochs",
                        reported.get(metric, "") if part == "train" else "",
                        _of(parts[part][index], metric),
                        "",
                        differs(each, PAIRS, words) if is_first else "",
                        took(each) if is_first else "",
                    )
                )
    return figures


def _fifteen(test: Images, long: Run, best: Run) -> list[Figure]:
    """Other scenes than those learned from: LOL's eval15."""
    low, published, ours = _rows({"published": denoiser(long), "best": denoiser(best)}, test)
    words = f"low light as it is: {_of(low, 'psnr')}"
    return [
        Figure(
            "15 pairs of eval15, PSNR, peak 1",
            "",
            _of(published, "psnr"),
            _of(ours, "psnr"),
            words,
            took(best),
        ),
        Figure("15 pairs of eval15, SSIM", "", _of(published, "ssim"), _of(ours, "ssim")),
    ]


def _of(row: Row, metric: str) -> str:
    unit = METRICS[metric].unit
    return f"{row.scores[metric].mean:.2f} {unit}" if unit else f"{row.scores[metric].mean:.5f}"


def _loss(run: Run) -> float:
    return float(run.best_epoch()["validation"])


def _each(parts: dict[str, list[Row]]) -> str:
    """They print the PSNR of single images, too."""
    cells = [
        (part, *(", ".join(f"{value:.2f}" for value in row.scores["psnr-own-peak"].values) for row in rows))
        for part, rows in parts.items()
    ]
    head = ("images", "low light as it is", "shorter training", "longer training")
    return "PSNR of each image, in dB, the peak of each image's own, in the order of the split:\n\n" + table(
        head, cells
    )


def _pictures(test: Images, run: Run, best: Run, nlm: Denoise, pictures: Path) -> str:
    """Scenes in their full size: low, non-local means, denoised as published, denoised by our best, high."""
    assert test.noisy is not None
    rows = []
    for index in (each for each in SCENES if each < len(test)):
        low, high = test.noisy.floats(index), test.floats(index)
        versions = [each(low[None], 0.0)[0] for each in (nlm, denoiser(run), denoiser(best))]
        rows.append([np.clip(image, 0, 1) for image in (low, *versions, high)])
    path = pictures / "b-pairs.jpg"
    heads = ["low light", "non-local means", "published network", "our best recipe", "normal light"]
    strip(rows, path, heads=heads, gap=4)
    return picture(
        path,
        pictures,
        "Scenes of eval15, which no network learned from, at their full size (open the picture to see it)",
    )
