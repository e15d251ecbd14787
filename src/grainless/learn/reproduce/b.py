"""B: pairs of low-light and normal photographs."""

from pathlib import Path

import numpy as np

from grainless.data.images import Images
from grainless.evaluation.baselines import best_setting
from grainless.evaluation.evaluate import Denoise, Row, evaluate
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.learn.reproduce.table import Effort, Figure, Section, picture, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser

CHANGES: dict[Effort, list[str]] = {
    "quick": ["train.epochs=2"],
    "standard": ["train.epochs=243"],
    "full": ["train.epochs=243"],
}
"""As many updates as their ten epochs, if their pairs were the 485 of LOL: that guess is ours."""
BEST: dict[Effort, list[str]] = {**CHANGES, "standard": [], "full": []}
METRIC = {name: METRICS[name] for name in ("psnr", "psnr-own-peak", "ssim", "mse", "mae")}
NOTE = "20 pairs: 14 for training, 4 for validation, 2 for test; how many they had is not stated"


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The published network on training and validation pairs; the best of ours on the 15 pairs of LOL's eval15."""
    run = study.run("b-lowlight-pooled", CHANGES[effort])
    best = study.run("b-lowlight-best", BEST[effort])
    again = study.run("b-lowlight-pooled", ["train.epochs=2", "train.rate=1e-4", f"train.start={run.path}"])
    data, evaluated = (each.recipe().data(study.roots) for each in (run, best))
    train, validation, test = (_rows(denoiser(run), images) for images in data.parts.values())
    nlm = _rows(best_setting("nlm", data.train), data.train)[1]
    ours = _rows(denoiser(best), evaluated.test)
    published = _rows(denoiser(run), evaluated.test)
    figures = [
        Figure(
            "training images, PSNR, peak of each image's own",
            "17.11 dB",
            _of(train[1], "psnr-own-peak"),
            note=took(run),
        ),
        Figure("training images, PSNR, peak 1", "", _of(train[1], "psnr"), note=NOTE),
        Figure("training images, MSE", "0.02426", _of(train[1], "mse")),
        Figure("training images, MAE", "0.12396", _of(train[1], "mae")),
        Figure("validation images, PSNR, own peak", "", _of(validation[1], "psnr-own-peak")),
        Figure("validation images, MSE", "", _of(validation[1], "mse")),
        Figure("validation images, MAE", "", _of(validation[1], "mae")),
        Figure("test images, PSNR, own peak", "", _of(test[1], "psnr-own-peak")),
        Figure("test images, MSE", "", _of(test[1], "mse")),
        Figure("test images, MAE", "", _of(test[1], "mae")),
        Figure("non-local means, training images, PSNR, own peak", "7.68 dB", _of(nlm, "psnr-own-peak")),
        Figure(
            "15 pairs of eval15, PSNR, peak 1",
            "",
            _of(published[1], "psnr"),
            _of(ours[1], "psnr"),
            f"low light as it is: {_of(ours[0], 'psnr')}; {took(best)}",
        ),
        Figure("15 pairs of eval15, SSIM", "", _of(published[1], "ssim"), _of(ours[1], "ssim")),
        Figure(
            "validation loss, loaded again and trained on",
            "",
            f"{_loss(run):.4f}, then {_loss(again):.4f}",
            note=f"{took(again)}, from the weights of the first",
        ),
    ]
    return Section(
        "B",
        "Pairs of low and high quality photographs",
        figures,
        [_pictures(evaluated.test, run, best, pictures)],
    )


def _rows(denoise: Denoise, images: Images) -> list[Row]:
    """The row of the low-light images, and that of the denoiser."""
    return evaluate({"ours": denoise}, images, data_name="pairs", metrics=METRIC)


def _of(row: Row, metric: str) -> str:
    unit = METRICS[metric].unit
    return f"{row.scores[metric].mean:.2f} {unit}" if unit else f"{row.scores[metric].mean:.5f}"


def _loss(run: Run) -> float:
    return float(run.best_epoch()["validation"])


def _pictures(test: Images, run: Run, best: Run, pictures: Path) -> str:
    """Low, denoised as published, denoised by our best, high; each a third of its size."""
    assert test.noisy is not None
    rows = []
    for index in range(min(4, len(test))):
        low, high = test.noisy.floats(index), test.floats(index)
        versions = [low, denoiser(run)(low[None], 0.0)[0], denoiser(best)(low[None], 0.0)[0], high]
        rows.append([np.clip(image, 0, 1)[:, ::3, ::3] for image in versions])
    path = pictures / "b-pairs.png"
    strip(rows, path)
    return picture(path, pictures, "Pairs of eval15: low, denoised as published, denoised by our best, high")
