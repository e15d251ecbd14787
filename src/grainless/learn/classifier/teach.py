"""Teaching a classifier, with or without the denoiser before it."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.classifier.lessons import SHARE, Lesson
from grainless.learn.classifier.network import Classifier

BATCH, RATE = 64, 1e-3
AT_ONCE = 500


def new_classifier(images: Images, seed: int) -> Classifier:
    """One that has learned nothing yet.

    Raises:
        InputError: the images have no labels, all the same, or several sizes.
    """
    if images.labels is None:
        raise InputError("The images have no labels, so there is nothing to classify.")
    if len(set(images.labels.tolist())) < 2:
        raise InputError("The training images are all of one class, so there is nothing to classify.")
    if images.size is None or min(images.size) < 4:
        raise InputError(
            "The classifier takes images of one size, of 4 x 4 pixels or more, and these are not."
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classes = int(images.labels.max()) + 1
        return Classifier(channels=images.channels, size=images.size, classes=classes)


def teach(classifier: Classifier, lesson: Lesson, images: Images, *, epochs: int, seed: int) -> None:
    """Train by Adam on cross-entropy, and what the lesson adds; both are changed in place.

    Args:
        classifier: of these images.
        lesson: what it is shown.
        images: clean, with labels.
        epochs: each image is shown once an epoch.
        seed: of the order and the noise.
    """
    learning = [classifier, *([lesson.taught] if lesson.taught else [])]
    adam = torch.optim.Adam(
        [weight for each in learning for weight in each.parameters()], lr=RATE, fused=True
    )
    for epoch in range(epochs):
        noise = TorchDraw.seeded(seed, epoch, 1)
        for clean, labels in _batches(images, TorchDraw.seeded(seed, epoch, 0)):
            shown = lesson(clean, noise)
            wrong = F.cross_entropy(classifier(shown.images), labels)
            loss = wrong if shown.loss is None else shown.loss + SHARE * wrong
            adam.zero_grad()
            torch.autograd.backward(loss)
            adam.step()
    for each in learning:
        each.eval()


def _batches(images: Images, draw: TorchDraw) -> Iterator[tuple[Tensor, Tensor]]:
    """Each image once, in a new order, with its label."""
    order = torch.randperm(len(images), generator=draw.generator)
    for rows in torch.split(order, BATCH):
        taken = images.take(rows.numpy())
        yield floats(taken), torch.from_numpy(taken.labels)


def floats(images: Images) -> Tensor:
    """Images of one size, (n, c, h, w), 0 = black, 1 = full scale."""
    return torch.from_numpy(images.stack().astype(np.float32) / images.white)


@torch.no_grad()
def in_parts(network: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """What a network makes of many images, some at a time."""
    return torch.cat([network(part) for part in torch.split(images, AT_ONCE)])
