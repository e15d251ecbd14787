"""Images as rows of a CSV file, gzipped or not, in the form Kaggle gives Fashion-MNIST and MNIST."""

import gzip
import zlib
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, ClassVar, TextIO

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.data.sets.labelled.one_class import of_class
from grainless.data.split import Held, split
from grainless.disk.whole import whole
from grainless.errors import InputError, counted

CHUNK = 2000
"""Rows read at a time: bounds the memory that text takes."""

DIGITS = 18
"""So many a number may have: 64 bits hold them."""

Side = Annotated[int, Ge(1)]


@dataclass(frozen=True, kw_only=True)
class Csv:
    """CSV: a header, then a label and the pixels (0..255, row by row) of one grey image a line.

    With one file, the held-out rows are shared evenly between validation and test; what is trained on is
    the rest, untouched: 80 : 20 by default, as such files are commonly split. With a `test_file`, they are
    all for validation.

    Args:
        file: the CSV file, as a path or below a data folder.
        test_file: a second one, for the test.
        size: (height, width) of an image.
        holdout: rows held out of `file`: below 1 a share, from 1 a number.
        seed: chooses which are held out.
        only: learn from this class alone, and hold back the same; the test has them all. None: from every class.
    """

    file: Path
    test_file: Path | None = None
    size: tuple[Side, Side] = (28, 28)
    holdout: Held = 0.2
    seed: int = 0
    only: Annotated[int, Ge(0)] | None = None

    channels: ClassVar[int] = 1

    def read(self, roots: DataRoots) -> Data:
        """Read the file or both.

        Raises:
            InputError: there is no such file, or a line is wrong (its number is told).
        """
        path = roots.locate(self.file)
        images = read_csv(path, self.size)
        train, held = split(len(images), [self.holdout], seed=self.seed, source=path.name)
        if self.test_file:
            other = roots.locate(self.test_file)
            if other.resolve() == path.resolve():
                raise InputError(f"file and test_file are both {path}; what is trained on is no test.")
            validation, test = images.take(held), read_csv(other, self.size)
        elif len(held) < 2:
            raise InputError(
                f"{path.name} has {counted(len(images), 'image')}, 1 of them held out; validation and test need "
                "one each: set holdout to 2 or more, or give a test_file."
            )
        else:
            validation, test = (
                images.take(held[part]) for part in split(len(held), [0.5], seed=self.seed, source="holdout")
            )
        held_back = np.arange(len(validation))
        return Data(
            "csv",
            images.take(of_class(images, train, self.only, path.name)),
            validation.take(of_class(validation, held_back, self.only, path.name)),
            test,
            str(path),
        )


def read_csv(path: Path, size: tuple[int, int]) -> Images:
    """All rows of the file as images with labels. A first line that is no row of numbers is the header.

    Args:
        path: the file, gzipped or not.
        size: (height, width) of an image.

    Raises:
        InputError: the file is empty, cannot be read, or a line is wrong (its number is told).
    """
    rows, columns = bytearray(), 1 + size[0] * size[1]
    labels: list[NDArray] = []
    with closing(_lines(path)) as lines:
        number = 1
        while chunk := list(islice(lines, CHUNK)):
            if number == 1 and not _is_whole(chunk[0].partition(",")[0]):
                chunk[0] = ""
            values = _values(chunk, columns)
            if values is None:
                raise InputError(f"{path.name}: {_blame(chunk, number, size)}.")
            labels.append(values[:, 0])
            rows += values[:, 1:].astype(np.uint8).tobytes()
            number += len(chunk)
    if not rows:
        wanted = f"a header, then a label and {columns - 1:,} pixels a line, were expected"
        raise InputError(f"{path.name} holds no images; {wanted}.")
    return Images.of(np.frombuffer(rows, np.uint8).reshape(-1, 1, *size), np.concatenate(labels))


def first_rows(path: Path, count: int) -> list[list[str]]:
    """The first `count` lines, cut at the commas: the header and the first rows, for a look at the file."""
    with closing(_lines(path)) as lines:
        return [line.strip().split(",") for line in islice(lines, count)]


def _lines(path: Path) -> Generator[str]:
    """The lines of a text file, gzipped or not."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a CSV file.")
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        opened: TextIO = (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig", errors="replace")
        with opened:
            yield from opened
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{path.name} cannot be read to its end: {why}.") from error


def _values(lines: Sequence[str], columns: int) -> NDArray[np.int64] | None:
    """The numbers of these lines, (n, columns), empty lines left out; None if any is wrong."""
    lines = [line for line in lines if line.strip()]
    if not lines:
        return np.empty((0, columns), np.int64)
    try:
        values = np.loadtxt(lines, np.int64, delimiter=",", comments=None, ndmin=2)
    except ValueError:
        return None
    pixels = values[:, 1:]
    right = values.shape[1] == columns and pixels.min() >= 0 and pixels.max() <= 255
    return values if right else None


def _blame(lines: Sequence[str], first: int, size: tuple[int, int]) -> str:
    """What is wrong with the first wrong one of these lines; `first` is the number of the first line."""
    columns = 1 + size[0] * size[1]
    number, line = next((n, line) for n, line in enumerate(lines, first) if _values([line], columns) is None)
    label, *pixels = (cell.strip() for cell in line.split(","))
    if len(pixels) != columns - 1:
        wanted = f"{columns - 1:,} were expected ({size[1]} x {size[0]})"
        return f"line {number} has {len(pixels):,} pixels, {wanted}"
    if not label:
        return f"line {number} has no label"
    if not _is_whole(label):
        return f'line {number} has the label "{label}", a whole number was expected'
    column, pixel = next((n, pixel) for n, pixel in enumerate(pixels, 1) if not _is_byte(pixel))
    return f'line {number}, pixel {column} is "{pixel}", a whole number from 0 to 255 was expected'


def _is_whole(text: str) -> bool:
    digits = text.strip().removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= DIGITS


def _is_byte(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text) <= 255


def write_csv(path: Path, images: Images) -> None:
    """Write images with labels in Kaggle's form: a header, then label and pixels a line; gzipped if the name says so.

    Args:
        path: of the file; written whole or not at all.
        images: grey, of one size, with labels.

    Raises:
        ValueError: they have no labels.
        RunError: the system could not write.
    """
    if images.labels is None:
        raise ValueError("rows of a CSV begin with a label, and these images have none")
    words = [str(value) for value in range(images.white + 1)]
    rows = images.stack().reshape(len(images), -1)
    pack = gzip.open if path.suffix == ".gz" else open
    with whole(path) as lent, pack(lent, "wt", encoding="ascii", newline="\n") as file:
        file.write(",".join(["label", *(f"pixel{number + 1}" for number in range(rows.shape[1]))]) + "\n")
        for label, row in zip(images.labels, rows, strict=True):
            file.write(f"{label}," + ",".join([words[value] for value in row]) + "\n")
