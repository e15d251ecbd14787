"""What else is wrong with an image: stuck pixels, clipping, the blocks of JPEG, noise that is not white.

All take tiles, (n, h, w) parts of a channel, 0 black, 1 full scale, cut at multiples of 8.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grainless.inspection.blocks import blocks

GRID = 8  # pixels between two borders of JPEG's blocks
BLOCK = 16  # pixels, of a block that noise is looked at in
FLATTEST = 0.03  # of the blocks
WHOLE = 0.02  # of a block's pixels may be clipped
PIXELS = 20_000  # are looked at for stuck ones, of each kind
WINDOW = 5  # pixels, around one
FAR = 0.15  # full scales from black or white: what is stuck there stands out
LEAST = (
    0.4  # of the pixels are where stuck ones would stand out; on clipped paper, letters are such places, too
)
STREWN = 0.75  # of the stuck pixels that chance would leave alone
FEW = 32  # levels: so many photons are no Gaussian yet
RARE = 0.003  # of the pixels: fewer stuck ones are specks of the scene

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Grid:
    """The blocks of JPEG.

    Args:
        strength: how much sharper the image bends at the borders than within; 0 not at all.
        offset: (down, across) pixels before the first border, 0..7.
    """

    strength: float
    offset: tuple[int, int]


def clipped(tiles: Floats) -> tuple[float, float]:
    """Shares of pixels at black and at white; 0 where the image goes on beyond."""
    black = float((tiles == 0).mean()) if tiles.min() >= 0 else 0.0
    white = float((tiles == 1).mean()) if tiles.max() <= 1 else 0.0
    return black, white


def impulses(tiles: Floats) -> float:
    """Share of pixels that are stuck at black or white, whatever is around them: salt and pepper, 0..1.

    Only places that are far from black (or white) tell what is stuck there, and the share holds for the others.
    Stuck pixels are strewn: where they come in strokes, as letters do, none is counted.
    """
    if min(tiles.shape[1:]) < WINDOW:
        return 0.0
    views = np.lib.stride_tricks.sliding_window_view(tiles, (WINDOW, WINDOW), axis=(1, 2))
    centre = views[..., WINDOW // 2, WINDOW // 2]
    some = _windows(views, np.ones(centre.shape, dtype=bool))
    share = sum(_stuck(views, centre == level, some, level) for level in (0.0, 1.0))
    return share if share >= RARE else 0.0


def repaired(tiles: Floats) -> Floats:
    """The tiles with stuck pixels replaced by the median of their neighbours."""
    padded = np.pad(tiles, ((0, 0), *[(WINDOW // 2, WINDOW // 2)] * 2), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (WINDOW, WINDOW), axis=(1, 2))
    mended = tiles.copy()
    for level in (0.0, 1.0):
        stuck = tiles == level
        medians = np.median(windows[stuck].reshape(-1, WINDOW**2), axis=1)
        mended[stuck] = np.where(np.abs(medians - level) > FAR, medians, level)
    return mended


def correlation(tiles: Floats, share: float = FLATTEST) -> tuple[float, float] | None:
    """How alike the noise of neighbouring pixels is, and its sigma, in the flattest blocks, a share of all.

        correlation = mean r(x) r(x + 1) / mean r(x)²        r: a block without its plane

    White noise gives 0; noise that went through JPEG, demosaicing or resizing more. Returns None if the image is
    too small, or most of each block is clipped.
    """
    residue = _residue(tiles)
    if not len(residue):
        return None
    variance = (residue**2).mean(axis=(1, 2))
    flat = residue[variance <= np.quantile(variance, share)]
    power = float((flat**2).mean())
    if power < 1e-12:
        return 0.0, 0.0
    neighbours = ((flat[:, 1:] * flat[:, :-1]).mean() + (flat[:, :, 1:] * flat[:, :, :-1]).mean()) / 2
    return float(neighbours / power), math.sqrt(power)


def grid(tiles: Floats) -> Grid | None:
    """The blocks of JPEG, however strong; None if the image is too small.

    Across each pair of neighbours, the bend is how much their difference exceeds what the slopes on both sides
    predict. Source: Minami, Zakhor, "An optimization approach for removing blocking effects in transform coding",
    IEEE TCSVT 5(2), 1995, whose "mean squared difference of slope" is a mean of absolutes here: edges count less.
    """
    if min(tiles.shape[1:]) < 4 * GRID:
        return None
    down, across = _phases(tiles.swapaxes(1, 2)), _phases(tiles)
    strength = min(_excess(down), _excess(across))
    return Grid(strength, (int(down.argmax()), int(across.argmax())))


def _windows(views: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """(m, 25) the chosen windows, or about PIXELS of them."""
    at = np.flatnonzero(chosen)[:: max(1, int(chosen.sum()) // PIXELS)]
    windows: Floats = views[np.unravel_index(at, chosen.shape)].reshape(-1, WINDOW**2)
    return windows


def _stuck(views: Floats, at_level: NDArray[np.bool_], some: Floats, level: float) -> float:
    """Share of pixels stuck at `level`, of those whose neighbours are far from it."""
    if at_level.mean() < RARE / 10:
        return 0.0
    medians, far = np.median(some, axis=1), _far(some)
    places = float((np.abs(medians - level) > far).mean())
    held = _windows(views, at_level)
    out = np.abs(np.median(held, axis=1) - level) > far
    if places < LEAST or not out.any():
        return 0.0
    share = min(1.0, float(out.mean() * at_level.mean() / places))
    ring = held[out].reshape(-1, WINDOW, WINDOW)[:, 1:-1, 1:-1].reshape(-1, 9)
    alone = float(((ring == level).sum(axis=1) == 1).mean())
    return share if alone > STREWN * (1 - share) ** 8 else 0.0


def _far(windows: Floats) -> float:
    """How far from black or white Gaussian noise would hardly reach it."""
    centre = windows[:, WINDOW**2 // 2]
    inside = (centre != 0) & (centre != 1)
    if not inside.any():
        return FAR
    off = np.abs(centre[inside] - np.median(windows[inside], axis=1))
    # Of few levels, as counted photons have, the median is one, often 0; of many, texture does not move it.
    few = len(np.unique(centre[inside])) <= FEW
    return max(FAR, 4.5 * (1.2533 * float(off.mean()) if few else 1.4826 * float(np.median(off))))


def _residue(tiles: Floats) -> Floats:
    """(m, BLOCK, BLOCK) blocks that are not clipped, each without the plane that fits it best."""
    every = blocks(tiles, BLOCK).reshape(-1, BLOCK, BLOCK)
    clipped = ((every == 0) | (every == 1)).mean(axis=(1, 2))
    # Noise that is cut off is no more alike than before: blocks that it is cut off in tell where there are no others.
    cut = not (clipped < WHOLE).any() and (clipped > 0.9).sum() < FLATTEST * len(every)
    inside = every[clipped < (0.5 if cut else WHOLE)]
    ramp = np.arange(BLOCK, dtype=np.float32) - (BLOCK - 1) / 2
    ramp /= np.sqrt(BLOCK * (ramp**2).sum())
    level = inside - inside.mean(axis=(1, 2), keepdims=True)
    slopes = np.einsum("nij,i->n", level, ramp), np.einsum("nij,j->n", level, ramp)
    flat: Floats = level - slopes[0][:, None, None] * ramp[:, None] - slopes[1][:, None, None] * ramp
    return flat


def _phases(tiles: Floats) -> NDArray[np.float64]:
    """(8,) mean bend between columns, by where in the grid a column begins."""
    steps = np.diff(tiles, axis=2)
    bends = np.abs(steps[:, :, 1:-1] - (steps[:, :, :-2] + steps[:, :, 2:]) / 2).mean(axis=(0, 1))
    columns = (np.arange(len(bends)) + 2) % GRID
    sums = np.bincount(columns, bends, minlength=GRID)
    return sums / np.bincount(columns, minlength=GRID)


def _excess(phases: NDArray[np.float64]) -> float:
    """How far the strongest of eight stands above the others."""
    others = np.delete(phases, phases.argmax())
    return float(phases.max() / others.max() - 1) if others.max() > 0 else 0.0
