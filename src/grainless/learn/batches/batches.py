"""From images in memory to batches on the device: no per-image Python, so that batches cost next to nothing."""

from collections.abc import Iterator
from math import ceil, inf, prod
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.pairs import Scene

AT_ONCE = 2**22
"""Pixels of whole images that are shown together, at most: 32 feature maps of them are half a gigabyte."""


class Batches(Protocol):
    """Batches for an epoch of training."""

    batch: int
    steps: int

    def __call__(self, draw: TorchDraw, epoch: int = 1) -> Iterator[Scene]:
        """The `steps` batches of an epoch, counted from 1, chosen by `draw`, a CPU draw."""

    def close(self) -> None:
        """No more are asked for."""


class Whole:
    """Every image once an epoch, whole, in a new order: for data sets whose images share one size.

    Args:
        images: of one size, with their noisy partners where the data have such.
        batch: images a step; the last step of an epoch may have fewer.
        device: where batches go. The bytes are moved there once, if they lie in memory and there is room.
    """

    def __init__(self, images: Images, *, batch: int, device: torch.device | str = "cpu") -> None:
        self.batch = batch
        self.steps = ceil(len(images) / batch)
        self._images = len(images)
        place = _place(images, device)
        self._sides = [_Bytes(part, place, device, part.stack().shape) for part in _sides(images)]

    def __call__(self, draw: TorchDraw, epoch: int = 1) -> Iterator[Scene]:
        for rows in self.rows(draw):
            yield self.at(rows)

    def rows(self, draw: TorchDraw) -> Iterator[Tensor]:
        """The numbers of the images of each batch."""
        yield from torch.split(torch.randperm(self._images, generator=draw.generator), self.batch)

    def at(self, rows: Tensor) -> Scene:
        """The images of these numbers."""
        return Scene(*(side.at(rows) for side in self._sides))

    def close(self) -> None:
        """Nothing is open."""


