"""CIFAR-10: the binary version, packed or not, or an .npz file. The Python version is pickle: not read."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from lzma import LZMAError
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

RECORD = 1 + 3 * 32 * 32
"""Bytes of a record: the label, then the red, the green and the blue plane."""

TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = "test_batch.bin"

ARCHIVE = Remote(
    "cifar10/cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ("https://www.cs.toronto.edu/~kriz/",),
)
FOLDERS = ("cifar10/cifar-10-batches-bin", "cifar-10-batches-bin")
ARCHIVES = (ARCHIVE.path, ARCHIVE.name)
NPZ = "cifar10/cifar10.npz"
PICKLES = tuple(
    room + name for name in ("cifar-10-batches-py", "cifar-10-python.tar.gz") for room in ("cifar10/", "")
)


@dataclass(frozen=True, kw_only=True)
class Cifar10:
    """CIFAR-10: 50,000 and 10,000 colour photographs of 32 x 32 in ten classes.

    Read from a folder `cifar-10-batches-bin`, from `cifar-10-binary.tar.gz` (fetched where there is nothing),
    or from `cifar10.npz` with x_train and x_test (n, 32, 32, 3) and y_train and y_test (n,), which may hold
    fewer images.

    Args:
        validation: images held out of the training images: below 1 a share, from 1 a number.
        limit: train on the first so many of those that remain, for a quick study; None: on all.
        seed: chooses which are held out.
        only: learn from this class alone, and hold back the same; the test has them all. None: from every class.

    Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """

    validation: Held = 0.1
    limit: Annotated[int, Ge(1)] | None = None
    seed: int = 0
    only: Annotated[int, Ge(0)] | None = None

    channels: ClassVar[int] = 3
    size: ClassVar[tuple[int, int]] = (32, 32)
    classes: ClassVar[tuple[str, ...]] = (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )

    def read(self, roots: DataRoots) -> Data:
        """Read it, from the roots or fetched.

        Raises:
            InputError: a file is not whole, or only the Python version is there.
            RunError: it lies nowhere and could not be fetched.
        """
        path = _place(roots)
        images, test = _read_npz(path) if path.suffix == ".npz" else _read_binary(path)
        train, validation = split(len(images), [self.validation], seed=self.seed, source=str(path))
        train, validation = (of_class(images, rows, self.only, "cifar10") for rows in (train, validation))
        return Data("cifar10", images.take(train[: self.limit]), images.take(validation), test, str(path))


def _place(roots: DataRoots) -> Path:
    """Where CIFAR-10 lies, in whichever form; fetched if in none."""
    for name in (*FOLDERS, *ARCHIVES, NPZ):
        if found := roots.find(name):
            return found
    for name in PICKLES:
        if found := roots.find(name):
            raise InputError(
                f"{found} is the Python version of CIFAR-10: pickle, which can run anything when it is read. "
                f"Put the binary version ({ARCHIVE.mirrors[0]}{ARCHIVE.name}) beside it."
            )
    return roots.files([ARCHIVE])[0]


def _read_binary(path: Path) -> tuple[Images, Images]:
    """The training and the test images of a folder or an archive."""
    batches = dict(_from_folder(path) if path.is_dir() else _from_archive(path))
    missing = [name for name in (*TRAIN, TEST) if name not in batches]
    if missing:
        raise InputError(f"{path} has no {', '.join(missing)}; unpack {ARCHIVE.name} there again.")
    return _images([batches[name] for name in TRAIN]), _images([batches[TEST]])


def _from_folder(path: Path) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    for name in (*TRAIN, TEST):
        if (file := path / name).exists():
            yield name, _records(file.read_bytes(), file)


def _from_archive(path: Path) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = Path(member.name).name
                if name in {*TRAIN, TEST} and (file := archive.extractfile(member)):
                    yield name, _records(file.read(), path / name)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise InputError(
            f"{path.name} cannot be read to its end ({error}). "
            f"Delete it and run again, or fetch it by hand into {path.parent}."
        ) from error


def _records(data: bytes, path: Path) -> NDArray[np.uint8]:
    """The records of a batch, (n, 3073)."""
    if len(data) % RECORD or not data:
        raise InputError(
            f"{path} holds {len(data):,} bytes, which is no whole number of images ({RECORD:,} bytes each); "
            f"it was probably not downloaded whole."
        )
    return np.frombuffer(data, np.uint8).reshape(-1, RECORD)


def _images(batches: Sequence[NDArray[np.uint8]]) -> Images:
    records = np.concatenate(batches)
    return Images.of(records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64))


def _read_npz(path: Path) -> tuple[Images, Images]:
    """The training and the test images of an .npz file."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("x_train", "y_train", "x_test", "y_test")}
    except KeyError as error:
        raise InputError(
            f"{path} has no array {error.args[0].split()[0]}; x_train, y_train, x_test and y_test are."
        ) from error
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, LZMAError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    train = _from_arrays(arrays["x_train"], arrays["y_train"], path)
    return train, _from_arrays(arrays["x_test"], arrays["y_test"], path)


def _from_arrays(pixels: NDArray, labels: NDArray, path: Path) -> Images:
    if pixels.shape[1:] != (32, 32, 3) or pixels.dtype != np.uint8 or labels.size != len(pixels):
        raise InputError(
            f"{path} holds images {pixels.shape} {pixels.dtype} with {labels.size} labels; "
            "(n, 32, 32, 3) uint8 with n labels were expected."
        )
    return Images.of(pixels.transpose(0, 3, 1, 2), labels.reshape(-1).astype(np.int64))
