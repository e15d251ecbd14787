"""Files that broke: an image or one line, never a crash or a warning, in bounded time and memory.

What can be read is written back in its own format, and then either comes back, or is refused in one line, too.
A few hundred in every run. For thousands:

    GRAINLESS_MUTATIONS=20000 python -m pytest tests/image/test_mutations.py

The real files of $GRAINLESS_DATA/awkward are broken, too, if they are there.
"""

import os
import struct
import sys
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from small_files import small_files

from grainless.errors import InputError
from grainless.image.files import decode, encode, format_of, frames

COUNT = int(os.environ.get("GRAINLESS_MUTATIONS", "300"))
LONGEST = 5.0  # seconds for one small file on a slow machine
LARGEST = 400  # MiB that all of them may add to the process
PIXELS = 1_000_000
NUMBERS = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF]
LIBPNG = "PNG warning: IDAT: "
"""What libpng says itself where all pixels are there and the end of their stream is broken; nothing can stop it."""
KEPT = 30_000  # bytes of the largest real file to break


def originals():
    found = small_files()
    folder = Path(os.environ.get("GRAINLESS_DATA", "/nowhere")) / "awkward"
    if folder.is_dir():
        real = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".csv"}
        found |= {name: data for name, data in real.items() if len(data) <= KEPT}
    return found


def changed_bytes(data, generator):
    for place in generator.integers(0, len(data), generator.integers(1, 6)):
        data[place] = generator.integers(256)


def changed_in_the_head(data, generator):
    for place in generator.integers(0, min(len(data), 200), generator.integers(1, 4)):
        data[place] = generator.integers(256)


def an_extreme_number(data, generator):
    form = generator.choice(["<H", ">H", "<I", ">I"])
    place = generator.integers(0, max(1, len(data) - 4))
    value = int(generator.choice(NUMBERS)) & (0xFFFF if form[1] == "H" else 0xFFFFFFFF)
    data[place : place + struct.calcsize(form)] = struct.pack(form, value)


def cut_off(data, generator):
    del data[generator.integers(1, len(data)) :]


def cut_out(data, generator):
    start = generator.integers(0, len(data))
    del data[start : start + generator.integers(1, 50)]


def doubled(data, generator):
    start, length = generator.integers(0, len(data)), generator.integers(1, 200)
    data[start:start] = data[start : start + length]


def swapped(data, generator):
    one, other = generator.integers(0, len(data), 2)
    data[one : one + 16], data[other : other + 16] = data[other : other + 16], data[one : one + 16]


WAYS = [changed_bytes, changed_in_the_head, an_extreme_number, cut_off, cut_out, doubled, swapped]


def checked_again(data):
    """A PNG whose checksums are true: else all that is broken would be found there."""
    at = 8
    while data.startswith(b"\x89PNG") and at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if at + 12 + length > len(data):
            break
        data[at + 8 + length : at + 12 + length] = struct.pack(
            ">I", zlib.crc32(data[at + 4 : at + 8 + length])
        )
        at += 12 + length


def mutant(data, generator):
    broken = bytearray(data)
    for way in generator.choice(WAYS, generator.integers(1, 4)):
        if len(broken) > 8:
            way(broken, generator)
    if generator.random() < 0.9:
        checked_again(broken)
    return bytes(broken)


def peak():
    """MiB that this process has needed at most; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def outcome(path):
    """Reads all of a file and writes it back; the one line, if it is refused."""
    try:
        images = list(frames(path, max_pixels=PIXELS))
        for image in images:
            assert image.pixels.dtype == np.float32
            assert np.isfinite(image.pixels).all()
        written = encode(images, format_of(path))
    except InputError as error:
        return str(error)
    before = [
        (image.size, image.channels, image.depth) for image in images if image.metadata.duration is None
    ]
    after = [(image.size, image.channels, image.depth) for image in decode(written)]
    assert before in [after, []]  # of equal frames of an animation WebP makes one, and GIF knows no grey
    return ""


@pytest.mark.parametrize("name", small_files())
def test_the_originals_are_whole(tmp_path, name):
    (tmp_path / name).write_bytes(small_files()[name])
    assert outcome(tmp_path / name) == ""


def test_broken_files_give_an_image_or_one_line(tmp_path, capfd, recwarn):
    files, before = originals(), peak()
    told = set()
    warnings.simplefilter("always")  # as errors they would be taken for those of decoders
    for number in range(COUNT):
        name = sorted(files)[number % len(files)]
        generator = np.random.default_rng(number)
        path = tmp_path / name
        path.write_bytes(mutant(files[name], generator))
        start = time.perf_counter()
        line = outcome(path)
        told.add(line[-20:])
        assert time.perf_counter() - start < LONGEST, (name, number)
        assert line.isprintable(), (name, number)
        assert len(line) < 300, (name, number)
    assert len(told) > 5
    assert peak() - before < LARGEST
    assert [str(each.message) for each in recwarn] == []
    said = capfd.readouterr().err.splitlines()
    assert [line for line in said if not line.startswith(LIBPNG)] == []
