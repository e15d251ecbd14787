"""What was taken from an image: noise alone, or detail with it?

Noise that is independent of the picture leaves a residue of one strength in flat and in busy places of the same
brightness. Where edges and texture were taken, too, the residue is stronger in busy places: its picture shows
them. Known as "method noise": Buades, Coll, Morel, "A review of image denoising algorithms, with a new one",
SIAM MMS 4(2), 2005; the number here is ours.
"""

import numpy as np
from numpy.typing import NDArray

from grainless.inspection.blocks import blocks

SIDE = 8  # of a block, in pixels
BINS = 6  # of brightness: noise may well grow with it
LEAST = 25  # blocks in a bin, for two medians that mean something
FLAT, BUSY = 0.5, 0.8  # quantiles of activity: below the first is flat, above the second busy
DETAIL_LOSS_WARNING = 1.3
"""Times the residue of flat places, from which on a person is warned. The true noise: at most 1.05 (docs/lab.md)."""

MOSTLY_DETAIL = 4.0
"""Times, from which on what was taken is the picture's own: three quarters of it in busy places are no noise."""


def detail_taken(
    noisy: NDArray[np.floating],
    denoised: NDArray[np.floating],
    transparent: NDArray[np.bool_] | None = None,
) -> float | None:
    """How much stronger the residue's variance is in busy places than in flat ones; 1 for independent noise.

    The median over bins of brightness of: the median variance of the residue in the busiest fifth of the
    blocks over that in the flatter half. Blocks that touch black or white are left out: noise is cut there.

    Args:
        noisy: (c, h, w), 0 black, 1 full scale.
        denoised: the same shape.
        transparent: (h, w), what nobody sees; blocks that have such pixels are left out.

    Returns:
        None where the image is too small to tell, or nothing was taken.
    """
    hidden = None if transparent is None else transparent[None]
    return detail_taken_from_parts(noisy[None], denoised[None], hidden)


def detail_taken_from_parts(
    noisy: NDArray[np.floating],
    denoised: NDArray[np.floating],
    hidden: NDArray[np.bool_] | None = None,
) -> float | None:
    """The same of (n, c, h, w) parts of an image, (n, h, w) of which nobody sees."""
    found = [
        _measured(one.mean(axis=0), other.mean(axis=0), None if hidden is None else hidden[part])
        for part, (one, other) in enumerate(zip(noisy, denoised, strict=True))
    ]
    brightness, activity, variance = (np.concatenate(each) for each in zip(*found, strict=True))
    if len(brightness) < LEAST or not variance.any():
        return None
    order = np.argsort(brightness, kind="stable")
    bins = max(1, min(BINS, len(order) // LEAST))
    ratios = [_busy_over_flat(activity[part], variance[part]) for part in np.array_split(order, bins)]
    return float(np.median(ratios))


def _measured(
    noisy: NDArray, denoised: NDArray, transparent: NDArray[np.bool_] | None
) -> tuple[NDArray, NDArray, NDArray]:
    """Of each block that is not clipped: brightness, mean square of the gradient, variance of the residue."""
    down, across = np.gradient(denoised) if min(noisy.shape) > 1 else (denoised * 0, denoised * 0)
    cut = [blocks(plane, SIDE) for plane in (noisy, denoised, down**2 + across**2)]
    inside = (cut[0].min(axis=(1, 2)) > 0) & (cut[0].max(axis=(1, 2)) < 1)
    if transparent is not None:
        inside &= ~blocks(transparent, SIDE).any(axis=(1, 2))
    noisy, denoised, energy = (each[inside] for each in cut)
    return denoised.mean(axis=(1, 2)), energy.mean(axis=(1, 2)), (noisy - denoised).var(axis=(1, 2))


def _busy_over_flat(activity: NDArray, variance: NDArray) -> float:
    low, high = np.quantile(activity, (FLAT, BUSY))
    flat, busy = np.median(variance[activity <= low]), np.median(variance[activity >= high])
    return float(busy / max(flat, 1e-12))
