"""Test images, clean and noisy, on which denoisers and classifiers are judged."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation.evaluate import Array, Task
from grainless.evaluation.metrics import METRICS
from grainless.learn.classifier.network import Classifier
from grainless.learn.classifier.teach import in_parts
from grainless.learn.recipe import Recipe


@dataclass(frozen=True)
class Judged:
    """Test images with labels; the same noise for all that is judged.

    Args:
        clean: (n, c, h, w), 0 = black, 1 = full scale.
        noisy: the same with noise.
        labels: (n,).
    """

    clean: Array
    noisy: Array
    labels: NDArray[np.int64]

    @classmethod
    def of(cls, images: Images, recipe: Recipe) -> Self:
        """With the recipe's noise, drawn from its seed.

        Raises:
            InputError: they have no labels.
        """
        batches = Task(images, recipe.noise(), recipe.seed).batches()
        noisy, clean = (np.concatenate(each) for each in zip(*batches, strict=True))
        if images.labels is None:
            raise InputError("The images have no labels, so there is nothing to classify.")
        return cls(clean, noisy, images.labels)

    def first(self, count: int) -> Self:
        """The first so many."""
        return type(self)(self.clean[:count], self.noisy[:count], self.labels[:count])

    def denoised(self, network: nn.Module) -> Array:
        """What a network makes of the noisy images."""
        denoised: Array = in_parts(network, torch.from_numpy(self.noisy)).numpy()
        return denoised

    def psnr(self, images: Array) -> float:
        """Mean PSNR of these, clamped to 0..1, in dB."""
        return float(METRICS["psnr"](np.clip(images, 0, 1), self.clean).mean())

    def accuracy(self, classifier: Classifier, images: Array) -> float:
        """The share of these whose class is found."""
        scores = in_parts(classifier, torch.from_numpy(images)).numpy()
        return float((scores.argmax(axis=1) == self.labels).mean())
