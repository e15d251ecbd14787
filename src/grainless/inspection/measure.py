"""Measure an image: its noise, and what else is wrong with it."""

import math
from collections.abc import Callable

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.image.arrays import check_range, image_of
from grainless.image.image import Image
from grainless.inspection.estimators import defects
from grainless.inspection.estimators.compression import quality
from grainless.inspection.estimators.curve import Curve, curve
from grainless.inspection.estimators.levels import Levels, levels
from grainless.inspection.estimators.pages import page
from grainless.inspection.estimators.removed import BLOCK, Removed, removed
from grainless.inspection.report import NOISY, Report
from grainless.inspection.sampling import TILE, Rows, Sample, rows_of, sampled

Denoise = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""A denoiser of (n, c, h, w) images that knows noise which went through a camera."""


def measure(
    image: NDArray | PIL.Image.Image | Image, *, channel_axis: int = -1, denoise: Denoise | None = None
) -> Report:
    """What noise is in an image: how strong, of which kind, and what else is wrong with it.

    Args:
        image: an array or a PIL image, as `grainless.denoise` takes it, or an image of a file.
        channel_axis: where the colours of an array of three dimensions are.
        denoise: what it takes tells the noise that formulas do not see; None: only white noise is found.

    Raises:
        InputError: the image is of another kind, or its floats are no full scales.

    >>> measure(np.zeros((64, 64), np.uint8)).noisy
    False
    """
    whole = image_of(image, channel_axis)
    check_range(whole.pixels, whole.name)
    return _report(sampled(rows_of(whole), whole.size), whole.size, whole.name, denoise)


def measure_rows(rows: Rows, size: tuple[int, int], name: str, *, denoise: Denoise | None = None) -> Report:
    """What noise is in an image of which some rows are held at a time: the report is that of the whole image.

    Args:
        rows: gives the rows first..last as an image.
        size: (height, width) of all.
        name: what messages call it.
        denoise: as `measure` takes it.

    Raises:
        InputError: floats where it is looked at are no full scales.
    """
    sample = sampled(rows, size)
    check_range(sample.tiles, name)
    return _report(sample, size, name, denoise)


def _report(sample: Sample, size: tuple[int, int], name: str, denoise: Denoise | None) -> Report:
    """What is found in the parts that are looked at."""
    channels, seen = sample.tiles, sample.seen
    ends = [defects.clipped(tiles) for tiles in channels]
    drawn = all(
        black + white == 1 for black, white in ends
    )  # in black and white alone: no noise, nothing stuck
    stuck = 0.0 if drawn else float(np.mean([defects.impulses(tiles) for tiles in seen]))
    mended = [defects.repaired(tiles) for tiles in seen] if stuck else list(seen)
    found = [None if drawn else levels(tiles) for tiles in mended]
    told = [each for each in found if each is not None]
    grows = curve(told[:1] if sample.colourless else told) if told else None  # equal channels tell once
    sigmas = (0.0,) * len(channels) if drawn else _sigmas(found, mended, grows)
    flat = [each for each in map(defects.correlation, mended) if each is not None]
    alike = [correlation for correlation, sigma in flat if sigma]
    return Report(
        name=name,
        size=size,
        channels=len(channels),
        colourless=sample.colourless,
        sigmas=sigmas,
        curve=grows if sigmas and max(sigmas) >= NOISY else None,
        impulses=stuck,
        correlation=float(np.mean(alike)) if alike else None,
        flat_sigma=float(np.mean([each[1] for each in flat])) if flat else None,
        grid=defects.grid(channels.mean(axis=0)) if sample.hidden is None else None,
        clipped=(float(np.mean([each[0] for each in ends])), float(np.mean([each[1] for each in ends]))),
        removed=_removed(channels, sample.hidden, denoise) if denoise and not drawn else None,
        page=page(channels, size),
        quality=None if drawn else quality(channels, sample.hidden),
        bits=sample.bits,
    )


def _removed(
    channels: NDArray[np.float32], hidden: NDArray[np.bool_] | None, denoise: Denoise
) -> Removed | None:
    """What a denoiser takes from a few parts of what is looked at, (c, n, h, w), of which (n, h, w) are hidden."""
    parts = _spread(channels).swapaxes(0, 1)
    unseen = None if hidden is None else _spread(hidden[None])[0]
    return removed(parts, denoise(parts), unseen) if min(parts.shape[2:]) >= 2 * BLOCK else None


def _spread(channels: NDArray) -> NDArray:
    """Of many tiles every fourth; of one large image its quarters' middles; a small one is all looked at."""
    count, height, width = channels.shape[1:]
    if count > 1:
        return channels[:, ::4]
    if height * width <= 4 * TILE**2 or min(height, width) < 2 * TILE:
        return channels
    corners = [
        (down * height // 4 - TILE // 2, across * width // 4 - TILE // 2)
        for down in (1, 3)
        for across in (1, 3)
    ]
    return np.concatenate(
        [channels[..., max(0, y) :, max(0, x) :][..., :TILE, :TILE] for y, x in corners], axis=1
    )


def _sigmas(
    found: list[Levels | None], tiles: list[NDArray[np.float32]], grows: Curve | None
) -> tuple[float, ...] | None:
    """Of each channel; where the noise grows with brightness, the root of its mean over all pixels."""
    told = [each.sigma for each in found if each is not None]
    if len(told) < len(found):
        return None
    if grows is None:
        return tuple(told)
    return tuple(math.sqrt(max(0.0, float(grows.variance(float(each.mean()))))) for each in tiles)
