"""Where files shall stand: whether something does already, their folders, and why one could not be written."""

import os
import stat
from errno import EISDIR, ELOOP, ENOTDIR
from pathlib import Path

from grainless.errors import InputError, RunError


def unwritten(path: Path, error: OSError) -> InputError | RunError:
    """That a file could not be written, and whose fault it is: the name's, or the world's."""
    kind = InputError if isinstance(error, NotADirectoryError | IsADirectoryError) else RunError
    return kind(f"{path} could not be written: {error.strerror or error}.")


def check_free(path: Path, *, overwrite: bool) -> None:
    """Refuse a name under which something stands already; a check before long work.

    Raises:
        InputError: something does, and `overwrite` is not set.
    """
    if not overwrite and os.path.lexists(path):
        raise taken(f"{path} exists")


def taken(what: str) -> InputError:
    """What is said where a name is refused because of what stands there, by every command and in Python."""
    return InputError(f"{what}: choose another name, or allow it by --overwrite.")


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where there is none.

    Raises:
        OSError: the system could not, or a file stands in the way, which is named: the system's own words for it
            are "File exists".
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise NotADirectoryError(ENOTDIR, f"{in_the_way(folder)} is no folder") from None


def in_the_way(path: Path) -> Path:
    """The nearest part of a path that is there."""
    return next(each for each in (path, *path.parents) if os.path.lexists(each))


def resolved(path: Path) -> tuple[Path, os.stat_result | None]:
    """Where links lead to, and what stands there."""
    place = Path(os.path.realpath(path))
    if place.is_symlink():
        raise OSError(ELOOP, os.strerror(ELOOP))
    try:
        before = place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return place, None
    if not stat.S_ISREG(before.st_mode):
        kind = "a folder" if stat.S_ISDIR(before.st_mode) else "no plain file"
        raise IsADirectoryError(EISDIR, f"{kind} stands there")
    return place, before
