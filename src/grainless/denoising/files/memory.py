"""How much memory denoising an image takes, and budgets of it as people write them."""

import re
from dataclasses import dataclass
from pathlib import Path

import tifffile
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    WebPImagePlugin,
)
from PIL.ImageFile import ImageFile

from grainless.errors import InputError
from grainless.image.files import format_of
from grainless.model.card import Card
from grainless.model.denoiser import TILE

UNITS = {"B": 1} | {
    letter + kind: base**power
    for power, letter in enumerate("kMGT", 1)
    for kind, base in (("B", 1000), ("iB", 1024))
}

A_SAMPLE = 20
"""Bytes for each sample of an image that is read, denoised and written: the file's bytes, stored samples, floats,
padded floats, denoised floats, and what is rounded. Measured on 18 million samples, as growth of the peak beside the
model's own: 14 for PNG and JPEG of 8 bits, 17 for TIFF of 16 bits and of floats."""

A_SAMPLE_FILLED = 16
"""Bytes more for each sample of an image with alpha: what fills transparent pixels. Measured likewise: 13."""

LONGEST_SAMPLE = 4
"""Bytes of a sample as it is stored, at most."""

A_SAMPLE_ADAPTED = 32
"""Bytes more for each sample where a curve is fitted: along the curve, denoised there, and back; or the sum over the
ways to lay squares, what is added to it, half of that on its way to the size, and the result that it is mixed with."""

A_SAMPLE_AROUND = 16
"""Bytes more for each sample of each plane before and after the one that is denoised, where a model looks at such: its
stored samples, floats, and these beside each other, padded."""

RESERVE = 2**25
"""What the process takes besides that: threads, buffers, what onnxruntime's arena rounds up."""

LOOK = 2**25
"""And what the look at a whole image takes beyond the reserve: up to 60 MB in all, whatever its size. By rows it takes
less."""


HEADERS: dict[str, type[ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "PNM": PpmImagePlugin.PpmImageFile,
    "PFM": PpmImagePlugin.PpmImageFile,
}
"""format -> what reads its header. PIL.Image.open would warn of large images or refuse them: that is what we ask."""


@dataclass(frozen=True)
class Shape:
    """What a file's header says of its largest image."""

    height: int
    width: int
    samples: int
    alpha: bool

    @property
    def pixels(self) -> int:
        return self.height * self.width

    @property
    def bytes_a_pixel(self) -> int:
        return self.samples * (A_SAMPLE + A_SAMPLE_FILLED * self.alpha)


def parse(text: str, option: str = "--memory") -> int:
    """A budget in bytes: "500MB", "1.5 GiB". kB, MB, GB and TB are powers of 1000, kiB, MiB, GiB, TiB of 1024.

    Raises:
        InputError: it is no number with a unit, or no memory at all.

    >>> parse("1GB"), parse("0.5 KiB")
    (1000000000, 512)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)\s*", text, re.IGNORECASE)
    units = {unit.lower(): size for unit, size in UNITS.items()}
    size = int(float(found[1]) * units[found[2].lower()]) if found and found[2].lower() in units else 0
    if size < 1:
        raise InputError(f'{option} is "{text}": write a number and a unit, as in 500MB, 2GB or 1.5GiB.')
    return size


def in_words(size: float) -> str:
    """Bytes as people read them.

    >>> in_words(1_500_000_000), in_words(20_400_000)
    ('1.5 GB', '21 MB')
    """
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{-(-size // 10**6):.0f} MB"


def of_run(shape: tuple[int, int], card: Card) -> float:
    """Bytes that running a model of known `bytes_a_pixel` takes, by tiles where it can be tiled."""
    pixels = card.grown(shape[0]) * card.grown(shape[1])
    return (card.bytes_a_pixel or 0) * (min(pixels, TILE) if card.cutting(TILE) else pixels)


def of_whole(path: Path, card: Card, *, adapt: bool = False) -> float:
    """Bytes that denoising a file takes, image by image, each whole; 0: its header cannot be read."""
    shape = shape_of(path)
    if shape is None:
        return 0
    more = A_SAMPLE_ADAPTED * adapt + 2 * card.neighbours * A_SAMPLE_AROUND
    one = shape.pixels * (shape.bytes_a_pixel + more * shape.samples) + of_run(
        (shape.height, shape.width), card
    )
    return one + _other_pages(path, shape) + RESERVE + LOOK


def _other_pages(path: Path, largest: Shape) -> int:
    """Bytes of a file beside its largest image: all of it is read at once."""
    return max(0, path.stat().st_size - largest.pixels * largest.samples * LONGEST_SAMPLE)


def shape_of(path: Path) -> Shape | None:
    """The largest image of a file, from its header; None: nobody can read that, and reading it all will say so."""
    try:
        with tifffile.TiffFile(path) as tiff:
            return max((_of_page(page) for page in tiff.pages), key=lambda shape: shape.pixels)
    except Exception:  # no TIFF, or broken
        return _by_pillow(path)


def _of_page(page: tifffile.TiffPage) -> Shape:
    samples = page.samplesperpixel
    return Shape(page.imagelength, page.imagewidth, samples, samples in {2, 4})


def _by_pillow(path: Path) -> Shape | None:
    try:
        with HEADERS[format_of(path) or ""](path) as image:
            alpha = image.has_transparency_data
            samples = (1 if image.mode in {"1", "L", "LA", "I;16", "F", "I"} else 3) + alpha
            return Shape(image.height, image.width, samples, alpha)
    except Exception:  # broken, or no image
        return None
