"""Scores, curves and pictures as pieces of a report's page."""

import base64
import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from grainless.evaluation.evaluate import Row, behind
from grainless.evaluation.figures.curves import History, best, curve_svg, epoch_name
from grainless.evaluation.figures.pictures import detail, png
from grainless.evaluation.metrics import METRICS, USUAL, psnr
from grainless.evaluation.protocols import PROTOCOLS
from grainless.evaluation.reports.decimals import PAIRED, decimals, with_half
from grainless.evaluation.reports.html import Html, note, number, table
from grainless.evaluation.score import Score
from grainless.image.picture import picture

Array = NDArray[np.floating]

SMALL = 64  # images up to this side are shown many at a time, each pixel enlarged
SPECIMEN = 56  # about as wide as one of them is shown
WHOLE = 384  # a photograph is shown reduced to this side
CROP = 96  # and a square of this side from it enlarged


def scores(rows: Sequence[Row], metrics: Sequence[str] = USUAL) -> Html:
    """A table for each task: means with 95 % intervals, the best in bold, and the protocol's sentence.

    Args:
        rows: of one task or of several.
        metrics: which of their scores are shown.
    """
    tasks: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        tasks.setdefault((row.data, row.noise, row.protocol), []).append(row)
    tables = [_task(f"{data}, noise {noise}", task, metrics) for (data, noise, _), task in tasks.items()]
    protocols = dict.fromkeys(PROTOCOLS[row.protocol].about for row in rows)
    notes = [f"± is half of the mean's 95 % interval; bold is best. {PAIRED}", *protocols]
    return Html("<div>" + "".join(tables) + "".join(map(note, notes)) + "</div>")


def curve(history: History) -> Html:
    """Training and validation loss by epoch, the best epoch marked."""
    lowest = best(history)
    told = ""
    if lowest:
        told = f"Best at {epoch_name(lowest['number'])}: validation loss {lowest['validation']:.4g}."
    return Html(f'<figure class="curve narrow">{curve_svg(history)}<figcaption>{told}</figcaption></figure>')


def grid(rows: Sequence[Mapping[str, Array]]) -> Html:
    """Pictures to compare: each row one scene in several versions, the first of them the truth.

    Photographs are shown whole, and below each the same square, enlarged: the one with most detail. Images
    of at most 64 pixels a side are shown one scene a column, enlarged. Under each stands its PSNR against the
    first, of the arrays as they are given: pass what the protocol scores.

    Args:
        rows: name of the version -> (c, h, w), 0 = black, 1 = full scale.
    """
    small = all(max(image.shape[1:]) <= SMALL for row in rows for image in row.values())
    return _specimens(rows) if small else Html("\n".join(map(_photographs, rows)))


def _specimens(rows: Sequence[Mapping[str, Array]]) -> Html:
    names = ", ".join(rows[0])
    return Html(
        f'<div><p class="note">Each column from top to bottom: {escape(names)}. Numbers: PSNR in dB.</p>'
        f'<div class="specimens">{"".join(map(_specimen, rows))}</div></div>'
    )


def _specimen(row: Mapping[str, Array]) -> str:
    width = next(iter(row.values())).shape[2]
    side = width * max(1, round(SPECIMEN / width))
    cells = [
        _img(picture(image), name, "pixels")
        + (f'<span class="score">{_decibels(image, row, 1)}</span>' if index else "")
        for index, (name, image) in enumerate(row.items())
    ]
    return f'<figure style="--side:{side}px">{"".join(cells)}</figure>'


def _photographs(row: Mapping[str, Array]) -> str:
    truth = next(iter(row.values()))
    height, width = truth.shape[1:]
    side = min(CROP, height, width)
    top, left = detail(truth, side)
    place = (
        f"left:{left / width:.2%};top:{top / height:.2%};width:{side / width:.2%};height:{side / height:.2%}"
    )
    figures = (
        f'<figure><div class="whole">{_img(_reduced(image), name)}<span style="{place}"></span></div>'
        + _img(picture(image[:, top : top + side, left : left + side]), f"{name}, detail", "pixels")
        + f"<figcaption><b>{escape(name)}</b>"
        + (f"<span>{_decibels(image, row, 2)} dB</span>" if index else "")
        + "</figcaption></figure>"
        for index, (name, image) in enumerate(row.items())
    )
    return f'<div class="photographs" style="--columns:{len(row)}">{"".join(figures)}</div>'


def _reduced(image: Array) -> Image.Image:
    shown = picture(image)
    shown.thumbnail((WHOLE, WHOLE), Image.Resampling.LANCZOS)
    return shown


def _img(image: Image.Image, name: str, kind: str = "") -> str:
    data = base64.b64encode(png(image)).decode("ascii")
    return (
        f'<img class="{kind}" width="{image.width}" height="{image.height}" alt="{escape(name)}" '
        f'src="data:image/png;base64,{data}">'
    )


def _decibels(image: Array, row: Mapping[str, Array], places: int) -> str:
    truth = next(iter(row.values()))
    return number(float(psnr(image[None], truth[None], peak=1.0)[0]), places)


def _task(caption: str, rows: Sequence[Row], shown: Sequence[str]) -> Html:
    metrics = [metric for metric in rows[0].scores if metric in shown]
    columns = [
        _means([row.scores[metric] for row in rows], METRICS[metric].higher_is_better) for metric in metrics
    ]
    speeds = [_speed(row.seconds_per_megapixel) for row in rows]
    heads = list(map(_metric, metrics))
    if "psnr" in metrics:
        columns.append([_quiet_half(gap) for gap in behind(rows).values()])
        heads.append("PSNR to best, dB")
    cells = zip([row.denoiser for row in rows], *columns, speeds, strict=True)
    return table(["", *heads, "s / megapixel"], cells, caption=caption)


def _means(column: Sequence[Score], higher_is_better: bool) -> list[Html]:
    """A metric's cells: four digits of the largest mean, the best ones bold."""
    means = [score.mean for score in column]
    known = [mean for mean in means if not math.isnan(mean)]
    top = (max if higher_is_better else min)(known, default=math.nan)
    places = decimals(means)
    return [_mean(score, places, is_best=score.mean == top) for score in column]


def _mean(score: Score, places: int, *, is_best: bool) -> Html:
    if math.isfinite(score.mean):
        return _quiet_half(with_half(score.mean, score.interval, places), is_best=is_best)
    return _quiet_half(number(score.mean, places), is_best=is_best)


def _quiet_half(text: str, *, is_best: bool = False) -> Html:
    """A mean with its half interval in small letters."""
    mean, plus, half = escape(text).replace("-", "−").partition(" ± ")
    return Html((f"<b>{mean}</b>" if is_best else mean) + (f" <small>± {half}</small>" if plus else ""))


def _speed(seconds: float) -> str:
    return number(seconds, max(0, decimals([seconds]) - 2)) if seconds >= 1e-3 else "0"


def _metric(name: str) -> str:
    """As the head of a column.

    >>> [_metric("psnr-own-peak"), _metric("mse")]
    ['PSNR own peak, dB ↑', 'MSE ↓']
    """
    word, *rest = name.split("-")
    unit = f", {METRICS[name].unit}" if METRICS[name].unit else ""
    return " ".join([word.upper(), *rest]) + unit + (" ↑" if METRICS[name].higher_is_better else " ↓")
