"""Planes of a stack with those before and after them, for models that look at these, too."""

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError, counted
from grainless.image.image import Image
from grainless.image.transparent import filled, where_seen
from grainless.model.card import Card
from grainless.model.denoiser import TILE, Denoiser, Progress, alone

Floats = NDArray[np.float32]


class Around:
    """A model that is shown planes before and after the one that it denoises.

    Args:
        model: whose card has neighbours.
        planes: those before, then those after, in their order, each (c, h, w).
        used: the brightest that pixels can be: the model sees these at 1.
    """

    def __init__(self, model: Denoiser, planes: Sequence[Floats], used: float = 1.0) -> None:
        self.model, self.card = model, model.card
        self._planes, self._used = planes, used

    @property
    def bytes_a_pixel(self) -> float:
        """As of the model."""
        return self.model.bytes_a_pixel

    def visible(
        self,
        pixels: Floats,
        transparent: NDArray[np.bool_] | None = None,
        *,
        rows: slice = slice(None),
        tile: int = TILE,
        progress: Progress | None = None,
    ) -> Floats:
        """Denoise what is seen of (c, h, w) pixels, as `Denoiser.visible` does.

        Raises:
            RunError: there was not enough memory, or the model gave what is no number.
        """

        def work(seen: Floats) -> Floats:
            others = [self._beside(plane, transparent)[:, rows] for plane in self._planes]
            half = self.card.neighbours
            shown = np.concatenate([*others[:half], seen, *others[half:]])
            return self.model.visible(shown, tile=tile, progress=progress)

        return where_seen(pixels, transparent, rows, work)

    def _beside(self, plane: Floats, transparent: NDArray[np.bool_] | None) -> Floats:
        """A plane as the one that is denoised is shown: in the bits that are used, what nobody sees filled."""
        scaled = plane * np.float32(1 / self._used) if self._used != 1 else plane
        return scaled if transparent is None else filled(scaled, transparent)


def with_neighbours(images: Iterator[Image], card: Card) -> Iterator[tuple[Image, list[Floats]]]:
    """Each plane with those before and after it that a model looks at; at the ends they are mirrored.

    No more planes are held than the model looks at.

    Raises:
        InputError: there is one alone, or they differ in size or colours.
    """
    read: dict[int, Image] = {}
    total: int | None = None
    for at in count():
        while total is None and at + card.neighbours not in read:
            image = next(images, None)
            if image is None:
                total = max(read, default=-1) + 1
            else:
                if any(other.pixels.shape != image.pixels.shape for other in read.values()):
                    raise unlike(image.name)
                read[max(read, default=-1) + 1] = image
        if total is not None and at >= total:
            return
        if total == 1:
            raise alone(card, read[0].name)
        steps = (step for step in range(-card.neighbours, card.neighbours + 1) if step)
        yield read[at], [read[mirrored(at + step, total)].pixels for step in steps]
        read.pop(at - card.neighbours, None)


def check_neighbours(own: Denoiser | None, wanted: int) -> None:
    """Whether a model looks at as many planes as a person relies on.

    Args:
        own: the model that was named; None: it is to be chosen, among those of single images.
        wanted: planes before the one that is denoised, and as many after; 0: single images.

    Raises:
        InputError: it looks at others.
    """
    name, looks_at = (own.card.name, own.card.neighbours) if own else ("auto", 0)
    if looks_at == wanted:
        return
    seen = f"{counted(looks_at, 'plane')} before each and as many after it" if looks_at else "single images"
    cure = (
        f"name one that was trained so (grainless train --neighbours {wanted})" if wanted else "name another"
    )
    raise InputError(
        f"--neighbours is {wanted}, and the model {name} looks at {seen}: {cure}, or leave out --neighbours."
    )


def mirrored(at: int, total: int | None) -> int:
    """The plane that stands for one beyond the ends: those next to an end are seen as in a mirror there.

    Args:
        at: counted from 0; negative before the first.
        total: planes there are, at least 2; None: not known yet, but `at` is before the end.

    >>> [mirrored(at, 3) for at in (-2, -1, 0, 1, 2, 3, 4)]
    [2, 1, 0, 1, 2, 1, 0]
    """
    if total is None:
        return abs(at)
    turn = at % (2 * total - 2)
    return min(turn, 2 * total - 2 - turn)


def unlike(name: str) -> InputError:
    """What is said of planes that cannot lie side by side."""
    return InputError(
        f"{name} is of another size or colour than a plane beside it, and the model looks at several at once."
    )
