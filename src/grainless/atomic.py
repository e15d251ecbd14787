"""Files are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grainless.errors import RunError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Lend a temporary path beside `path`; when the block ends well it takes `path`'s place, else it goes.

    The ending is kept, so that writers which look at it (Pillow, tifffile) work on the lent path.

    Args:
        path: where the file shall stand; missing folders are made.

    Raises:
        RunError: the system could not write (disk full, no permission); `path` is as it was before.
    """
    lent = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=".", suffix=f".tmp{path.suffix}", dir=path.parent)
        os.close(number)
        lent = Path(name)
        yield lent
        _settle(lent, path)
    except OSError as error:
        raise RunError(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        if lent is not None:
            lent.unlink(missing_ok=True)


def is_left_over(path: Path) -> bool:
    """Whether this is what a killed process left of a file that it was writing."""
    return path.name.startswith(".") and ".tmp" in path.suffixes


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with whole(path) as lent:
        lent.write_text(text, encoding="utf-8")


def _settle(lent: Path, path: Path) -> None:
    """Move the finished file to its place, on the disk before it has its name."""
    with lent.open("rb+") as file:
        os.fsync(file.fileno())
    mask = os.umask(0)
    os.umask(mask)
    lent.chmod(0o666 & ~mask)  # mkstemp makes files that only their owner may read
    lent.replace(path)
