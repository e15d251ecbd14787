"""One process trains a run at a time; a lock that its process's death opens, whichever way it died."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grainless.disk.lock import take
from grainless.disk.places import make_folder, unwritten
from grainless.errors import RunError


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold a lock for as long as the block runs.

    The file stays; only the system's lock on it counts, which goes with the process, also when that is killed. Where
    the file system knows no locks, none is held.

    Args:
        path: the lock's file; it says who holds it.
        what: is locked, for the message.

    Raises:
        InputError: its folder is none.
        RunError: another process, or another thread, holds it; or the file cannot be written.
    """
    try:
        make_folder(path.parent)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise unwritten(path, error) from error
    with file:
        if take(file) is False:
            raise RunError(
                f"{what} is being trained by another process ({_holder(file)}): wait for it, stop it, or give "
                "another --out."
            )
        _sign(file)
        yield


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip() or "unknown"


def _sign(file: IO[str]) -> None:
    """Write who holds it."""
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()}")
    file.flush()
