"""The image files of a folder, in the order in which a person would count them."""

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from grainless.errors import InputError, counted
from grainless.image.formats.signatures import RAW_ENDINGS

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".pgm", ".ppm", ".pbm")

UNREAD = {".heic", ".heif", ".avif", ".jp2", ".jxl", ".psd", ".exr", ".ico", *RAW_ENDINGS}
"""Images all the same: in a folder they are passed over, and it is told what can be done about them."""


def image_files(folder: Path, *, recursive: bool = False, endings: Collection[str] = ENDINGS) -> list[Path]:
    """The image files in a folder, in natural order; hidden ones, folders and others are passed over.

    Args:
        folder: where to look.
        recursive: look into the folders inside it, too.
        endings: what the names of images end in, in small letters.

    Raises:
        InputError: it is no folder, or has no images.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder.")
    found = [
        path
        for path in (folder.rglob("*") if recursive else folder.iterdir())
        if not path.name.startswith(".") and not path.is_dir()
    ]  # a link that leads nowhere is told when its turn comes
    images = [path for path in found if path.suffix.lower() in endings]
    if not images:
        raise _none(folder, found, endings)
    return sorted(images, key=lambda path: [natural(part) for part in path.relative_to(folder).parts])


def _none(folder: Path, found: Collection[Path], endings: Collection[str]) -> InputError:
    """That a folder has no images; those that others would read are named."""
    unread = Counter(sorted(path.suffix.lower() for path in found if path.suffix.lower() in UNREAD))
    if not unread:
        return InputError(f"There are no images in {folder}; looked for {', '.join(endings)}.")
    files = " and ".join(counted(number, f"{ending} file") for ending, number in unread.items())
    return InputError(
        f"There are no images in {folder} that Grainless reads, but {files}: convert to PNG or TIFF first."
    )


def natural(name: str) -> tuple[tuple[str, int], ...]:
    """A key that sorts numbers by value: 2 before 10.

    >>> sorted(["b1", "a10", "a2"], key=natural)
    ['a2', 'a10', 'b1']
    """
    parts = re.findall(r"(\D*)(\d*)", name)
    return (*((text.lower(), int(number or -1)) for text, number in parts), (name, 0))


def numbers(name: str) -> tuple[int, ...]:
    """The numbers in a name.

    >>> numbers("low_007")
    (7,)
    """
    return tuple(int(number) for number in re.findall(r"\d+", name))
