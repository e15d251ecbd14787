"""Files are written whole or not at all."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from grainless.disk.places import make_folder, resolved, unwritten
from grainless.disk.temporary import drop, made

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
        place, before = resolved(path)
        make_folder(place.parent)
        with made(place, path.suffix, ANY if before is None else PRIVATE) as (lent, held):
            try:
                yield lent
                _settle(lent, held, place, before)
            except BaseException:
                drop(lent, held)
                raise
    except OSError as error:
        raise unwritten(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with whole(path) as lent:
        lent.write_text(text, encoding="utf-8")


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
