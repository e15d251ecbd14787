"""Stacks and sequences: planes that lie one behind the other, each learned with those before and after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Annotated

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from grainless.data.any_size import AnySize
from grainless.data.decode import Decoded, decode_all, in_bytes, in_used_bits
from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.data.split import Held, split
from grainless.errors import InputError
from grainless.image.folder import image_files

Stack = NDArray[np.unsignedinteger]
"""(n, c, h, w), planes in their order."""

SEVERAL = 3
"""So many stacks, and whole ones are held out; of fewer, the last planes of each."""


@dataclass(frozen=True, kw_only=True)
class Stacks(AnySize):
    """Stacks and sequences: clean planes, each with those before and after it, which are shown noisy.

    A file of several pages or frames is a stack. Files of one image are the frames of a sequence, in the order of
    their names: those of one folder. What is wanted is a plane; what is shown are the planes around it and itself, on
    which the recipe's noise is put, anew on each. Planes at the two ends, which lack some around them, are shown as
    others' neighbours alone.

    Of three and more stacks whole ones are held out; of one or two the last planes of each, so that what is judged is
    the same scene at another time. In memory a plane takes its room 2 `neighbours` + 2 times.

    Args:
        path: the folder, with those inside it, or a file.
        neighbours: planes before, and as many after; 0: each plane alone.
        validation: stacks (or planes) held out: below 1 a share of all, from 1 a number.
        test: the same for the test.
        seed: chooses which stacks are held out.
        grey: turn colour into grey: one channel. Else grey into colour: three.
    """

    path: Path
    neighbours: Annotated[int, Ge(0)] = 1
    validation: Held = 0.1
    test: Held = 0.1
    seed: int = 0
    grey: bool = False

    def read(self, roots: DataRoots) -> Data:
        """Decode all planes.

        Raises:
            InputError: there are no images, one cannot be read, frames of a sequence differ in size, or a stack has
                too few planes.
        """
        place = roots.locate(self.path)
        stacks = dict(_stacks(place, self.channels))
        for name, stack in stacks.items():
            if len(stack) <= 2 * self.neighbours:
                raise InputError(
                    f"{name} has {len(stack)} planes, and data.neighbours = {self.neighbours} looks at "
                    f"{2 * self.neighbours + 1} at once: take fewer."
                )
        parts = self._whole(stacks) if len(stacks) >= SEVERAL else self._pieces(stacks, str(place))
        train, validation, test = (self._images(part) for part in parts)
        return Data("stacks", train, validation, test, found=str(place))

    def _whole(self, stacks: dict[str, Stack]) -> list[list[tuple[str, Stack]]]:
        """Train, validation and test: some stacks each."""
        named = list(stacks.items())
        parts = split(len(named), [self.validation, self.test], seed=self.seed, source=str(self.path))
        return [[named[row] for row in sorted(rows)] for rows in parts]

    def _pieces(self, stacks: dict[str, Stack], source: str) -> list[list[tuple[str, Stack]]]:
        """Train, validation and test: the first, the next and the last planes of each stack, none in two of them."""
        around = 2 * self.neighbours
        parts: list[list[tuple[str, Stack]]] = [[], [], []]
        for name, stack in stacks.items():
            held = [_count(share, len(stack)) + around for share in (self.validation, self.test)]
            ends = np.cumsum([0, len(stack) - sum(held), *held])
            if ends[1] <= around:
                raise InputError(
                    f"{name} has {len(stack)} planes: too few for three parts of it, with planes around each. Give at "
                    f"least {SEVERAL} stacks in {source}, or longer ones."
                )
            for part, first, last in zip(parts, ends, ends[1:], strict=False):
                part.append((name, stack[first:last]))
        return parts

    def _images(self, stacks: Sequence[tuple[str, Stack]]) -> Images:
        """Each plane that has all its neighbours, and beside it what is shown: these and itself as channels."""
        around = self.neighbours
        clean, shown, names = [], [], []
        for name, stack in stacks:
            for at in range(around, len(stack) - around):
                clean.append(stack[at])
                shown.append(stack[at - around : at + around + 1].reshape(-1, *stack.shape[2:]))
                names.append(f"{name}, plane {at + 1}")
        images = Images.of(_of_one_type(clean), names=names)
        return replace(images, noisy=Images.of(_of_one_type(shown)))


def _stacks(place: Path, channels: int) -> Iterator[tuple[str, Stack]]:
    """All that lie in a place, by name."""
    files = [place] if place.is_file() else image_files(place, recursive=True)
    for folder, inside in groupby(files, key=lambda path: path.parent):
        frames: list[Decoded] = []
        for path in inside:
            planes = list(decode_all(path, channels))
            if len(planes) > 1:
                yield path.name, _stacked(path, planes)
            else:
                frames += planes
        if frames:
            yield folder.name, _stacked(folder, frames)


def _stacked(name: Path, planes: Sequence[Decoded]) -> Stack:
    """Planes as one array, in full scales of the bits that all of them use together.

    Raises:
        InputError: they differ in size.
    """
    sizes = sorted({plane.pixels.shape[1:] for plane in planes})
    if len(sizes) > 1:
        told = " and ".join(f"{width} x {height}" for height, width in sizes[:2])
        raise InputError(f"{name} holds planes of {told}: those of a stack or sequence have one size.")
    return np.stack(_of_one_type(in_used_bits(planes)))


def _of_one_type(
    planes: Sequence[NDArray[np.unsignedinteger]],
) -> list[NDArray[np.unsignedinteger]]:
    """As they are where all have as many bits; else those of 16 rounded to 8."""
    if len({plane.dtype for plane in planes}) == 1:
        return list(planes)
    return [in_bytes(plane) for plane in planes]


def _count(held: Held, planes: int) -> int:
    return max(1, round(held * planes)) if held < 1 else int(held)
