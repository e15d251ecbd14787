"""The bytes of an image: those given, or a file's."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grainless.disk.places import in_the_way
from grainless.errors import InputError, nearest
from grainless.image.reason import reason

BYTES = "the image"
"""What messages call an image that came as bytes."""

Source = bytes | bytearray | memoryview | str | Path


def bytes_of(source: Source, most: int | None = None) -> bytes:
    """All of a file, or no more than its first so many bytes.

    Raises:
        InputError: there is no such file, it is none, or it cannot be read.
    """
    if not isinstance(source, str | Path):
        return bytes(source[:most])
    path = Path(source)
    with readable(path):
        _check_plain(path)
        with path.open("rb") as file:
            return file.read(most)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What the system says of a file that is looked at meanwhile, in one line.

    Raises:
        InputError: there is no such file, it is none, or it cannot be read.
    """
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: no such file{_neighbour(path)}.") from None
    except NotADirectoryError:
        raise InputError(f"{path}: no such file; {in_the_way(path)} is no folder.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: give an image file.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {reason(error)}.") from error


def _check_plain(path: Path) -> None:
    """Refuse what is read only once, never ends, or waits for somebody: pipes, devices, sockets.

    Raises:
        InputError: it is one of these.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        raise InputError(f"{path} is {kind}: give an image file.")


def _neighbour(path: Path) -> str:
    """The file in the same folder whose name is nearest, its ending aside: that is the same of all."""
    try:
        there = {each.stem: each.name for each in path.parent.iterdir() if each.name != path.name}
    except OSError:
        return ""
    near = nearest(path.stem, there)
    return f' (did you mean "{there[near]}"?)' if near else ""
