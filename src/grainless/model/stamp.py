"""What tells a file from others, and from itself as it was before it was written anew."""

from pathlib import Path

from grainless.errors import InputError

Stamp = tuple[str, int, int, int]


def stamp(path: Path) -> Stamp:
    """Equal for a file as long as it stays the same: its place, time, size and number.

    Raises:
        InputError: there is no such file.
    """
    try:
        facts = path.stat()
    except OSError:
        raise InputError(f"{path}: no such model file.") from None
    return str(path.resolve()), facts.st_mtime_ns, facts.st_size, facts.st_ino
