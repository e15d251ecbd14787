"""Denoisers x images x noise -> rows of scores, by a named protocol."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation.metrics import METRICS, Metric, Scores, mse
from grainless.evaluation.protocols import PROTOCOLS
from grainless.evaluation.reports.decimals import with_half
from grainless.evaluation.score import Score
from grainless.noise import Chain, Draw
from grainless.parts import choose

Array = NDArray[np.floating]
Denoise = Callable[[Array, float], Array]
"""(noisy (n, c, h, w) float32, sigma in full scales) -> denoised (n, c, h, w)."""


@runtime_checkable
class OfPlanes(Protocol):
    """A denoiser that is shown `planes` planes of a stack at once, (n, planes * c, h, w), and gives the middle one."""

    @property
    def planes(self) -> int: ...

    def __call__(self, noisy: Array, sigma: float) -> Array: ...


Corrupt = Callable[[Array, Draw], Array]
"""A noise: (clean (n, c, h, w), chance) -> noisy; its `str` names it."""

NOISY = "noisy"
"""The name of the first row of every table: the noisy images themselves."""

INPUT = "input"
"""Its name in reports where nothing was put on the images: there they are the clean ones."""

BATCH_PIXELS = 2**20


@dataclass(frozen=True)
class Row:
    """What one denoiser reached on one task.

    Args:
        denoiser: its name; "noisy" is the input itself.
        data: the name of the images.
        noise: as text.
        protocol: its name in `PROTOCOLS`.
        sigma: RMS(noisy - clean) over the whole set, in full scales: the strength that denoisers were told.
        scores: by the metric's name.
        seconds_per_megapixel: time in the denoiser alone.
    """

    denoiser: str
    data: str
    noise: str
    protocol: str
    sigma: float
    scores: dict[str, Score]
    seconds_per_megapixel: float

    def only(self, indices: Sequence[int]) -> "Row":
        """The same of some of the images."""
        return replace(
            self, scores={name: Score(score.values[list(indices)]) for name, score in self.scores.items()}
        )

    def plain(self, *, per_image: bool = False) -> dict[str, Any]:
        """For JSON; `per_image` also tells each image's score."""
        scores = {name: score.plain(per_image=per_image) for name, score in self.scores.items()}
        return vars(self) | {"scores": scores}


