"""Which files of many hold the same bytes: what is learned from must not be judged by under another name."""

from collections import Counter
from collections.abc import Hashable, Sequence
from hashlib import sha256
from pathlib import Path

from grainless.image.source import bytes_of, readable


def groups(paths: Sequence[Path]) -> list[Hashable]:
    """A key for each file, equal for files of equal bytes; only those of one length are read.

    Raises:
        InputError: one cannot be read, such as a link that leads nowhere.
    """
    lengths = [_length(path) for path in paths]
    several = {length for length, count in Counter(lengths).items() if count > 1}
    return [
        sha256(bytes_of(path)).digest() if length in several else (length,)
        for path, length in zip(paths, lengths, strict=True)
    ]


def _length(path: Path) -> int:
    with readable(path):
        return path.stat().st_size
