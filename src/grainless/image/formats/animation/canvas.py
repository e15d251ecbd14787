"""Animations whose frames are pieces drawn over each other: whole pictures of them.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025, sections 11.3.6.2 and 13.2;
CompuServe, "Graphics Interchange Format 89a" (1990), section 23.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grainless.image.image import Image, Refused

KEEP, CLEAR, RESTORE = 0, 1, 2
"""What becomes of a piece before the next is drawn: it stays, its place is cleared, or what was there before."""


@dataclass(frozen=True)
class Piece:
    """A part of the canvas.

    Args:
        samples: (h, w, s) stored samples, the last alpha.
        left, top: where it lies; what lies beyond the canvas is cut off.
        disposal: KEEP, CLEAR or RESTORE.
        over: it is blended over what is there; else it takes its place.
    """

    samples: NDArray
    left: int
    top: int
    disposal: int = KEEP
    over: bool = True


def drawn(height: int, width: int, pieces: Iterable[Piece]) -> Iterator[NDArray]:
    """The whole canvas, (height, width, s), after each piece; clear at first."""
    canvas: NDArray | None = None
    for piece in pieces:
        if canvas is None:
            canvas = np.zeros((height, width, piece.samples.shape[-1]), piece.samples.dtype)
        place = canvas[piece.top : piece.top + len(piece.samples), piece.left :][:, : piece.samples.shape[1]]
        before = place.copy() if piece.disposal == RESTORE else 0
        samples = piece.samples[: place.shape[0], : place.shape[1]]
        place[:] = blended(samples, place) if piece.over else samples
        yield canvas.copy()
        if piece.disposal != KEEP:
            place[:] = before


def blended(above: NDArray, below: NDArray) -> NDArray:
    """Samples over samples, (h, w, s), the last alpha.

    alpha = a + (1 - a) b
    colour = (a above + (1 - a) b below) / alpha
    """
    white = np.iinfo(above.dtype).max
    opaque = above[..., -1:] == white
    if (opaque | (above[..., -1:] == 0)).all():  # as in every GIF: no arithmetic is needed
        return np.where(opaque, above, below)
    share, rest = (each[..., -1:] / white for each in (above, below))
    rest = rest * (1 - share)
    alpha = share + rest
    weight = np.divide(share, alpha, out=np.zeros_like(share), where=alpha > 0)
    colours = weight * above[..., :-1] + (1 - weight) * below[..., :-1]
    levels: NDArray = np.rint(np.concatenate([colours, alpha * white], axis=-1))
    return levels.astype(above.dtype)


def check_size(image: Image, first: Image) -> None:
    """Refuse a frame that is not as large as the first."""
    if image.size != first.size:
        (height, width), (high, wide) = image.size, first.size
        raise Refused(f"is {width} x {height}, and the first frame {wide} x {high}: write .tif")
