"""Images and files for tests of formats."""

import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from grainless.errors import InputError
from grainless.image.files import Metadata, frames, read, write_frames
from grainless.image.image import from_samples

PROFILE = b"a colour profile" * 5000  # longer than one segment of a JPEG
DTYPES = {8: np.uint8, 16: np.uint16, 32: np.float32}


def samples(depth, shape, seed=0):
    """Random stored samples of (h, w) or (h, w, s); the extremes are among them."""
    generator = np.random.default_rng(seed)
    if depth == 32:
        return generator.normal(0.5, 1, shape).astype(np.float32)
    white = np.iinfo(DTYPES[depth]).max
    return generator.choice([0, 1, white // 2, white - 1, white], shape).astype(DTYPES[depth])


def image(depth=8, shape=(6, 5, 3), **metadata):
    return from_samples(samples(depth, shape), metadata=Metadata(**metadata))


def photograph(size=64):
    """(h, w, 3) uint8, smooth: what JPEG is made for."""
    y, x = np.mgrid[:size, :size] / size
    return np.uint8(255 * np.stack([x, y, (x + y) / 2], axis=-1))


def exif(orientation=6):
    held = PIL.Image.Exif()
    held[271], held[272], held[274] = "Maker", "Model", orientation
    held[0x8769] = {0x829A: (1, 50), 0x8827: 6400, 0x9003: "2024:01:02 03:04:05"}
    held[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0)}
    return held.tobytes().removeprefix(b"Exif\0\0")


def entries(held):
    """What a reader finds in EXIF."""
    found = PIL.Image.Exif()
    found.load(held)
    return [
        {key: found[key] for key in (271, 272, 274)},
        dict(found.get_ifd(0x8769)),
        dict(found.get_ifd(0x8825)),
    ]


def chunk(kind, held):
    return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))


def png(width, height, bits, colour, *chunks):
    """A PNG file of a header and these chunks."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def saved(path, content):
    path.write_bytes(content)
    return path


def refusal(path, **options):
    """The one line that reading this file gives."""
    with pytest.raises(InputError) as caught:
        read(path, **options)
    line = str(caught.value)
    assert line.isprintable()
    assert Path(path).name in line
    return line


def again(path, ending=None):
    """The frames of a file, and those of what is written of them, in the same format."""
    before = list(frames(path))
    written = path.with_name(f"again{ending or path.suffix}")
    write_frames(before, written, overwrite=True)
    return before, list(frames(written))


def profile_of_inks():
    """A small ICC profile of CMYK: two grid points an ink, into Lab. Source: ICC.1:2001-04, section 6.5.7."""
    grid = [
        bytes([int(255 * (1 - k) * (1 - 0.3 * c - 0.35 * m - 0.05 * y)), 128 - 40 * c + 60 * m, 128 - 40 * c + 80 * y])
        for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)
    ]  # fmt: skip
    unit = struct.pack(">9i", 65_536, 0, 0, 0, 65_536, 0, 0, 0, 65_536)
    curves = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + unit + 4 * curves + b"".join(grid) + 3 * curves
    start = 128 + 4 + 12
    head = struct.pack(
        ">I4sI4s4s4s12s4s", start + len(table), b"", 0x02400000, b"prtr", b"CMYK", b"Lab ", b"", b"acsp"
    )
    light = struct.pack(">3i", 63_190, 65_536, 54_061)
    head = head.ljust(68, b"\0") + light
    return head.ljust(128, b"\0") + struct.pack(">I4sII", 1, b"A2B0", start, len(table)) + table
