"""Noise drawn once, before training, as if the noisy images had been written down: every epoch shows the same ones.

A network can then learn the noise by heart, as those of publications could that made one noisy set and fitted it.
"""

import math
import mmap
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

import torch
from torch import Tensor

from grainless.data.images import Images
from grainless.errors import RunError
from grainless.learn.batches.batches import Whole, one_pass
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.methods import Method
from grainless.learn.methods.pairs import Pair, Scene

BLOCK = 256
"""Images whose noise has one seed. No option: an image's noise must not depend on the batch that shows it."""

FIXED = 2**31 + 1  # in the place of an epoch's number


class Fixed:
    """A training set's pairs, made once; they lie on the disk as 32-bit floats, and memory holds a batch of them.

    Drawn again for each image from a seed of its own they would need no disk, but one call of the noise for each
    image of each epoch, which takes over ten times as long as a call for a batch.

    Args:
        batches: whole images; they say which are shown together, and in which order.
        images: the same.
        method: makes the pairs.
        seed: of the noise. Equal seeds show equal images in every epoch, every training, every batch.
        device: where noise is drawn, and where batches go.

    Raises:
        RunError: the folder for temporary files could not take them.
    """

    def __init__(
        self, batches: Whole, images: Images, method: Method, *, seed: int, device: torch.device
    ) -> None:
        self._batches, self._device = batches, device
        try:
            with ExitStack() as held:
                files: dict[str, IO[bytes]] = {}
                shapes: dict[str, tuple[int, ...]] = {}
                for number, scene in enumerate(one_pass(images, batch=BLOCK, multiple=1, device=device)):
                    pair = method(scene, TorchDraw.seeded(seed, FIXED, number, device=device))
                    for name, part in _made(pair, scene).items():
                        if name not in files:
                            files[name] = held.enter_context(tempfile.TemporaryFile())
                            shapes[name] = tuple(part.shape[1:])
                        files[name].write(part.cpu().contiguous().numpy().tobytes())
                self._kept = {name: _Kept(file, shapes[name]) for name, file in files.items()}
        except OSError as error:
            raise RunError(
                f"train.fixed_noise keeps the noisy images in {tempfile.gettempdir()}, and they could not be written: "
                f"{error.strerror or error}."
            ) from error

    def __call__(self, draw: TorchDraw) -> Iterator[Pair]:
        """An epoch's pairs, in an order chosen by `draw`, a CPU draw."""
        for rows in self._batches.rows(draw):
            kept = {name: part.at(rows).to(self._device) for name, part in self._kept.items()}
            clean = self._batches.at(rows).clean
            yield Pair(**{"shown": clean, "wanted": clean} | kept)


def _made(pair: Pair, scene: Scene) -> dict[str, Tensor]:
    """What of a pair must be kept: all but the clean images that the data hold anyway."""
    parts = pair._asdict()
    return {name: part for name, part in parts.items() if part is not None and part is not scene.clean}


class _Kept:
    """Tensors of one shape mapped from a file that has no name, so that nothing stays of it."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...]) -> None:
        file.flush()
        self._memory = mmap.mmap(file.fileno(), 0)
        self._values = torch.frombuffer(self._memory, dtype=torch.float32).reshape(-1, math.prod(shape))
        self._shape = shape

    def at(self, rows: Tensor) -> Tensor:
        """(n, c, h, w), with the channels last in memory, as all batches."""
        found = self._values[rows].reshape(-1, *self._shape)
        if hasattr(mmap, "MADV_DONTNEED"):  # what was read for this batch is not kept in memory
            self._memory.madvise(mmap.MADV_DONTNEED)
        return found.contiguous(memory_format=torch.channels_last)
