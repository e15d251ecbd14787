"""Is it a page of text, and is it stained?

A page is paper with thin dark strokes on it, nearly everywhere, and next to no colour.
`python -m benchmarks.quality.choosing` tells how often that is right on pages and photographs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grainless.inspection.blocks import blocks

BLOCK = 16  # pixels a side; text of 6 to 40 pixels a line has strokes and paper in each
INK = 0.7  # of the paper's brightness: darker is ink
THICK = 0.12  # share of the ink that has ink all around, two pixels away: more are no strokes
SHARE = (0.02, 0.3)  # of the pixels that is ink
WRITTEN = 0.15  # share of the blocks that hold strokes, at least
CONTRAST = (
    0.19  # the middle block's darkest ink over its paper, at most: pages have up to 0.15, noisy texture 0.22
)
COLOUR = 0.12  # mean difference of the largest and the smallest channel, at most
LONGEST = 1400  # pixels: larger scans are looked at smaller, or their strokes look thick

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Page:
    """A page of text.

    Args:
        stains: how much darker the darkest tenth of the paper is than the lightest, in full scales; 0: even paper.
    """

    stains: float


def page(tiles: Pixels, size: tuple[int, int]) -> Page | None:
    """Whether an image is a page of text; None: it is not.

    Args:
        tiles: (c, n, h, w) parts of it, 0 black, 1 full scale.
        size: (height, width) of the whole.
    """
    colour = float((tiles.max(axis=0) - tiles.min(axis=0)).mean())
    if min(tiles.shape[2:]) < 2 * BLOCK or colour > COLOUR:
        return None
    cut = blocks(_smaller(tiles.mean(axis=0), -(-max(size) // LONGEST)), BLOCK).reshape(-1, BLOCK, BLOCK)
    paper = np.quantile(cut.reshape(len(cut), -1), 0.9, axis=1)
    relative = cut / np.maximum(paper, 0.05)[:, None, None]
    ink = relative < INK
    written = ink.mean(axis=(1, 2))
    written = (written > 0.04) & (written < 0.6)
    if not (SHARE[0] < ink.mean() < SHARE[1] and written.mean() > WRITTEN and _thick(ink) < THICK):
        return None
    if np.median(relative[written].min(axis=(1, 2))) > CONTRAST:
        return None
    return Page(float(np.quantile(paper, 0.9) - np.quantile(paper, 0.1)))


def _thick(ink: NDArray[np.bool_]) -> float:
    """Share of the ink inside blocks that has ink two pixels away in all eight directions."""
    inner = ink[:, 2:-2, 2:-2]
    core = inner.copy()
    for down in (0, 2, 4):
        for across in (0, 2, 4):
            core &= ink[:, down : BLOCK - 4 + down, across : BLOCK - 4 + across]
    return float(core.sum() / max(inner.sum(), 1))


def _smaller(grey: Pixels, step: int) -> Pixels:
    """(n, h, w) means over step x step pixels."""
    if step == 1:
        return grey
    height, width = (side // step * step for side in grey.shape[1:])
    parts = grey[:, :height, :width].reshape(len(grey), height // step, step, width // step, step)
    mean: Pixels = parts.mean(axis=(2, 4))
    return mean
