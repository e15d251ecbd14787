"""Files and bytes <-> images, with everything that must survive. Nothing is lost or overwritten silently."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import BinaryIO

from grainless.disk.places import check_free
from grainless.disk.whole import whole
from grainless.errors import GrainlessError, InputError, RunError
from grainless.image.codecs import READ, WRITTEN, check_holds, format_for
from grainless.image.formats.signatures import HEAD, RAW, kind_of
from grainless.image.image import Image, Metadata, Refused
from grainless.image.reason import reason
from grainless.image.source import BYTES, Source, bytes_of

__all__ = [
    "MAX_PIXELS",
    "READ",
    "WRITTEN",
    "Image",
    "Metadata",
    "check_output",
    "decode",
    "encode",
    "format_for",
    "format_of",
    "frames",
    "is_of_format",
    "read",
    "write",
    "write_frames",
]

MAX_PIXELS = 200_000_000
"""More than this in one file is taken for a decompression bomb."""

PNM_DIGITS = {"PGM": (b"2", b"5"), "PPM": (b"3", b"6"), "PNM": tuple(b"%d" % digit for digit in range(1, 7))}
"""What stands behind the P of files that are read as PNM."""


def read(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> Image:
    """Read the only image of a file. Arguments and errors are those of `decode`.

    Raises:
        InputError: it cannot be read, or holds several images.
    """
    images = frames(path, max_pixels=max_pixels)
    image = next(images)
    if next(images, None) is not None:
        raise InputError(f"{image.name} holds several frames or pages: give a file of one image.")
    return image


def frames(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> Iterator[Image]:
    """Read every frame or page of an image file. Arguments and errors are those of `decode`."""
    return decode(Path(path), max_pixels=max_pixels)


def decode(source: Source, *, name: str | None = None, max_pixels: int = MAX_PIXELS) -> Iterator[Image]:
    """Every frame or page of an image file, one after the other, each when it is asked for.

    Pixels stay as they are stored: an EXIF orientation is kept beside them, not applied. What belongs to the
    whole file (profile, text, loops, notes on an animation) stands in the first frame; a page of a TIFF has its own.

    Args:
        source: the file's bytes, or its path; of a format of READ. A still image is one frame.
        name: what messages call it; else the name of the file, or "the image".
        max_pixels: refuse a file whose frames have more together, before they are unpacked.

    Raises:
        InputError: there is no such file, it is broken, no image, or of a kind that we do not take. What is
            broken in a later frame is told when it is asked for.
        RunError: there was not enough memory.
    """
    data = bytes_of(source)
    name = name or (Path(source).name if isinstance(source, str | Path) else BYTES)
    if not data:
        raise InputError(f"{name} is empty.")
    kind = _kind(data, name)
    return _named(READ[kind](data, max_pixels), kind, name)


def format_of(source: Source) -> str | None:
    """What kind of image a file or its bytes are, whatever the name says: one of READ, another known one, or None.

    Raises:
        InputError: the file cannot be read.

    >>> format_of(b"P5 1 1 255 " + bytes(1)), format_of(b"words")
    ('PNM', None)
    """
    return kind_of(
        bytes_of(source, HEAD), Path(source).suffix.lower() if isinstance(source, str | Path) else ""
    )


def check_readable(path: Path) -> None:
    """Refuse a file that is of no format of READ, by its first bytes; a check before long work.

    Raises:
        InputError: it is none of these, or cannot be read.
    """
    if not (data := bytes_of(path, HEAD)):
        raise InputError(f"{path.name} is empty.")
    _kind(data, path.name)


def is_of_format(source: Source, form: str) -> bool:
    """Whether a file, as its content tells, is of a format that is written: a copy of it needs no encoding.

    Args:
        source: the file's bytes, or its path.
        form: a format of WRITTEN, or an ending of its files: a JPEG is of ".jpg", ".jpeg" and "JPEG".

    Raises:
        InputError: the file cannot be read, or no format has this ending.

    >>> is_of_format(b"P5 1 1 255 " + bytes(1), ".pgm"), is_of_format(b"P6 1 1 255 " + bytes(3), ".pgm")
    (True, False)
    """
    form, kind = format_for(form), format_of(source)
    return kind == form if kind != "PNM" else bytes_of(source, 2)[1:] in PNM_DIGITS.get(form, ())


def write(image: Image, path: str | Path, *, overwrite: bool = False) -> None:
    """Write an image file. Arguments and errors are those of `write_frames`."""
    write_frames([image], path, overwrite=overwrite)


def write_frames(
    images: Iterable[Image], path: str | Path, *, overwrite: bool = False, form: str | None = None
) -> None:
    """Write an image file of the format that the ending names, see WRITTEN; whole or not at all.

    Integers are clipped to their range and rounded to the nearest; floats are stored as they are.

    Args:
        images: what to write, taken one after the other; depth, alpha and metadata go with each.
        path: where; missing folders are made.
        overwrite: replace a file that stands there; it keeps its mode, and a link stays a link.
        form: a format of WRITTEN, whatever the ending says.

    Raises:
        InputError: a file stands there, no format has this ending, or the format cannot hold the images.
        RunError: the system could not write.
    """
    path = Path(path)
    named = check_output(path, overwrite=overwrite)
    with whole(path) as lent, lent.open("w+b") as file:
        _encode(images, form or named, file, path.name)


def encode(images: Image | Iterable[Image], form: str) -> bytes:
    """The bytes of an image file: what `write_frames` would write.

    Args:
        images: one, or several, taken one after the other.
        form: a format of WRITTEN, or an ending of its files, such as ".png".

    Raises:
        InputError: there is no such format, or it cannot hold the images.
        RunError: there was not enough memory.
    """
    form, file = format_for(form), io.BytesIO()
    _encode([images] if isinstance(images, Image) else images, form, file, f"the {form}")
    return file.getvalue()


def check_output(path: str | Path, *, overwrite: bool = False) -> str:
    """The name of the format that `path` would be written in; a check before long work, too.

    Raises:
        InputError: no format has this ending, a folder stands there, or a file and `overwrite` is not set.
    """
    path = Path(path)
    form = format_for(path.suffix, path)
    if path.is_dir():
        raise InputError(f"{path} is a folder: give the name of a file.")
    check_free(path, overwrite=overwrite)
    return form


# Reading


def _kind(data: bytes, name: str) -> str:
    """The format of a file's bytes, one of READ.

    Raises:
        InputError: another format, or no image.
    """
    kind = kind_of(data, Path(name).suffix.lower())
    if kind is None:
        raise InputError(f"{name} is no image that Grainless reads: {', '.join(READ)}.")
    if kind not in READ:
        cure = "develop it to a 16-bit TIFF" if kind == RAW else "convert it to PNG or TIFF"
        raise InputError(f"{name} is {kind}, which Grainless does not read: {cure} first.")
    return kind


def _named(images: Iterator[Image], kind: str, name: str) -> Iterator[Image]:
    """The frames of a file, each with its name; what their decoder raises becomes one line."""
    frame = name
    for number in count(1):
        try:
            image = next(images, None)
        except Refused as error:
            raise InputError(f"{frame} {error}.") from error
        except MemoryError as error:
            raise RunError(f"{frame} needs more memory than there is.") from error
        except Exception as error:  # decoders raise anything on broken bytes
            raise InputError(f"{frame} is a broken {kind} file: {reason(error)}.") from error
        if image is None and number == 1:
            raise InputError(f"{name} holds no image.")
        if image is None:
            return
        yield replace(image, name=frame)
        frame = f"{name}, frame {number + 1},"


# Writing


def _encode(images: Iterable[Image], form: str, file: BinaryIO, target: str) -> None:
    """Write a file of a format; what its codec raises becomes one line, what `images` raise stays as it is."""
    name, asking = target, False

    def checked() -> Iterator[Image]:
        nonlocal name, asking
        number, asking = -1, True
        for number, image in enumerate(images):
            asking = False
            _check_image(image)
            name = image.name
            check_holds(form, image, target, number)
            yield image
            asking = True
        asking = False
        if number < 0:
            raise InputError(f"{target} would hold no image: none was given.")

    try:
        WRITTEN[form].write(checked(), file)
    except Refused as error:
        raise InputError(f"{name} {error}.") from error
    except GrainlessError:
        raise
    except Exception as error:
        if asking or getattr(error, "errno", None):  # whoever makes the images has a bug; the disk is full
            raise
        if isinstance(error, MemoryError):
            raise RunError(f"{name} needs more memory than there is.") from error
        raise InputError(
            f"{name} cannot be written as {form}: {reason(error)}; try another format."
        ) from error


def _check_image(image: object) -> None:
    if not isinstance(image, Image):
        raise InputError(
            f"What is written is a grainless.Image, as read gives it, not {type(image).__name__}: "
            "arrays and PIL images are saved by their own libraries."
        )
