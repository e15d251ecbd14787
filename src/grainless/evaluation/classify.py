"""What denoising is worth to a classifier: its accuracy on clean, noisy and denoised images."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from grainless.data.images import Data, Images
from grainless.errors import InputError
from grainless.evaluation.evaluate import NOISY, Array, Denoise, Task
from grainless.noise import Chain

LEARN_FROM = 10_000
"""Training images are this many at most: the classifier is a yardstick, not the subject."""


@dataclass(frozen=True)
class Accuracy:
    """The share of test images whose class was found.

    Args:
        images: what the classifier was shown: "clean", "noisy", or a denoiser's name.
        share: 0..1.
        interval: its 95 % interval.
    """

    images: str
    share: float
    interval: tuple[float, float]

    @classmethod
    def of(cls, images: str, hits: NDArray[np.bool_]) -> Self:
        """From what was found and what was not, with Wilson's interval.

        Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
        """
        n, share, z = len(hits), float(hits.mean()), 1.959964
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
        # At 0 and 1 the ends are the share itself, but for rounding.
        return cls(images, share, (min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))))

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "images": self.images,
            "accuracy": self.share,
            "low": self.interval[0],
            "high": self.interval[1],
        }


def classify(
    denoisers: Mapping[str, Denoise], data: Data, noise: Chain, *, seed: int = 0, limit: int | None = None
) -> list[Accuracy]:
    """Train a classifier on clean training images, and test it on clean, noisy and denoised test images.

    The classifier is scikit-learn's support vector machine with a Gaussian kernel (C = 10) on the pixels.

    Args:
        denoisers: by the name their row shall have.
        data: with labels.
        noise: what is put on the test images.
        seed: of the noise, and of the choice of training images.
        limit: only the first so many test images.

    Raises:
        InputError: the data have no labels, or all the same.
    """
    if data.train.labels is None or data.test.labels is None:
        raise InputError(f"{data.name} has no labels, so there is nothing to classify.")
    test = data.test if limit is None else data.test.take(np.arange(min(limit, len(data.test))))
    assert test.labels is not None
    classifier = _trained(data.train, seed)
    task = Task(test, noise, seed)
    noisy, clean = (np.concatenate(each) for each in zip(*task.batches(), strict=True))
    shown = {"clean": clean, NOISY: noisy}
    shown |= {name: denoise(noisy, task.sigma) for name, denoise in denoisers.items()}
    return [
        Accuracy.of(name, classifier.predict(_rows(images)) == test.labels) for name, images in shown.items()
    ]


def _trained(train: Images, seed: int) -> Any:
    from sklearn.svm import SVC

    chosen = np.random.default_rng(seed).permutation(len(train))[:LEARN_FROM]
    taken = train.take(chosen)
    assert taken.labels is not None
    if len(set(taken.labels.tolist())) < 2:
        raise InputError("The training images are all of one class, so there is nothing to classify.")
    return SVC(C=10).fit(_rows(taken.stack().astype(np.float32) / taken.white), taken.labels)


def _rows(images: Array) -> Array:
    """One row of pixels an image, 0..1: what lies beyond was noise."""
    return np.clip(images.reshape(len(images), -1), 0, 1)
