"""Whether the two sides of pairs show the same pixels in the same places."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.data.decode import decode_all
from grainless.errors import InputError

LOOKED_AT = 8
"""Pairs, spread evenly over all."""

SIDE = 1024
"""Pixels a side of the middles that are compared."""

BETTER = 0.95
"""A shift counts if it leaves less than this share of the error; by chance it leaves more."""

Plane = NDArray[np.float64]
Pair = tuple[Path, Path]
Shift = tuple[int, int]
"""(down, right), in pixels"""


def check_aligned(pairs: Sequence[Pair]) -> None:
    """Look whether the noisy images lie where their clean partners lie.

    Args:
        pairs: (noisy, clean) files of equal size.

    Raises:
        InputError: one is shifted by a pixel or more; by how much is told.
    """
    rows = np.unique(np.linspace(0, len(pairs) - 1, LOOKED_AT).round().astype(int))
    moved = [
        (pairs[row], shift) for row in rows if (shift := shift_between(*map(_grey, pairs[row]))) != (0, 0)
    ]
    if not moved:
        return
    ((noisy, clean), shift), *others = moved
    more = f", and so are {len(others)} more of the {len(rows)} looked at" if others else ""
    raise InputError(
        f"{noisy} is shifted against {clean} by {_words(shift)}{more}: partners must match pixel by pixel; "
        "align them, or leave those pairs out."
    )


def shift_between(noisy: Plane, clean: Plane) -> Shift:
    """By how many pixels (down, right) the noisy image is moved against the clean one; (0, 0) if it is not.

    Source: Kuglin, Hines, "The phase correlation image alignment method", IEEE Conference on Cybernetics and Society,
    1975, as scikit-image has it; noise misleads it, so a shift counts only if undoing it lessens the difference.

    Args:
        noisy: (h, w).
        clean: the same shape.
    """
    ends = [_downhill(noisy, clean, start) for start in _candidates(noisy, clean)]
    found = min(ends, key=lambda shift: _error(noisy, clean, shift), default=(0, 0))
    is_better = _error(noisy, clean, found) < BETTER * _error(noisy, clean, (0, 0), margin=found)
    return found if is_better else (0, 0)


def _candidates(noisy: Plane, clean: Plane) -> Iterator[Shift]:
    """What correlation proposes, by phases alone and by amplitudes too: one holds where the other fails."""
    from skimage.registration import phase_cross_correlation

    window = np.outer(
        *map(np.hanning, clean.shape)
    )  # borders, which do not meet, would correlate as they lie
    sides = [window * (plane - plane.mean()) for plane in (clean, noisy)]
    for normalization in ("phase", None):
        back, _, _ = phase_cross_correlation(*sides, normalization=normalization)
        down, right = (-round(float(side)) for side in back)
        if _is_small((down, right), clean):
            yield down, right


def _downhill(noisy: Plane, clean: Plane, shift: Shift) -> Shift:
    """From a shift to the nearest whose neighbours all leave a larger error."""
    while True:
        around = [(shift[0] + down, shift[1] + right) for down, right in product((-1, 0, 1), repeat=2)]
        least = min(
            (each for each in around if _is_small(each, clean)), key=lambda each: _error(noisy, clean, each)
        )
        if least == shift:
            return shift
        shift = least


def _is_small(shift: Shift, plane: Plane) -> bool:
    return all(abs(side) <= length // 4 for side, length in zip(shift, plane.shape, strict=True))


def _error(noisy: Plane, clean: Plane, shift: Shift, margin: Shift | None = None) -> float:
    """Variance of the difference after undoing a shift, where both overlap; without the border that `margin` costs."""
    pads = [(max(0, side), max(0, -side)) for side in (margin or shift)]
    height, width = clean.shape
    (top, bottom), (left, right) = pads
    down, across = (0, 0) if margin else shift
    inside = noisy[top : height - bottom, left : width - right]
    same = clean[top - down : height - bottom - down, left - across : width - right - across]
    return float((inside - same).var())


def _grey(path: Path) -> Plane:
    """The middle of an image, grey, (h, w), 0..1."""
    plane = next(decode_all(path, 1)).pixels[0]  # in the file's scale: of partners, that is the same
    top, left = (max(0, side - SIDE) // 2 for side in plane.shape)
    middle = plane[top : top + SIDE, left : left + SIDE]
    grey: Plane = middle.astype(np.float64) / np.iinfo(plane.dtype).max
    return grey


def _words(shift: Shift) -> str:
    """As a person says it.

    >>> _words((-2, 3)), _words((0, 1))
    ('3 pixels right and 2 pixels up', '1 pixel right')
    """
    down, right = shift
    ways = ((right, "right", "left"), (down, "down", "up"))
    return " and ".join(
        f"{abs(side)} pixel{'s' if abs(side) > 1 else ''} {forth if side > 0 else back}"
        for side, forth, back in ways
        if side
    )
