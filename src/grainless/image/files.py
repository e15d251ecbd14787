"""Files <-> images, with everything that must survive. Nothing is lost or overwritten silently."""

import os
import struct
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import BinaryIO

from grainless.atomic import whole
from grainless.errors import InputError, RunError, did_you_mean
from grainless.image.formats import bmp, jpeg, pfm, pnm, webp
from grainless.image.formats.animation import gif
from grainless.image.formats.png import png
from grainless.image.formats.signatures import RAW, kind_of
from grainless.image.formats.tiff import tiff
from grainless.image.image import Image, Metadata, Refused

__all__ = [
    "MAX_PIXELS",
    "READ",
    "WRITTEN",
    "Image",
    "Metadata",
    "check_output",
    "frames",
    "read",
    "write",
    "write_frames",
]

MAX_PIXELS = 200_000_000
"""More than this in one file is taken for a decompression bomb."""

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


MISLED = (ArithmeticError, AttributeError, LookupError, TypeError)
"""What decoders raise when a file's numbers mislead them; their words would mislead a person."""


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


def _alone(encode: Callable[[Image], bytes]) -> Callable[[Iterator[Image], BinaryIO], None]:
    """The writer of a format whose files hold one image."""

    def write(images: Iterator[Image], file: BinaryIO) -> None:
        (image,) = images
        file.write(encode(image))

    return write


WRITTEN: dict[str, Written] = {
    "PNG": Written(png.write, (".png", ".apng"), depths=(8, 16), alpha=True, several=True),
    "JPEG": Written(_alone(jpeg.encode), (".jpg", ".jpeg", ".jpe", ".jfif")),
    "TIFF": Written(
        tiff.write, (".tif", ".tiff"), depths=(8, 16, 32), alpha=True, premultiplied=True, several=True
    ),
    "WebP": Written(webp.write, (".webp",), alpha=True, several=True),
    "GIF": Written(gif.write, (".gif",), alpha=True, several=True, exif=False),
    "BMP": Written(_alone(bmp.encode), (".bmp", ".dib"), alpha=True, icc=False, exif=False),
    "PGM": Written(_alone(pnm.encode), (".pgm",), depths=(8, 16), channels=(1,), icc=False, exif=False),
    "PPM": Written(_alone(pnm.encode_rgb), (".ppm",), depths=(8, 16), icc=False, exif=False),
    "PNM": Written(_alone(pnm.encode), (".pnm",), depths=(8, 16), icc=False, exif=False),
    "PFM": Written(_alone(pfm.encode), (".pfm",), depths=(32,), icc=False, exif=False),
}