@dataclass(frozen=True)
class Task:
    """Clean images and their noisy partners; the same each time they are asked for.

    Args:
        clean: the truth, perhaps with noisy partners of its own; the noise comes on top of these.
        noise: drawn image by image, so that batches and order change nothing.
        seed: of the noise.
        protocol: a name in `PROTOCOLS`.

    Raises:
        InputError: no such protocol; no images.
    """

    clean: Images
    noise: Corrupt
    seed: int = 0
    protocol: str = "float"

    def __post_init__(self) -> None:
        choose("protocol", PROTOCOLS, self.protocol)
        if len(self.clean) == 0:
            raise InputError("There are no images to evaluate on.")

    def pair(self, index: int) -> tuple[Array, Array]:
        """Image `index`, noisy and clean: (c, h, w) float32 each; of a stack, noisy with the planes around it."""
        start = (self.clean if self.clean.noisy is None else self.clean.noisy).floats(index)
        noisy = self.noise(start[None], PROTOCOLS[self.protocol].draw(self.seed, index))
        return noisy[0].astype(np.float32), self.clean.floats(index)

    def batches(self) -> Iterator[tuple[Array, Array]]:
        """All images in order, noisy and clean, (n, c, h, w) each; of different sizes, one by one."""
        size = self.clean.size
        count = max(1, BATCH_PIXELS // (size[0] * size[1])) if size else 1
        for start in range(0, len(self.clean), count):
            pairs = [self.pair(index) for index in range(start, min(start + count, len(self.clean)))]
            noisy, clean = zip(*pairs, strict=True)
            yield np.stack(noisy), np.stack(clean)

    @cached_property
    def sigma(self) -> float:
        """RMS(noisy - clean) over all pixels, in full scales."""
        squares = sum(
            float((mse(middle(noisy, clean.shape[1]), clean) * clean[0].size).sum())
            for noisy, clean in self.batches()
        )
        return float(np.sqrt(squares / self.clean.buffer.size))


def evaluate(
    denoisers: Mapping[str, Denoise],
    clean: Images,
    noise: Corrupt | None = None,
    *,
    data_name: str,
    seed: int = 0,
    protocol: str = "float",
    metrics: Mapping[str, Metric] = METRICS,
    after_batch: Callable[[int], object] = lambda count: None,
) -> list[Row]:
    """One row a denoiser, the noisy images' own first.

    Args:
        denoisers: by the name their row shall have. Each is told the task's sigma.
        clean: the truth, perhaps with noisy partners of its own.
        noise: what is put on them, or on their partners; None for nothing.
        data_name: what the rows call the images.
        seed: of the noise.
        protocol: a name in `PROTOCOLS`.
        metrics: what is scored.
        after_batch: told how many images were done, to show progress.

    Raises:
        InputError: no such protocol; no images; a denoiser takes the name of the first row.
    """
    if NOISY in denoisers:
        raise InputError(f'"{NOISY}" is what tables call the noisy images; give that denoiser another name.')
    task = Task(clean, noise or Chain(()), seed, protocol)
    tallies = {name: _Tally(denoise, metrics) for name, denoise in {NOISY: _unchanged, **denoisers}.items()}
    for batch in task.batches():
        for tally in tallies.values():
            tally.add(task, *batch)
        after_batch(len(batch[0]))
    return [tally.row(name, data_name, task) for name, tally in tallies.items()]


class _Tally:
    """One denoiser's scores and seconds so far."""

    def __init__(self, denoise: Denoise, metrics: Mapping[str, Metric]) -> None:
        self.denoise = denoise
        self.metrics = metrics
        self.scores: dict[str, list[Scores]] = {name: [] for name in metrics}
        self.seconds = 0.0

    def add(self, task: Task, noisy: Array, clean: Array) -> None:
        sigma = task.sigma
        shown = given(self.denoise, noisy, clean.shape[1])
        start = time.perf_counter()
        denoised = self.denoise(shown, sigma)
        self.seconds += time.perf_counter() - start
        judged, truth = map(PROTOCOLS[task.protocol].scored, (denoised, clean))
        for name, metric in self.metrics.items():
            self.scores[name].append(metric(judged, truth))

    def row(self, name: str, data_name: str, task: Task) -> Row:
        megapixels = float((task.clean.heights * task.clean.widths).sum()) / 1e6
        return Row(
            denoiser=name,
            data=data_name,
            noise=str(task.noise),
            protocol=task.protocol,
            sigma=task.sigma,
            scores={metric: Score(np.concatenate(values)) for metric, values in self.scores.items()},
            seconds_per_megapixel=self.seconds / megapixels,
        )


def given(denoise: Denoise, noisy: Array, channels: int) -> Array:
    """What a denoiser is shown of (n, planes * channels, h, w): all planes, or the one in the middle."""
    return noisy if isinstance(denoise, OfPlanes) and denoise.planes > 1 else middle(noisy, channels)


def middle(planes: Array, channels: int) -> Array:
    """The one in the middle of (..., planes * channels, h, w); an image alone as it is."""
    first = (planes.shape[-3] - channels) // 2
    return planes[..., first : first + channels, :, :]


def _unchanged(noisy: Array, sigma: float) -> Array:
    return noisy


def ahead(rows: Sequence[Row], metric: str = "psnr") -> Row | None:
    """The denoiser that is best by the mean of a metric; None where no mean is a number."""
    sign = 1 if METRICS[metric].higher_is_better else -1
    known = [row for row in rows if not np.isnan(row.scores[metric].mean)]
    return max(known, key=lambda row: sign * row.scores[metric].mean, default=None)


def differences(rows: Sequence[Row], metric: str = "psnr") -> dict[str, Score]:
    """What each row has less, or more, than the row ahead: paired differences, image by image.

    Args:
        rows: of one task.
        metric: by which one is ahead, and which is compared.
    """
    first = ahead(rows, metric)
    return (
        {}
        if first is None
        else {row.denoiser: row.scores[metric].minus(first.scores[metric]) for row in rows}
    )


def behind(rows: Sequence[Row], metric: str = "psnr") -> dict[str, str]:
    """Each row's paired difference to the row ahead, as tables say it; the row ahead is "best"."""
    first = ahead(rows, metric)
    told = {row.denoiser: "-" for row in rows}
    for name, score in differences(rows, metric).items():
        if np.isfinite(score.mean):
            told[name] = with_half(score.mean, score.interval, 2)
    return told if first is None else told | {first.denoiser: "best"}
