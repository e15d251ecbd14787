"""A: what they print of the data and the network, beside ours."""

import numpy as np

from grainless.data.images import Data
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.learned import learned
from grainless.learn.reproduce.scores import noisy, score
from grainless.learn.reproduce.section import Figure
from grainless.learn.reproduce.words import pace
from grainless.learn.run import Run
from grainless.learn.studies.study import Study
from grainless.learn.summary import of_run

SPLIT = "2,000 training images held out to stop by; theirs saw the test images"
MISREAD = "they print the noisy images' and read it as the model's"
FIRST = 100
"""Training images whose values are looked at."""

LAYERS = ("320", "18,496", "401,536", "404,544", "18,464", "289")
"""Parameters of their layers, as reported."""


def images(study: Study, run: Run) -> list[Figure]:
    """What they print of the data and the network; the noise of training and test images."""
    train, data = learned(study, run), run.recipe().data(study.roots)
    counts = ", ".join(f"{len(images):,}" for images in data.parts.values())
    return [
        Figure("images for training, validation, test", "60,000; the test images; 10,000", counts, "", SPLIT),
        Figure("size, channels, range of their values", "28 x 28, 1", _kind(data)),
        Figure("parameters", "843,649", f"{of_run(run)['parameters']['total']:,}"),
        Figure("MSE of the noisy training images", "0.11562", f"{train['noisy']['mse']:.5f}"),
        Figure("MSE of the noisy test images", "0.11562", f"{noisy(run, 'mse'):.5f}"),
        Figure("MSE of the denoised training images", "", f"{train['denoised']['mse']:.5f}", "", MISREAD),
        Figure("MSE of the denoised test images", "", f"{score(run, 'mse'):.5f}", "", MISREAD),
        Figure(
            "seconds an epoch", "about 40", f"{pace(run):.0f}", "", "another machine; seconds of a processor"
        ),
    ]


def _kind(data: Data) -> str:
    first = np.stack([data.train.floats(index) for index in range(min(FIRST, len(data.train)))])
    _, channels, height, width = first.shape
    return f"{height} x {width}, {channels}, {first.min():g} to {first.max():g}"


def layers(run: Run) -> str:
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
        f"{key.rpartition('.')[2]} {known['hyperparameters'][key]}"
        for key in (
            "learn.loss",
            "train.optimizer",
            "train.rate",
            "train.batch",
            "train.epochs",
            "train.patience",
            "train.fixed_noise",
        )
    )
    return (
        f"Layers with parameters (`grainless show a-mnist-coded`):\n\n{table(head, rows)}\n\n"
        f"Hyper-parameters: {told}; noise {known['hyperparameters']['noise']}."
    )