def read(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> Image:
    """Read the only image of a file. Arguments and errors are those of `frames`.

    Raises:
        InputError: it cannot be read, or holds several images.
    """
    images = frames(path, max_pixels=max_pixels)
    image = next(images)
    if next(images, None) is not None:
        raise InputError(f"{image.name} holds several frames or pages: give a file of one image.")
    return image


def frames(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> Iterator[Image]:
    """Read every frame or page of an image file, one after the other, each when it is asked for.

    Pixels stay as they are stored: an EXIF orientation is kept beside them, not applied. What belongs to the
    whole file (profile, text, loops, notes on an animation) stands in the first frame; a page of a TIFF has its own.

    Args:
        path: the file, of a format of READ; a still image is one frame.
        max_pixels: refuse a file whose frames have more together, before they are unpacked.

    Raises:
        InputError: there is no such file, it is broken, no image, or of a kind that we do not take. What is
            broken in a later frame is told when it is asked for.
        RunError: there was not enough memory.
    """
    path = Path(path)
    data = _bytes(path)
    kind = _kind(data, path)
    return _named(READ[kind](data, max_pixels), kind, path)


def write(image: Image, path: str | Path, *, overwrite: bool = False) -> None:
    """Write an image file. Arguments and errors are those of `write_frames`."""
    write_frames([image], path, overwrite=overwrite)


def write_frames(images: Iterable[Image], path: str | Path, *, overwrite: bool = False) -> None:
    """Write an image file of the format that the ending names, see WRITTEN; whole or not at all.

    Integers are clipped to 0..1 and rounded to the nearest; floats are stored as they are.

    Args:
        images: what to write, taken one after the other; depth, alpha and metadata go with each.
        path: where; missing folders are made.
        overwrite: replace a file that stands there.

    Raises:
        InputError: a file stands there, no format has this ending, or the format cannot hold the images.
        RunError: the system could not write.
    """
    path = Path(path)
    form = check_output(path, overwrite=overwrite)
    name = path.name

    def checked() -> Iterator[Image]:
        nonlocal name
        number = -1
        for number, image in enumerate(images):
            if not isinstance(image, Image):
                raise InputError(
                    f"What is written is a grainless.Image, as read gives it, not {type(image).__name__}: "
                    "arrays and PIL images are saved by their own libraries."
                )
            name = image.name
            _check_holds(form, image, path, number)
            yield image
        if number < 0:
            raise InputError(f"{path.name} would hold no image: none was given.")

    try:
        with whole(path) as lent, lent.open("w+b") as file:
            WRITTEN[form].write(checked(), file)
    except Refused as error:
        raise InputError(f"{name} {error}.") from error


def check_output(path: str | Path, *, overwrite: bool = False) -> str:
    """The name of the format that `path` would be written in; a check before long work, too.

    Raises:
        InputError: no format has this ending, a folder stands there, or a file and `overwrite` is not set.
    """
    path = Path(path)
    ending = path.suffix.lower()
    by_ending = {each: form for form, written in WRITTEN.items() for each in written.endings}
    if ending not in by_ending:
        near = did_you_mean(ending, by_ending)
        raise InputError(f"{path} has no ending that is written{near}: {', '.join(by_ending)}.")
    if path.is_dir():
        raise InputError(f"{path} is a folder: give the name of a file.")
    if not overwrite and os.path.lexists(path):
        raise InputError(
            f"{path} exists: choose another name, or allow it by --overwrite (in Python, overwrite=True)."
        )
    return by_ending[ending]


def _bytes(path: Path) -> bytes:
    """All of a file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file{_neighbour(path)}.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: give an image file.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {_lower(error)}.") from error
    if not data:
        raise InputError(f"{path.name} is empty.")
    return data


def _neighbour(path: Path) -> str:
    """The file in the same folder whose name is nearest."""
    try:
        return did_you_mean(
            path.name, [each.name for each in path.parent.iterdir() if each.name != path.name]
        )
    except OSError:
        return ""


def _kind(data: bytes, path: Path) -> str:
    """The format of a file's bytes, one of READ.

    Raises:
        InputError: another format, or no image.
    """
    kind = kind_of(data, path.suffix.lower())
    if kind is None:
        raise InputError(f"{path.name} is no image that Grainless reads: {', '.join(READ)}.")
    if kind not in READ:
        cure = "develop it to a 16-bit TIFF" if kind == RAW else "convert it to PNG or TIFF"
        raise InputError(f"{path.name} is {kind}, which Grainless does not read: {cure} first.")
    return kind


def _named(images: Iterator[Image], kind: str, path: Path) -> Iterator[Image]:
    """The frames of a file, each with its name; what their decoder raises becomes one line."""
    name = path.name
    for number in count(2):
        try:
            with warnings.catch_warnings():  # decoders warn of tags that they leave out
                warnings.simplefilter("ignore")
                image = next(images, None)
        except Refused as error:
            raise InputError(f"{name} {error}.") from error
        except MemoryError as error:
            raise RunError(f"{name} needs more memory than there is.") from error
        except Exception as error:  # decoders raise anything on broken bytes
            raise InputError(f"{name} is a broken {kind} file: {_lower(error)}.") from error
        if image is None:
            return
        yield replace(image, name=name)
        name = f"{path.name}, frame {number},"


def _check_holds(form: str, image: Image, path: Path, number: int) -> None:
    """Refuse to write the image into a format that would lose a part of it, or that holds no further one."""
    if number and not WRITTEN[form].several:
        able = [name for name, each in WRITTEN.items() if each.several]
        raise InputError(
            f"{path.name} would hold several images: {form} cannot; write {' or '.join(able[:2])}."
        )
    if lost := list(_lost(WRITTEN[form], image)):
        able = [name for name, each in WRITTEN.items() if not list(_lost(each, image))]
        raise InputError(
            f"{path.name} would lose {' and '.join(lost)} of {image.name}: {form} cannot hold it; "
            f"write {' or '.join(able[:2])}."
        )


def _lost(written: Written, image: Image) -> Iterator[str]:
    """What of an image a format cannot hold."""
    if image.depth not in written.depths:
        yield f"{image.depth} bits a sample"
    if image.alpha is not None and not written.alpha:
        yield "transparency"
    if image.premultiplied and not written.premultiplied:
        yield "colours multiplied by alpha"
    if image.channels not in written.channels:
        yield "the colours"
    if image.metadata.icc and not written.icc:
        yield "the colour profile"
    if image.metadata.exif and not written.exif:
        yield "EXIF"


def _lower(error: Exception) -> str:
    """What an exception says, in one line, to stand behind a colon."""
    if isinstance(error, struct.error):
        return "it ends too early"
    if isinstance(error, MISLED):
        return "its structure makes no sense"
    said = " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
    return (said[:1].lower() + said[1:]).rstrip(".")
