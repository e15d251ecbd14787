"""Files are written whole or not at all; and the lock that holds off others meanwhile."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EISDIR, ELOOP, ENOTDIR
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO

from grainless.errors import InputError, RunError

PRIVATE, ANY, GROUP = 0o600, 0o666, 0o070
"""Rights: of the owner alone, of any new file (the system takes off the umask), those of the group."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Lend a temporary path beside `path`; when the block ends well it takes `path`'s place, else it goes.

    What stood there gives the new file its mode, and where that is permitted its owner and group. A symbolic link
    stays: what it points to is written. The ending is kept, so that writers which look at it (Pillow, tifffile)
    work on the lent path.

    What a killed process left of the same file is removed by the next one that writes it.

    Args:
        path: where the file shall stand; missing folders are made.

    Raises:
        InputError: no file can ever stand there: `path` is a folder or a device, or lies in what is no folder.
        RunError: the system could not write (disk full, no permission); all is as it was before.
    """
    try:
        place, before = _place(path)
        make_folder(place.parent)
        with _made(place, path.suffix, ANY if before is None else PRIVATE) as (lent, held):
            try:
                yield lent
                _settle(lent, held, place, before)
            except BaseException:
                _drop(lent, held)
                raise
    except OSError as error:
        raise unwritten(path, error) from error


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
        raise InputError(
            f"{path} exists: choose another name, or allow it by --overwrite (in Python, overwrite=True)."
        )


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


def is_left_over(path: Path) -> bool:
    """Whether this is what a killed process left of a file that it was writing."""
    return path.name.startswith(".") and ".tmp" in path.suffixes


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with whole(path) as lent:
        lent.write_text(text, encoding="utf-8")


def _place(path: Path) -> tuple[Path, os.stat_result | None]:
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


if sys.platform == "win32":
    import msvcrt

    BEYOND = 2**30
    """Windows lets nobody else read what is locked, so a byte is locked that a small file does not have."""

    def take(file: IO) -> bool | None:
        """Take the lock of a small file if it is free; whether it was. It goes when the file is closed."""
        file.seek(BEYOND)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def take(file: IO) -> bool | None:
        """Take the lock of an open file if it is free; whether it was. None: this file system knows no locks.

        It goes when the file is closed, whichever way its process died.
        """
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True


@contextmanager
def _made(place: Path, ending: str, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
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


def _drop(lent: Path, held: BinaryIO) -> None:
    """Remove what was not finished, while it is still ours."""
    if sys.platform == "win32":
        held.close()
    with suppress(OSError):
        lent.unlink(missing_ok=True)


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


def _settle(lent: Path, held: BinaryIO, place: Path, before: os.stat_result | None) -> None:
    """Move the finished file to its place, on the disk before it has its name."""
    with lent.open("rb+") as file:
        os.fsync(file.fileno())
    if before is not None:
        _take_over(lent, before)
    if sys.platform == "win32":
        held.close()  # what is open cannot be moved there
    lent.replace(place)


def _take_over(path: Path, before: os.stat_result) -> None:
    """Give a file the owner, the group and the mode of another; rights of a group only if it is the same."""
    mode = stat.S_IMODE(before.st_mode)
    if sys.platform != "win32":
        now = path.stat()
        if now.st_uid != before.st_uid:
            with suppress(PermissionError):
                os.chown(path, before.st_uid, -1)
        if now.st_gid != before.st_gid:
            try:
                os.chown(path, -1, before.st_gid)
            except PermissionError:
                mode &= ~GROUP
    path.chmod(mode)