class Crops:
    """Random square crops, flipped and turned, of images of any sizes.

    A batch is one gather from the buffer: crops, flips and turns are arithmetic on indices, so that a buffer
    on the disk (a memory map) is read only where it is looked at.

    Args:
        images: each at least `crop` pixels a side, with their noisy partners where the data have such.
        batch: crops a step.
        crop: pixels a side.
        steps: batches an epoch; None: as many as show about as many pixels as the images have.
        device: as of `Whole`.

    Raises:
        InputError: an image is smaller than a crop.
    """

    def __init__(
        self,
        images: Images,
        *,
        batch: int,
        crop: int,
        steps: int | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.batch = batch
        self.crop = crop
        areas = images.heights * images.widths
        self.steps = steps or steps_for(int(areas.sum()), batch, crop)
        for height, width in zip(images.heights, images.widths, strict=True):
            if min(height, width) < crop:
                raise InputError(
                    f"train.crop is {crop}, and an image is {width} x {height}; take at most {min(height, width)}."
                )
        place = _place(images, device)
        self._images = _sides(images)
        self._sides = [_Bytes(part, place, device) for part in self._images]
        self._heights = torch.from_numpy(images.heights)
        self._widths = torch.from_numpy(images.widths)

    def __call__(self, draw: TorchDraw, epoch: int = 1) -> Iterator[Scene]:
        for _ in range(self.steps):
            chosen, inside = self._squares(draw.generator)
            places = (_places(part, chosen, inside) for part in self._images)
            yield Scene(*(side.at(where) for side, where in zip(self._sides, places, strict=True)))

    def close(self) -> None:
        """Nothing is open."""

    def _squares(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """The images of a batch of crops, (n,), and indices into a channel of each, (n, 1, crop, crop)."""
        chosen = torch.randint(len(self._heights), (self.batch,), generator=generator)
        heights, widths = self._heights[chosen], self._widths[chosen]
        chance = torch.rand(5, self.batch, generator=generator, dtype=torch.float64)
        top = (chance[0] * (heights - self.crop + 1)).long()
        left = (chance[1] * (widths - self.crop + 1)).long()
        rows, columns = _turned(self.crop, chance[2:] < 0.5)
        return chosen, (_each(top) + rows) * _each(widths) + _each(left) + columns


def _places(images: Images, chosen: Tensor, inside: Tensor) -> Tensor:
    """Indices into the buffer of images, (n, c, crop, crop); one side may have more channels than the other."""
    areas = torch.from_numpy(images.heights * images.widths)[chosen]
    channels = torch.arange(images.channels)[None, :, None, None] * _each(areas)
    return _each(torch.from_numpy(images.offsets)[chosen]) + channels + inside


def steps_for(pixels: int, batch: int, crop: int) -> int:
    """Steps in which crops show about so many pixels."""
    return max(1, ceil(pixels / (batch * crop * crop)))


def one_pass(
    images: Images,
    *,
    batch: int,
    multiple: int,
    most: int | None = None,
    device: torch.device | str = "cpu",
) -> Iterator[Scene]:
    """Every image once, whole, in order: as batches where all share one size, else one by one.

    Args:
        images: with their noisy partners where the data have such.
        batch: images at once, at most.
        multiple: sides are cut down to multiples of it.
        most: pixels a side; of a longer side the middle is taken. None: whole sides.
        device: where batches go.
    """
    rows = batch if images.size else 1
    if images.size:
        rows = max(1, min(rows, AT_ONCE // prod(min(side, most or side) for side in images.size)))
    for start in range(0, len(images), rows):
        taken = images.take(np.arange(start, min(start + rows, len(images))))
        yield Scene(*(_cut(part, multiple, most).to(device) for part in _sides(taken)))


def _cut(images: Images, multiple: int, most: int | None) -> Tensor:
    stack = images.stack()
    sides = stack.shape[-2:]
    height, width = (min(side, most or side) // multiple * multiple for side in sides)
    top, left = ((side - most) // 2 if most and side > most else 0 for side in sides)
    cut = _tensor(images).reshape(stack.shape)[..., top : top + height, left : left + width]
    return floats(cut, images.white)


def _turned(side: int, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column indices of n squares, each in one of the eight ways a square can lie, (n, 1, side, side).

    Args:
        side: pixels a side.
        turns: (3, n) booleans: upside down, mirrored, rows and columns swapped.
    """
    line = torch.arange(side)
    down, across = torch.meshgrid(line, line, indexing="ij")
    upside, mirrored, swapped = (_each(turn) for turn in turns)
    rows = torch.where(upside, side - 1 - down, down)
    columns = torch.where(mirrored, side - 1 - across, across)
    rows, columns = (torch.where(swapped, lines.transpose(-1, -2), lines) for lines in (rows, columns))
    return rows, columns


def _each(values: Tensor) -> Tensor:
    return values[:, None, None, None]


def _place(images: Images, device: torch.device | str) -> torch.device:
    """Where the bytes lie: on the device, but for a memory map and for more than half of what is free there."""
    device = torch.device(device)
    sides = _sides(images)
    fits = sum(side.buffer.nbytes for side in sides) <= free_memory(device) / 2
    return device if fits and not any(side.mapped for side in sides) else torch.device("cpu")


def free_memory(device: torch.device) -> float:
    """Bytes that an accelerator has left; without end where it does not tell, and on the CPU: nothing is copied."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else inf


class _Bytes:
    """Images as the integers they are stored as; what is looked up becomes full scales.

    Args:
        images: their buffer is shared, not copied, where the place is the CPU.
        place: where the bytes lie and the look-up happens.
        device: where what was looked up goes.
        shape: of the buffer; None: flat.
    """

    def __init__(
        self,
        images: Images,
        place: torch.device,
        device: torch.device | str,
        shape: tuple[int, ...] | None = None,
    ) -> None:
        self._images, self._device = images, device
        self._values = _tensor(images).to(place)
        if shape:
            self._values = self._values.reshape(shape)

    def at(self, places: Tensor) -> Tensor:
        found = self._values[places.to(self._values.device)]
        values = floats(found.to(self._device), self._images.white)  # integers travel: a quarter of the bytes
        self._images.release()  # what a memory map has read for this batch is not kept
        return values


def _sides(images: Images) -> list[Images]:
    """The clean images, and their noisy partners where there are such."""
    return [images, images.noisy] if images.noisy is not None else [images]


def _tensor(images: Images) -> Tensor:
    """The buffer as a tensor that shares its memory; 16 bits as signed ones: torch looks up in no others."""
    buffer = images.buffer.view(np.int16) if images.buffer.itemsize > 1 else images.buffer
    return torch.from_numpy(buffer if buffer.flags.writeable else buffer.copy())


def floats(values: Tensor, white: int) -> Tensor:
    """Stored integers as full scales; those of 16 bits come as signed ones."""
    if values.dtype == torch.int16:
        values = values.int().bitwise_and_(0xFFFF)  # without the sign that they were lent
    layout = torch.channels_last if values.ndim == 4 else torch.contiguous_format
    return values.to(torch.float32, memory_format=layout).mul_(1 / white)
