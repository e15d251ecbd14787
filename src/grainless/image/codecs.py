"""The formats of files: which are read, which are written, and what each can hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from grainless.errors import InputError, did_you_mean
from grainless.image.formats import bmp, jpeg, pfm, pnm, webp
from grainless.image.formats.animation import gif
from grainless.image.formats.png import png
from grainless.image.formats.tiff import tiff
from grainless.image.image import Image

READ: dict[str, Callable[[bytes, int], Iterator[Image]]] = {
    "PNG": png.decode,
    "JPEG": jpeg.decode,
    "TIFF": tiff.decode,
    "WebP": webp.decode,
    "GIF": gif.decode,
    "BMP": bmp.decode,
    "PNM": pnm.decode,
    "PFM": pfm.decode,
}
"""format -> (a file's bytes, the most pixels it may unpack to) -> its frames or pages."""


@dataclass(frozen=True)
class Written:
    """A format that is written.

    Args:
        write: images -> a file, one after the other; one alone if not `several`.
        endings: of its files.
        depths: bits of a sample that it can hold.
        alpha: it can hold transparency.
        premultiplied: it can hold colours that were multiplied by alpha.
        several: it can hold frames or pages.
        channels: 1 if it can hold grey, 3 if RGB.
        icc: it can hold a colour profile.
        exif: it can hold EXIF, and with it the orientation.
        levels: it can hold integers with a sign or of 32 bits.
        lossy: what is written is not, to the last bit, what is read again.
        animated: several images are frames that are shown one after the other, and no pages.
    """

    write: Callable[[Iterator[Image], BinaryIO], None]
    endings: tuple[str, ...]
    depths: tuple[int, ...] = (8,)
    alpha: bool = False
    premultiplied: bool = False
    several: bool = False
    channels: tuple[int, ...] = (1, 3)
    icc: bool = True
    exif: bool = True
    levels: bool = False
    lossy: bool = False
    animated: bool = False

    def lost(self, image: Image) -> Iterator[str]:
        """What of an image the format cannot hold."""
        if image.levels and not self.levels:
            yield "integers with a sign or of 32 bits"
        elif image.depth not in self.depths:
            yield f"{image.depth} bits a sample"
        if image.alpha is not None and not self.alpha:
            yield "transparency"
        if image.premultiplied and not self.premultiplied:
            yield "colours multiplied by alpha"
        if image.channels not in self.channels:
            yield "the colours"
        if image.metadata.icc and not self.icc:
            yield "the colour profile"
        if image.metadata.exif and not self.exif:
            yield "EXIF"


def _alone(encode: Callable[[Image], bytes]) -> Callable[[Iterator[Image], BinaryIO], None]:
    """The writer of a format whose files hold one image."""

    def write(images: Iterator[Image], file: BinaryIO) -> None:
        (image,) = images
        file.write(encode(image))

    return write


def _each(encode: Callable[[Image], bytes]) -> Callable[[Iterator[Image], BinaryIO], None]:
    """The writer of a format whose files hold images one behind the other."""

    def write(images: Iterator[Image], file: BinaryIO) -> None:
        for image in images:
            file.write(encode(image))

    return write


WRITTEN: dict[str, Written] = {
    "PNG": Written(png.write, (".png", ".apng"), depths=(8, 16), alpha=True, several=True, animated=True),
    "JPEG": Written(_alone(jpeg.encode), (".jpg", ".jpeg", ".jpe", ".jfif"), lossy=True),
    "TIFF": Written(
        tiff.write,
        (".tif", ".tiff"),
        depths=(8, 16, 32),
        alpha=True,
        premultiplied=True,
        several=True,
        levels=True,
    ),
    "WebP": Written(webp.write, (".webp",), alpha=True, several=True, animated=True),
    "GIF": Written(gif.write, (".gif",), alpha=True, several=True, exif=False, lossy=True, animated=True),
    "BMP": Written(_alone(bmp.encode), (".bmp", ".dib"), alpha=True, icc=False, exif=False),
    "PGM": Written(
        _each(pnm.encode), (".pgm",), depths=(8, 16), several=True, channels=(1,), icc=False, exif=False
    ),
    "PPM": Written(_each(pnm.encode_rgb), (".ppm",), depths=(8, 16), several=True, icc=False, exif=False),
    "PNM": Written(_each(pnm.encode), (".pnm",), depths=(8, 16), several=True, icc=False, exif=False),
    "PFM": Written(_alone(pfm.encode), (".pfm",), depths=(32,), icc=False, exif=False),
}
"""format -> how its files are written. PGM, PPM and PNM are one format when read: PNM."""


def format_for(ending: str, whole: object = None) -> str:
    """The format that files with this ending are written in, one of WRITTEN.

    Args:
        ending: with its dot, in any letters; a format's own name is taken, too.
        whole: what a message calls it, such as the path; else the ending itself.

    Raises:
        InputError: no format has this ending.

    >>> format_for(".JPEG"), format_for("TIFF")
    ('JPEG', 'TIFF')
    """
    if ending in WRITTEN:
        return ending
    by_ending = {each: form for form, written in WRITTEN.items() for each in written.endings}
    if ending.lower() not in by_ending:
        near = did_you_mean(ending.lower(), by_ending)
        name = whole or f'"{ending}"'
        raise InputError(f"{name} has no ending that is written{near}: {', '.join(by_ending)}.")
    return by_ending[ending.lower()]


def check_holds(form: str, image: Image, target: str, number: int) -> None:
    """Refuse to write an image into a format that would lose a part of it, or that holds no further one.

    Args:
        form: one of WRITTEN.
        image: what would be written.
        target: what a message calls the file.
        number: how many images were written into it before.

    Raises:
        InputError: something would be lost.
    """
    if number and not WRITTEN[form].several:
        able = [name for name, each in WRITTEN.items() if each.several]
        raise InputError(f"{target} would hold several images: {form} cannot; write {' or '.join(able[:2])}.")
    if lost := list(WRITTEN[form].lost(image)):
        able = [name for name, each in WRITTEN.items() if not list(each.lost(image))]
        raise InputError(
            f"{target} would lose {' and '.join(lost)} of {image.name}: {form} cannot hold it; "
            f"write {' or '.join(able[:2])}."
        )
