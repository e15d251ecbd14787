"""Files are written whole or not at all."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ELOOP
from pathlib import Path
from secrets import token_hex

from grainless.errors import RunError

PRIVATE, ANY, GROUP = 0o600, 0o666, 0o070
"""Rights: of the owner alone, of any new file (the system takes off the umask), those of the group."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Lend a temporary path beside `path`; when the block ends well it takes `path`'s place, else it goes.

    What stood there gives the new file its mode, and where that is permitted its owner and group. A symbolic link
    stays: what it points to is written. The ending is kept, so that writers which look at it (Pillow, tifffile)
    work on the lent path.

    Args:
        path: where the file shall stand; missing folders are made.

    Raises:
        RunError: the system could not write (disk full, no permission), or `path` is no plain file, such as a
            device; it is as it was before.
    """
    lent = None
    try:
        place, before = _place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        lent = place.parent / f".{token_hex(8)}.tmp{path.suffix}"
        _make(lent, ANY if before is None else PRIVATE)
        yield lent
        _settle(lent, place, before)
    except OSError as error:
        raise RunError(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        if lent is not None:
            with suppress(OSError):  # the folder may be what could not be made
                lent.unlink(missing_ok=True)


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
        raise OSError(f"{'a folder' if stat.S_ISDIR(before.st_mode) else 'no plain file'} stands there")
    return place, before


def _make(path: Path, mode: int) -> None:
    """An empty new file. The umask is the system's to apply: a process can only ask for it by changing it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))


def _settle(lent: Path, place: Path, before: os.stat_result | None) -> None:
    """Move the finished file to its place, on the disk before it has its name."""
    with lent.open("rb+") as file:
        os.fsync(file.fileno())
    if before is not None:
        _take_over(lent, before)
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
