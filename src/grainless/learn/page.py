"""A run's report: what was trained on what, how it went, what came out, in pictures and numbers."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grainless import __version__
from grainless.data.images import Data
from grainless.data.summary import describe
from grainless.disk.whole import write_text
from grainless.errors import counted
from grainless.evaluation.auto import AUTO
from grainless.evaluation.evaluate import INPUT, Array, Denoise, Row, Task, given, middle
from grainless.evaluation.figures.curves import epoch_name
from grainless.evaluation.reports.html import Html, facts, headline, note, page, table
from grainless.evaluation.reports.report import curve, grid, scores
from grainless.learn.gained import after
from grainless.learn.run import Run
from grainless.learn.score import SAYS_LESS
from grainless.learn.summary import of_run
from grainless.model.zoo import SHIPPED
from grainless.noise import Chain

PHOTOGRAPHS, SPECIMENS = 4, 20
"""How many test images are shown: large ones, and those of a few dozen pixels a side."""

SMALL = 64


def write_page(
    run: Run, data: Data, rows: list[Row], denoisers: Mapping[str, Denoise], noise: Chain, seed: int = 0
) -> None:
    """Write report.html into the run's folder.

    Args:
        run: finished.
        data: what it was trained and judged on.
        rows: the scores on the test images.
        denoisers: those of the rows; the pictures show the first and the best of the others.
        noise: what was put on the test images, drawn from `seed`.
    """
    known, rows = of_run(run), _named(rows)
    sections = {
        "Pictures": [grid(_scenes(data, rows, denoisers, noise, seed))],
        "Scores on the test images": [scores(rows), *_words(known)],
        "Training": [curve(known["history"])],
        "Data": [facts(describe(data))],
        "Network": [_layers(known)],
        "Hyper-parameters": [facts(known["hyperparameters"])],
    }
    foot = f"Made by Grainless {__version__} on {time.strftime('%Y-%m-%d')}."
    write_text(
        run.report_file,
        page(known["name"], sections, lead=_lead(known, data), top=[_headline(rows)], foot=foot),
    )


def _lead(known: Mapping[str, Any], data: Data) -> str:
    images, epochs = counted(data.trained_on, "image"), counted(known["epochs"], "epoch")
    return (
        f"{known['parameters']['total']:,} parameters, trained on {images} of {data.name} for {epochs} in "
        f"{known['seconds']:,.0f} s; the best was {epoch_name(known['best_epoch'])}."
    )


def _named(rows: list[Row]) -> list[Row]:
    """The rows, the first called the input where nothing was put on the clean images."""
    first, *others = rows
    return [replace(first, denoiser=INPUT), *others] if math.isinf(first.scores["psnr"].mean) else rows


def _words(known: Mapping[str, Any]) -> list[Html]:
    """Where no clean image was compared with; and where plain `denoise` or the start is better."""
    less = [note(SAYS_LESS[known["against"]])] if known["against"] in SAYS_LESS else []
    return less + [note(word) for word in after(known)]


def _headline(rows: list[Row]) -> Html:
    """PSNR of the noisy images, of the model, and of the best classical denoiser or of what it began with."""
    noisy, model, *others = rows
    shown = {noisy.denoiser: noisy, "denoised": model}
    if others:
        best = _best(others)
        kind = "before" if best.denoiser in {*SHIPPED, AUTO} else "best classical"
        shown[f"{kind}: {best.denoiser}"] = best
    return headline({name: f"{row.scores['psnr'].mean:.2f} dB" for name, row in shown.items()})


def _best(rows: list[Row]) -> Row:
    return max(rows, key=lambda row: row.scores["psnr"].mean)


def _scenes(
    data: Data, rows: list[Row], denoisers: Mapping[str, Denoise], noise: Chain, seed: int
) -> list[dict[str, Array]]:
    """The first test images: clean, noisy, by the model, by the best of the other denoisers; clamped as scored."""
    task = Task(data.test, noise, seed)
    small = max(int(data.test.heights.max()), int(data.test.widths.max())) <= SMALL
    chosen = dict(list(denoisers.items())[:1])
    if rows[2:]:
        chosen |= {_best(rows[2:]).denoiser: denoisers[_best(rows[2:]).denoiser]}
    scenes = []
    for index in range(min(SPECIMENS if small else PHOTOGRAPHS, len(data.test))):
        noisy, clean = task.pair(index)
        denoised = {
            name: denoise(given(denoise, noisy[None], len(clean)), task.sigma)[0]
            for name, denoise in chosen.items()
        }
        versions = {"clean": clean, rows[0].denoiser: middle(noisy, len(clean)), **denoised}
        scenes.append({name: np.clip(image, 0, 1) for name, image in versions.items()})
    return scenes


def _layers(known: Mapping[str, Any]) -> Html:
    """The layer table, with the totals under it."""
    rows = [
        (row["name"], row["kind"], " x ".join(map(str, row["shape"])), row["parameters"])
        for row in known["layers"]
    ]
    total = known["parameters"]
    size = " x ".join(map(str, known["input"]))
    return table(
        ("layer", "kind", "output shape", "parameters"),
        rows,
        left=3,
        caption=f"For an image of {size} (channels x height x width); {total['trainable']:,} parameters are trained.",
        total=("total", "", "", total["total"]),
    )
