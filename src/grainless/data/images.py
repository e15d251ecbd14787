"""Many images in one buffer of bytes, whatever their sizes."""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from grainless.data.find import DataRoots

if TYPE_CHECKING:
    from grainless.data.shards.stream import Stream


@dataclass(frozen=True)
class Images:
    """Images of one number of channels, end to end in one buffer; the buffer may be a memory map.

    Args:
        buffer: (total,) unsigned integers, full scale is white. Image i is (channels, height, width) of it.
        heights: (n,) pixels.
        widths: (n,) pixels.
        channels: 1 grey, 3 RGB.
        labels: (n,) class of each image, where the data set has classes.
        names: what each image is called, where it has a file of its own.
        noisy: their noisy partners, image by image of the same size, where the data come in pairs; these
            images are then the clean ones.
        stream: where all of them come from, if they are too many for memory; these are then the first few.
    """

    buffer: NDArray[np.unsignedinteger]
    heights: NDArray[np.int64]
    widths: NDArray[np.int64]
    channels: int
    labels: NDArray[np.int64] | None = None
    names: tuple[str, ...] | None = None
    noisy: "Images | None" = None
    stream: "Stream | None" = None

    @classmethod
    def of(
        cls,
        images: Sequence[NDArray] | NDArray,
        labels: NDArray | None = None,
        names: Sequence[str] | None = None,
    ) -> Self:
        """Gather (c, h, w) images; an (n, c, h, w) array is taken as it is, without a copy."""
        shapes = np.array([image.shape for image in images], dtype=np.int64).reshape(-1, 3)
        if isinstance(images, np.ndarray):
            buffer = np.ascontiguousarray(images).reshape(-1)
        else:
            buffer = np.concatenate([np.ravel(image) for image in images] or [np.empty(0, np.uint8)])
        channels = int(shapes[0, 0]) if len(shapes) else 1
        named = None if names is None else tuple(names)
        return cls(buffer, shapes[:, 1], shapes[:, 2], channels, labels, named)

    def __len__(self) -> int:
        return len(self.heights)

    def __getitem__(self, index: int) -> NDArray[np.unsignedinteger]:
        """Image `index`, (c, h, w): a view."""
        start = self.offsets[index]
        shape = (self.channels, int(self.heights[index]), int(self.widths[index]))
        return self.buffer[start : start + int(np.prod(shape))].reshape(shape)

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """(n,) where each image starts in the buffer."""
        lengths = self.channels * self.heights * self.widths
        return np.asarray(np.cumsum(lengths) - lengths)

    @property
    def white(self) -> int:
        """The value of full scale: 255 for bytes."""
        return int(np.iinfo(self.buffer.dtype).max)

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) if all images share it, else None."""
        if len(self) and np.ptp(self.heights) == 0 and np.ptp(self.widths) == 0:
            return int(self.heights[0]), int(self.widths[0])
        return None

    @property
    def mapped(self) -> bool:
        """Whether the buffer is a memory map of a file, which may be larger than any memory."""
        return _map_under(self.buffer) is not None

    def stack(self) -> NDArray[np.unsignedinteger]:
        """(n, c, h, w), a view.

        Raises:
            ValueError: the images differ in size.
        """
        if self.size is None:
            raise ValueError(f"{len(self)} images of different sizes cannot be one array")
        return self.buffer.reshape(len(self), self.channels, *self.size)

    def take(self, indices: Sequence[int] | NDArray[np.int64]) -> Self:
        """The images of these indices, in this order: a copy in memory."""
        rows = np.asarray(indices, dtype=np.int64)
        labels = None if self.labels is None else self.labels[rows]
        names = None if self.names is None else [self.names[row] for row in rows]
        pixels = self.stack()[rows] if self.size and len(rows) else [self[row] for row in rows]
        noisy = None if self.noisy is None else self.noisy.take(rows)
        taken = replace(type(self).of(pixels, labels, names), noisy=noisy)
        self.release()
        return taken

    def floats(self, index: int) -> NDArray[np.float32]:
        """Image `index` as (c, h, w) float32, 0 = black, 1 = white."""
        image = self[index].astype(np.float32) / np.float32(self.white)
        self.release()
        return image

    def release(self) -> None:
        """Give back the memory through which a memory map was looked at; it is read anew when looked at again.

        The system does so by itself, but only when memory gets short.
        """
        if (memory := _map_under(self.buffer)) is not None and hasattr(mmap, "MADV_DONTNEED"):
            memory.madvise(mmap.MADV_DONTNEED)


@dataclass(frozen=True)
class Data:
    """A data set in its three parts. What is trained on, stopped by and judged by never overlap.

    Args:
        name: as the table calls it.
        train: what networks learn from.
        validation: held out of the training images: early stopping and the best model look at it.
        test: looked at once, at the end.
        found: where it was read from, for people.
    """

    name: str
    train: Images
    validation: Images
    test: Images
    found: str = ""

    @property
    def trained_on(self) -> int:
        """How many images there are to learn from."""
        return len(self.train.stream or self.train)

    @property
    def parts(self) -> dict[str, Images]:
        return {"train": self.train, "validation": self.validation, "test": self.test}


class DataSet(Protocol):
    """A data set not yet read: what is known of its images beforehand, and how to read it.

    `channels` is 1 (grey) or 3 (RGB). `size` is (height, width) if all images share it, else None.
    """

    @property
    def channels(self) -> int: ...

    @property
    def size(self) -> tuple[int, int] | None: ...

    def read(self, roots: DataRoots) -> Data:
        """Read it, from where `roots` finds its files."""
        ...


def _map_under(array: object) -> mmap.mmap | None:
    """The memory map that an array, or what it is a view of, lies in."""
    while isinstance(array, np.ndarray):
        array = array.base
    return array if isinstance(array, mmap.mmap) else None
