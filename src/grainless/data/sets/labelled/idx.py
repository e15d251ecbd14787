"""MNIST and Fashion-MNIST: the idx format, gzipped or not."""

import zlib
from abc import ABC
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from grainless.data.find import DataRoots, Remote
from grainless.data.images import Data, Images
from grainless.data.sets.labelled.one_class import of_class
from grainless.data.split import Held, split
from grainless.errors import InputError

GZIP = b"\x1f\x8b"
KINDS = {1: "labels", 3: "images"}
"""Dimensions of an idx file -> what it holds."""


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The bytes of an idx file, gzipped or not (its name does not matter).

    The format: 0, 0, 8 (bytes), the number of dimensions; each dimension's length as a big-endian 32-bit
    integer; the values.

    Args:
        path: the file.
        dimensions: 3 for images (n, h, w), 1 for labels (n,).

    Raises:
        InputError: the file is no such thing, or not whole.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
    """
    data = _unpacked(path)
    start = 4 + 4 * dimensions
    if data[:3] != b"\0\0\x08" or len(data) < start:
        raise InputError(
            f"{path.name} is no idx file: it begins with {data[:4].hex(' ') or 'nothing'}. {_cure(path)}"
        )
    if data[3] != dimensions:
        held = KINDS.get(data[3], f"{data[3]} dimensions")
        raise InputError(f"{path.name} holds {held}, and {KINDS[dimensions]} were expected there.")
    shape = np.frombuffer(data, ">u4", dimensions, offset=4).tolist()
    each = int(np.prod(shape[1:]))
    there = (len(data) - start) // each if each else 0
    if there < shape[0]:
        raise InputError(
            f"{path.name} ends after {there:,} of {shape[0]:,} {KINDS[dimensions]}; "
            f"it was probably not downloaded whole. {_cure(path)}"
        )
    return np.frombuffer(data, np.uint8, shape[0] * each, offset=start).reshape(shape)


def _unpacked(path: Path) -> bytes:
    """The file's content; of a gzip file that ends early, as much as there is."""
    data = path.read_bytes()
    if not data.startswith(GZIP):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data)
    except zlib.error as error:
        raise InputError(f"{path.name} is damaged inside ({error}). {_cure(path)}") from error


def _cure(path: Path) -> str:
    return f"Delete it and run again, or fetch it by hand into {path.parent}."


def read_part(images: Path, labels: Path) -> Images:
    """Images with their labels.

    Raises:
        InputError: as `read_idx`, or there are not as many labels as images.
    """
    pixels, classes = read_idx(images, 3), read_idx(labels, 1)
    if len(pixels) != len(classes):
        raise InputError(
            f"{images.name} holds {len(pixels):,} images and {labels.name} {len(classes):,} labels: "
            f"they are not of one data set. Look into {images.parent}."
        )
    if pixels.shape[1:] != Idx.size:
        height, width = pixels.shape[1:]
        raise InputError(f"{images.name} holds images of {width} x {height}, and 28 x 28 were expected.")
    return Images.of(pixels[:, None], classes.astype(np.int64))


@dataclass(frozen=True, kw_only=True)
class Idx(ABC):
    """60,000 and 10,000 grey images of 28 x 28 in four idx files; the 10,000 are for the test alone.

    Args:
        validation: images held out of the training images: below 1 a share, from 1 a number.
        limit: train on the first so many of those that remain, for a quick study; None: on all.
        seed: chooses which are held out.
        only: learn from this class alone, and hold back the same; the test has them all. None: from every class.
    """

    validation: Held = 5000
    limit: Annotated[int, Ge(1)] | None = None
    seed: int = 0
    only: Annotated[int, Ge(0)] | None = None

    channels: ClassVar[int] = 1
    size: ClassVar[tuple[int, int]] = (28, 28)
    classes: ClassVar[tuple[str, ...]] = tuple(map(str, range(10)))
    name: ClassVar[str]
    files: ClassVar[tuple[Remote, ...]]

    def read(self, roots: DataRoots) -> Data:
        """Read the four files, from the roots or fetched.

        Raises:
            InputError: a file is not whole, or not what its name says.
            RunError: a file lies nowhere and could not be fetched.
        """
        train_images, train_labels, test_images, test_labels = roots.files(self.files)
        images = read_part(train_images, train_labels)
        train, validation = split(len(images), [self.validation], seed=self.seed, source=self.name)
        train, validation = (of_class(images, rows, self.only, self.name) for rows in (train, validation))
        test = read_part(test_images, test_labels)
        found = str(train_images.parent)
        return Data(self.name, images.take(train[: self.limit]), images.take(validation), test, found)


def _four(folder: str, mirrors: tuple[str, ...], *hashes: str) -> tuple[Remote, ...]:
    """The four files of a data set in MNIST's manner."""
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    paths = (f"{folder}/{name}-ubyte.gz" for name in names)
    return tuple(Remote(path, sha256, mirrors) for path, sha256 in zip(paths, hashes, strict=True))


class Mnist(Idx):
    """MNIST: handwritten digits.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998.
    """

    name = "mnist"
    files = _four(
        "mnist",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    )


class FashionMnist(Idx):
    """Fashion-MNIST: articles of clothing.

    Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", 2017, arXiv:1708.07747.
    """

    classes = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    name = "fashion-mnist"
    files = _four(
        "fashion-mnist",
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    )
