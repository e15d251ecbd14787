"""Classifiers: what is denoising worth to a classifier that learns on clean, noisy or denoised images, or jointly?

Source: Singhal, "Use autoencoders to denoise images", Pluralsight, 2020, suggests to combine the two and does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t

from grainless.data.images import Images
from grainless.evaluation.figures.pictures import strip
from grainless.learn.classifier.judged import Judged
from grainless.learn.classifier.lessons import LESSONS
from grainless.learn.classifier.taught import Taught, taught
from grainless.learn.networks.network import Network
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.page import rows_table, shown
from grainless.learn.studies.study import Study

EPOCHS = 3
"""Of teaching a classifier."""

PICTURES = 10

ABOUT = """A small convolutional classifier (two convolutions, max pooling, 64 features) is taught
by four lessons: on *clean* training images, on *noisy* ones, on what the trained denoiser makes of
noisy ones (*denoised*), and *jointly*: denoiser and classifier go on learning together, the loss
being the denoiser's own and a tenth of the cross-entropy. Each is then tested on clean test images,
on noisy ones, and on what its denoiser makes of the noisy ones. In the last row that is the
denoiser that learned jointly: its PSNR says what the classifier's wish costs.

In the first row one sees what denoising is worth to a classifier that never saw noise; the second
is what can be had with no denoiser at all, tested on noisy images."""


@dataclass(frozen=True)
class Mean:
    """A mean over seeds.

    Args:
        value: the mean.
        half: half of its 95 % interval by Student's t; None: of one seed there is none.
    """

    value: float
    half: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Mean":
        """Of one value a seed.

        >>> Mean.of([0.5])
        Mean(value=0.5, half=None)
        >>> round(Mean.of([0.4, 0.6]).half, 3)
        1.271
        """
        n = len(values)
        if n < 2:
            return cls(float(values[0]), None)
        error = float(np.std(values, ddof=1) / np.sqrt(n))
        return cls(float(np.mean(values)), float(t.ppf(0.975, n - 1)) * error)


@dataclass(frozen=True)
class Classifiers:
    """What was found.

    Args:
        title: the denoiser's recipe, its data and its noise.
        noisy: PSNR of the noisy test images.
        scores: lesson -> what its classifier was shown ("clean", "noisy", "denoised") -> its accuracy a seed.
        psnr: lesson -> PSNR of the denoised test images a seed.
        figure: test images: clean, noisy, denoised by the denoiser, and by the one that learned jointly.
    """

    title: str
    noisy: float
    scores: dict[str, dict[str, list[float]]]
    psnr: dict[str, list[float]]
    figure: Path

    def rows(self) -> list[dict[str, Any]]:
        """A row a lesson: means over seeds, with half of their intervals."""
        rows = []
        for lesson, seen in self.scores.items():
            means = {name: Mean.of(values) for name, values in seen.items()}
            halves = {f"{name} ±": mean.half for name, mean in means.items()}
            rows.append(
                {"taught on": lesson, **{name: mean.value for name, mean in means.items()}, **halves}
                | {"PSNR of denoised": Mean.of(self.psnr[lesson]).value}
            )
        return rows

    def parts(self, page: Path) -> list[str]:
        """What stands on a page, for one data set."""
        seeds = len(self.psnr["clean"])
        means = (
            f"means over {seeds} seeds, ± half the 95 % interval (Student's t)" if seeds > 1 else "one seed"
        )
        return [
            f"## {self.title}",
            f"Accuracy on the test images; {means}. PSNR of the noisy images: {self.noisy:.2f} dB.",
            rows_table(self.rows()),
            shown(
                self.figure,
                page,
                "Test images: clean, noisy, denoised by the denoiser alone, and by the one that learned jointly",
            ),
        ]


def classifiers(
    study: Study, recipe: str, changes: list[str], *, seeds: int, epochs: int = EPOCHS
) -> Classifiers:
    """Train the denoiser once a seed, and teach a classifier by each lesson.

    Args:
        study: where the runs lie; classifiers taught already are reused.
        recipe: of a denoiser on images with labels, of one size.
        changes: lines of it to change.
        seeds: how many: the recipe's own, and those after it.
        epochs: of teaching.

    Raises:
        InputError: the recipe has mistakes, or its images have no labels.
    """
    chosen = Recipe.load(recipe, changes)
    data = chosen.data(study.roots)
    test = Judged.of(data.test, chosen)
    scores: dict[str, dict[str, list[float]]] = {lesson: {} for lesson in LESSONS}
    psnr: dict[str, list[float]] = {lesson: [] for lesson in LESSONS}
    for seed in range(chosen.seed, chosen.seed + seeds):
        run = study.run(recipe, [*changes, *([f"seed={seed}"] if seed != chosen.seed else [])])
        found = _all_taught(study.folder, run, data.train, epochs, seed)
        for lesson, each in found.items():
            denoised = test.denoised(each.denoiser)
            psnr[lesson].append(test.psnr(denoised))
            for name, images in {"clean": test.clean, "noisy": test.noisy, "denoised": denoised}.items():
                scores[lesson].setdefault(name, []).append(test.accuracy(each.classifier, images))
    figure = study.folder / f"{chosen.name}-{data.name}-classifiers.png"
    _draw(test, {name: found[name].denoiser for name in ("denoised", "jointly")}, figure)
    title = f"{chosen.name} on {data.name}, noise {chosen.noise()}"
    return Classifiers(title, test.psnr(test.noisy), scores, psnr, figure)


def _all_taught(folder: Path, run: Run, train: Images, epochs: int, seed: int) -> dict[str, Taught]:
    """Lesson -> what it leaves."""
    place = folder / "classifiers" / run.path.name
    return {
        lesson: taught(run, train, lesson, place / f"{lesson}-{epochs}.safetensors", epochs=epochs, seed=seed)
        for lesson in LESSONS
    }


def _draw(test: Judged, denoisers: dict[str, Network], path: Path) -> None:
    """The first test images by each."""
    few = test.first(PICTURES)
    rows = {"clean": few.clean, "noisy": few.noisy}
    rows |= {name: few.denoised(denoiser) for name, denoiser in denoisers.items()}
    scale = max(1, 64 // few.clean.shape[-1])
    strip([list(images) for images in rows.values()], path, labels=list(rows), scale=scale)
