"""Many image files into one buffer: in memory, or decoded once into a cache on the disk."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.data.decode import decode_all, head, in_bytes, in_used_bits
from grainless.data.images import Images
from grainless.disk.whole import whole, write_text

Type = np.dtype[np.unsignedinteger]

Files = tuple[Path, ...]
"""An image's, and perhaps its partner's."""

FORMAT = 3
"""Of the cache: another number makes it anew."""


def gather(
    paths: Sequence[Path],
    channels: int,
    *,
    partners: Sequence[Path] | None = None,
    cache: Path | None = None,
) -> Images:
    """Decode files into one buffer, uint16 if all have 16 bits, else uint8; in full scales of the bits that are used.

    Args:
        paths: the files, in the order of the images.
        channels: 1 grey, 3 RGB.
        partners: a file for each, which is in the same scale: the bits that both use count.
        cache: a folder. The images are then decoded once, one by one, into a .npy file there, which is read as a
            memory map; a .json file beside it holds their sizes. Both are named by what the sources are: their
            paths, lengths and times.

    Raises:
        InputError: a file cannot be read.
        RunError: the cache could not be written; it is as it was before.
    """
    files = list(zip(paths, *((partners,) if partners else ()), strict=True))
    if cache is None:
        return _in_memory(files, channels)
    name = _name(files, channels)
    try:
        return _cached(cache, name, channels)
    except (OSError, ValueError, KeyError):  # not there, or not whole
        _write(cache, name, files, channels)
        return _cached(cache, name, channels)


def plan(paths: Sequence[Path], channels: int) -> tuple[Type, int]:
    """What one buffer for all these files is: its type, and how many values it holds; nothing is decoded."""
    heads = [head(path) for path in paths]
    dtype: type[np.unsignedinteger] = np.uint16 if all(each.depth == 16 for each in heads) else np.uint8
    return np.dtype(dtype), channels * sum(each.width * each.height for each in heads)


def _decoded(files: Sequence[Files], channels: int, dtype: Type) -> Iterator[NDArray[np.unsignedinteger]]:
    """The images one by one; 16-bit ones rounded to bytes if that is the type."""
    for file, *partners in files:
        each = next(decode_all(file, channels))
        beside = [next(decode_all(path, channels)) for path in partners if each.bits]
        image, *_ = in_used_bits([each, *beside])
        yield in_bytes(image) if dtype.itemsize == 1 else image


def _in_memory(files: Sequence[Files], channels: int) -> Images:
    paths = [path for path, *_ in files]
    dtype, total = plan(paths, channels)
    buffer = np.empty(total, dtype)
    sizes, end = [], 0
    for image in _decoded(files, channels, dtype):
        buffer[end : end + image.size] = image.ravel()
        end += image.size
        sizes.append(image.shape[1:])
    return _images(buffer, sizes, channels, [path.name for path in paths])


def _write(cache: Path, name: str, files: Sequence[Files], channels: int) -> None:
    """Decode into the cache; the index comes last, so that where it stands all is there."""
    paths = [path for path, *_ in files]
    dtype, total = plan(paths, channels)
    sizes = []
    with whole(cache / f"{name}.npy") as lent, lent.open("wb") as file:
        shape = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (total,)}
        np.lib.format.write_array_header_1_0(file, shape)
        for image in _decoded(files, channels, dtype):
            file.write(image.tobytes())
            sizes.append(image.shape[1:])
    index = {"names": [path.name for path in paths], "sizes": sizes}
    write_text(cache / f"{name}.json", json.dumps(index))


def _cached(cache: Path, name: str, channels: int) -> Images:
    """What the cache holds under this name."""
    index = json.loads((cache / f"{name}.json").read_text("utf-8"))
    # "c": torch wants memory that could be written; what is written never reaches the file
    buffer = np.load(cache / f"{name}.npy", mmap_mode="c", allow_pickle=False)
    return _images(buffer, index["sizes"], channels, index["names"])


def _images(
    buffer: NDArray[np.unsignedinteger], sizes: Sequence[Sequence[int]], channels: int, names: Sequence[str]
) -> Images:
    heights, widths = np.array(sizes, np.int64).T
    return Images(buffer, heights, widths, channels, names=tuple(names))


def _name(files: Sequence[Files], channels: int) -> str:
    """A name of what the files are and what is made of them; another file or another time is another name."""
    sources = [
        (str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for each in files for path in each
    ]
    return sha256(json.dumps([FORMAT, channels, sources]).encode()).hexdigest()[:32]
