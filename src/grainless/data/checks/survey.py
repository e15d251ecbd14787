"""A look at a person's images before they are learned from: how many, how large, grey or colour; what will not do."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from grainless.data.decode import decode, head
from grainless.errors import InputError, counted
from grainless.image.folder import image_files

Size = tuple[int, int]
"""(height, width)"""

FEWEST = 3
"""Images: one to learn from, one to choose the best weights by, one to judge by."""

SMALLEST = 32
"""Pixels a side; of less nothing can be cut."""

APART = 10
"""Images whose sides differ by more than this factor are hardly of one kind."""

LOOKED_AT = 24
"""Images decoded to see whether they have colour, spread evenly over all."""

NAMED = 3
"""Of several such files, so many are named."""


@dataclass(frozen=True)
class Survey:
    """What a folder holds.

    Args:
        sizes: (height, width) of each image, in natural order of the files.
        grey: none that was looked at has colour.
    """

    sizes: list[Size]
    grey: bool

    @property
    def shortest(self) -> int:
        """The shortest side of all, in pixels."""
        return min(min(size) for size in self.sizes)

    def __str__(self) -> str:
        """As people say it: "40 grey images of 256 x 256 to 640 x 480"."""
        by_area = sorted(self.sizes, key=prod)
        least, most = _by(by_area[0]), _by(by_area[-1])
        kind = "grey" if self.grey else "colour"
        return f"{counted(len(self.sizes), f'{kind} image')} of {least if least == most else f'{least} to {most}'}"


def survey(folder: Path, *, stacks: bool = False) -> Survey:
    """Look at the images of a folder.

    Args:
        folder: of the images.
        stacks: a file may hold many planes, and a folder inside it the frames of a sequence: one is enough.

    Raises:
        InputError: it is no folder; it has too few images, some that cannot be read, some too small, or images of
            several kinds: grey and colour, or of very different sizes.
    """
    files = image_files(folder, recursive=stacks)
    sizes = _sizes(folder, files)
    if len(files) < FEWEST and not stacks:
        raise InputError(
            f"{folder} holds {counted(len(files), 'image')}, and {FEWEST} are the fewest: one to learn from, one to "
            "choose the best weights by, one to judge by. Some dozens are better."
        )
    _check_sizes(folder, dict(zip((path.name for path in files), sizes, strict=True)))
    return Survey(sizes, _is_grey(folder, files))


def _sizes(folder: Path, files: Sequence[Path]) -> list[Size]:
    """(height, width) of each, by what the files say of themselves."""
    sizes, broken = [], []
    for path in files:
        try:
            sizes.append(head(path).turned)
        except InputError as error:
            broken.append(str(error).removesuffix("."))
    if broken:
        more = f"; and {len(broken) - NAMED} more" if len(broken) > NAMED else ""
        raise InputError(
            f"Of {counted(len(files), 'image')} in {folder}, {'; '.join(broken[:NAMED])}{more}: take them out."
        )
    return sizes


def _check_sizes(folder: Path, sizes: dict[str, Size]) -> None:
    small = [name for name, size in sizes.items() if min(size) < SMALLEST]
    if small:
        raise InputError(
            f"{_names(small)} in {folder} {'is' if len(small) == 1 else 'are'} smaller than {SMALLEST} x {SMALLEST} "
            "pixels: nothing can be learned from so little; take them out."
        )
    least, most = (
        min(sizes, key=lambda name: prod(sizes[name])),
        max(sizes, key=lambda name: prod(sizes[name])),
    )
    if prod(sizes[most]) > APART**2 * prod(sizes[least]):
        raise InputError(
            f"{folder} holds images of very different sizes, from {_by(sizes[least])} ({least}) to {_by(sizes[most])} "
            f"({most}): they are hardly of one kind; sort them into folders."
        )


def _is_grey(folder: Path, files: Sequence[Path]) -> bool:
    rows = np.unique(np.linspace(0, len(files) - 1, LOOKED_AT).round().astype(int))
    grey = {files[row]: _has_no_colour(files[row]) for row in rows}
    without, coloured = (
        [path.name for path, each in grey.items() if each is wanted] for wanted in (True, False)
    )
    if without and coloured:
        raise InputError(
            f"{folder} holds grey images and colour ones (grey: {_names(without)}; colour: {_names(coloured)}): sort "
            "them into two folders, and train a model for each."
        )
    return not coloured


def _has_no_colour(path: Path) -> bool:
    """All three channels are the same, as of a grey image however it is stored."""
    pixels = decode(path, 3)
    return bool((pixels[0] == pixels[1]).all() and (pixels[1] == pixels[2]).all())


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _by(size: Size) -> str:
    return f"{size[1]} x {size[0]}"
