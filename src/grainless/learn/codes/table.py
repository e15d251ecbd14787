"""A table of codes: an image a row; written as .npz for programs or .csv for people."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.disk.whole import whole
from grainless.errors import InputError


@dataclass(frozen=True)
class Codes:
    """Codes of images.

    Args:
        codes: (n, k) float32.
        names: (n,) what each image is called.
        labels: (n,) the class of each, where the images have classes.
    """

    codes: NDArray[np.float32]
    names: tuple[str, ...]
    labels: NDArray[np.int64] | None = None

    def write(self, path: Path) -> None:
        """Write the table, by the ending of its name.

        .npz: arrays `codes` (n, k) float32, `names` (n,) text and, where there are classes, `labels` (n,); no pickle.
        .csv: a head, then `name`, `label` where there are classes, and the numbers of the code, each exact.

        Raises:
            InputError: the name has another ending.
            RunError: the file could not be written.
        """
        write = written_as(path)
        with whole(path) as lent:
            write(self, lent)


def written_as(path: Path) -> Callable[[Codes, Path], None]:
    """What writes a file of this name; asked for before long work.

    Raises:
        InputError: its ending is another.
    """
    if (ending := path.suffix.lower()) not in FORMATS:
        raise InputError(f"{path} has no ending that codes are written with: {', '.join(FORMATS)}.")
    return FORMATS[ending]


def _as_npz(table: Codes, path: Path) -> None:
    arrays: dict[str, NDArray] = {"codes": table.codes, "names": np.array(table.names, dtype=np.str_)}
    if table.labels is not None:
        arrays["labels"] = table.labels
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _as_csv(table: Codes, path: Path) -> None:
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    label = [] if table.labels is None else ["label"]
    rows.writerow(["name", *label, *(f"code_{number}" for number in range(table.codes.shape[1]))])
    for row, (name, code) in enumerate(zip(table.names, table.codes, strict=True)):
        known = [] if table.labels is None else [int(table.labels[row])]
        rows.writerow([name, *known, *map(str, code)])
    path.write_text(text.getvalue(), "utf-8")


FORMATS: dict[str, Callable[[Codes, Path], None]] = {".npz": _as_npz, ".csv": _as_csv}
"""The ending of a table's name -> what writes it."""
