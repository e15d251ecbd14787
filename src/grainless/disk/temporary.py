"""A temporary file beside a place; what a killed process left of one goes when the same is written again."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from grainless.disk.lock import take


@contextmanager
def made(place: Path, ending: str, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside a place, open and locked while it is lent; the umask is the system's to apply.

    Its name comes from the place, so that whoever writes there next finds what a killed process left: nobody holds
    it. Who writes the same file at the same time takes the next name.
    """
    name = sha256(os.fsencode(place.name)).hexdigest()[:16]
    number = 0
    while True:
        lent = place.parent / f".{name}-{number}.tmp{ending}"
        try:
            held = os.fdopen(os.open(lent, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "rb+")
        except FileExistsError:
            number += not _swept(lent)
            continue
        with held:
            if _locked(held) is not False and _is_at(held, lent):
                yield lent, held
                return


def drop(lent: Path, held: BinaryIO) -> None:
    """Remove what was not finished, while it is still ours."""
    if sys.platform == "win32":
        held.close()
    with suppress(OSError):
        lent.unlink(missing_ok=True)


def is_left_over(path: Path) -> bool:
    """Whether this is what a killed process left of a file that it was writing."""
    return path.name.startswith(".") and ".tmp" in path.suffixes


def _swept(lent: Path) -> bool:
    """Remove a file that nobody holds; whether it is gone."""
    try:
        if sys.platform == "win32":
            lent.unlink(missing_ok=True)  # refused while it is open
            return True
        with lent.open("rb") as file:
            if not (_locked(file) and _is_at(file, lent)):
                return False
            lent.unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _locked(file: BinaryIO) -> bool | None:
    """Take the lock of a lent file if it is free. On Windows that it is open is lock enough."""
    return True if sys.platform == "win32" else take(file)


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Whether this is still the file of that name: it may have been moved or removed before it was locked."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
