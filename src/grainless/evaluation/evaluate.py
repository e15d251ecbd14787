"""Denoisers x images x noise -> rows of scores, by a named protocol."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation.metrics import METRICS, Metric, Scores, mse
from grainless.noise import Chain, Draw, NumpyDraw
from grainless.parts import choose

Array = NDArray[np.floating]
Denoise = Callable[[Array, float], Array]
"""(noisy (n, c, h, w) float32, sigma in full scales) -> denoised (n, c, h, w)."""

Corrupt = Callable[[Array, Draw], Array]
"""A noise: (clean (n, c, h, w), chance) -> noisy; its `str` names it."""

NOISY = "noisy"
"""The name of the first row of every table: the noisy images themselves."""

BATCH_PIXELS = 2**20

SIGMA_IS_TOLD = (
    "Classical denoisers are told the noise's true strength, RMS(noisy - clean) over the whole set, "
    "which favours them."
)


@dataclass(frozen=True)
class FieldDraw:
    """Chance as the field's reference code has it: doubles from numpy's RandomState, channels drawn last.

    Args:
        state: seeded anew for each image.
    """

    state: np.random.RandomState

    def normal(self, like: Array) -> Array:
        return self._channels_first(self.state.standard_normal, like)

    def uniform(self, like: Array) -> Array:
        return self._channels_first(self.state.random_sample, like)

    def poisson(self, rate: Array) -> Array:
        return np.moveaxis(self.state.poisson(np.moveaxis(rate, 1, -1)), -1, 1).astype(np.float64)

    @staticmethod
    def _channels_first(draw: Callable[..., Array], like: Array) -> Array:
        n, channels, height, width = like.shape
        return np.moveaxis(draw(size=(n, height, width, channels)), -1, 1)


@dataclass(frozen=True)
class Protocol:
    """How noise is drawn and what is scored.

    Args:
        about: a sentence to stand under every table.
        draw: (seed, index of the image) -> the chance of its noise.
        scored: what scores see of a denoised or clean image; white stays 1.
    """

    about: str
    draw: Callable[[int, int], Draw]
    scored: Callable[[Array], Array]


def _clamped(images: Array) -> Array:
    return np.clip(images, 0, 1)


def _bytes(images: Array) -> Array:
    return np.round(np.clip(images, 0, 1) * 255).astype(np.float64) / 255


PROTOCOLS: dict[str, Protocol] = {
    "float": Protocol(
        about="Protocol float: each image's noise comes from a generator of its own (seed, index); every "
        "output, the noisy image's too, is clamped to 0..1 and not rounded; peak 1; no border is cropped; "
        f"means over images. {SIGMA_IS_TOLD}",
        draw=lambda seed, index: NumpyDraw(np.random.default_rng([seed, index])),
        scored=_clamped,
    ),
    "field": Protocol(
        about="Protocol field: numpy's RandomState is seeded anew for each image and draws (h, w, c) "
        "doubles; every output, the noisy image's too, is clamped and rounded to 8 bits; peak 255; no border "
        f"is cropped; colour: all channels jointly; means over images. {SIGMA_IS_TOLD}",
        draw=lambda seed, index: FieldDraw(np.random.RandomState(seed)),
        scored=_bytes,
    ),
}


FEWEST = 3
"""Images from which an interval is given: that of two says only that two are too few."""


@dataclass(frozen=True)
class Score:
    """One metric of one denoiser.

    Args:
        values: (n,) one an image.
    """

    values: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Over images; infinite if one of them is."""
        with np.errstate(invalid="ignore"):  # inf and -inf together have no mean: nan
            return float(self.values.mean())

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the mean (Student's t over images); None for infinite values, or too few images."""
        n = len(self.values)
        if n < FEWEST or not np.isfinite(self.values).all():
            return None
        half = float(stdtrit(n - 1, 0.975) * self.values.std(ddof=1) / np.sqrt(n))
        return self.mean - half, self.mean + half

    def plain(self, *, per_image: bool = False) -> dict[str, Any]:
        """For JSON, which knows no infinity: what is not finite becomes None."""
        low, high = self.interval or (None, None)
        plain: dict[str, Any] = {"mean": _finite(self.mean), "low": low, "high": high}
        return plain | ({"values": [_finite(value) for value in self.values.tolist()]} if per_image else {})


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
        """Image `index`, noisy and clean: (c, h, w) float32 each."""
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
        squares = sum(float((mse(noisy, clean) * clean[0].size).sum()) for noisy, clean in self.batches())
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
        start = time.perf_counter()
        denoised = self.denoise(noisy, sigma)
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


def _unchanged(noisy: Array, sigma: float) -> Array:
    return noisy


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
