"""Batches out of shards: the same images at the same step, whenever the training was stopped between."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grainless.data.shards.stream import Sample, Stream, stacked
from grainless.errors import InputError
from grainless.learn.batches.batches import floats, steps_for
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.pairs import Scene


class StreamedWhole:
    """Every image once an epoch, whole, in a new order.

    Args:
        stream: images of one size.
        batch: images a step; the last step of an epoch may have fewer.
        seed: of the order.
        device: where batches go.
    """

    def __init__(self, stream: Stream, *, batch: int, seed: int, device: torch.device | str = "cpu") -> None:
        self.batch = batch
        self.steps = ceil(len(stream) / batch)
        self._stream, self._device, self._images = stream, device, len(stream)
        self._reader = stream.reader(seed)

    def __call__(self, draw: TorchDraw, epoch: int = 1) -> Iterator[Scene]:
        end = epoch * self._images
        for first in range(end - self._images, end, self.batch):
            samples = self._reader.span(first, min(self.batch, end - first))
            sides = [stacked(samples, role) for role in range(len(samples[0]))]
            yield _scene(sides, self._stream.white, self._device)

    def close(self) -> None:
        """Stop reading ahead."""
        self._reader.close()


class StreamedCrops:
    """Random square crops, flipped and turned, of images of any sizes.

    A batch is drawn of the next `stream.window` images, and the window moves on as fast as about as many pixels were
    shown as the images have: it is a function of the step, not of what was read before. With `steps`, an epoch is a
    piece of a pass, and the next one goes on where it ended.

    Args:
        stream: images, each at least `crop` pixels a side.
        batch: crops a step.
        crop: pixels a side.
        steps: batches an epoch; None: a whole pass.
        seed: of the order.
        device: where batches go.

    Raises:
        InputError: an image is smaller than a crop.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        batch: int,
        crop: int,
        steps: int | None = None,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        if stream.least < crop:
            raise InputError(
                f"train.crop is {crop}, and a side of an image is {stream.least}; take at most {stream.least}."
            )
        self.batch, self.crop = batch, crop
        self._pass = steps_for(stream.pixels, batch, crop)
        self.steps = steps or self._pass
        self._stream, self._device, self._window = stream, device, stream.window
        self._reader = stream.reader(seed)

    def __call__(self, draw: TorchDraw, epoch: int = 1) -> Iterator[Scene]:
        before = (epoch - 1) * self.steps
        for step in range(before, before + self.steps):
            window = self._reader.span(step * len(self._stream) // self._pass, self._window)
            sides = self._cut(window, draw.generator)
            yield _scene(sides, self._stream.white, self._device)

    def close(self) -> None:
        """Stop reading ahead."""
        self._reader.close()

    def _cut(self, window: Sequence[Sample], generator: torch.Generator) -> list[NDArray[np.unsignedinteger]]:
        """The crops of a batch, of each side."""
        chosen = torch.randint(len(window), (self.batch,), generator=generator).tolist()
        chances = torch.rand(self.batch, 5, generator=generator, dtype=torch.float64).tolist()
        cut = [
            [_crop(side, self.crop, *chance) for side in window[at]]
            for at, chance in zip(chosen, chances, strict=True)
        ]
        return [np.stack(side) for side in zip(*cut, strict=True)]


def _crop(
    image: NDArray[np.unsignedinteger],
    side: int,
    down: float,
    across: float,
    upside: float,
    mirrored: float,
    swapped: float,
) -> NDArray[np.unsignedinteger]:
    """A square of (c, h, w), in one of the eight ways that it can lie; each chance is U(0, 1)."""
    _, height, width = image.shape
    top, left = int(down * (height - side + 1)), int(across * (width - side + 1))
    cut = image[:, top : top + side, left : left + side]
    turned = cut[:, :: -1 if upside < 0.5 else 1, :: -1 if mirrored < 0.5 else 1]
    return turned.swapaxes(1, 2) if swapped < 0.5 else turned


def _scene(sides: Sequence[NDArray[np.unsignedinteger]], white: int, device: torch.device | str) -> Scene:
    return Scene(*(floats(_tensor(side).to(device), white) for side in sides))


def _tensor(values: NDArray[np.unsignedinteger]) -> Tensor:
    return torch.from_numpy(values.view(np.int16) if values.itemsize > 1 else values)
