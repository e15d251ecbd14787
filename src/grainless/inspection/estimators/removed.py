"""What a denoiser took tells the noise: how strong, in luma and colour, in shadows and lights, how coarse.

No formula for white noise sees what a camera and JPEG leave of it: it is coarse, and texture is coarse, too. A
network that learned such noise tells them apart, and what it takes where an image is quiet is the noise. This room
knows no such network: it is given what one took.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grainless.image.luma import LUMA
from grainless.inspection.blocks import blocks
from grainless.inspection.estimators.detail import MOSTLY_DETAIL, detail_taken_from_parts
from grainless.inspection.estimators.drawn import DRAWN, DRAWN_IN_BLACK_OR_WHITE, even

BLOCK = 16  # pixels a side
FEWEST = 4  # blocks that tell anything
SHADOWS, LIGHTS = 0.25, 0.6  # luma below the first, and above the second
QUIET = 0.25  # quantile over blocks: texture is not in all of them, noise is

BANDS = 6
"""Of brightness. Noise that went through a camera has one strength in each and is in nearly all of its blocks; in dark
or bright ones there may be next to none, so that a quantile over all brightnesses misses it in the others."""
RARE = 0.1  # quantile over a band's blocks
ENOUGH, SHARE = 16, 1 / 16  # blocks that make a band, and their share of all

CORRELATED = 0.52 / 255
"""Luma of correlated noise, averaged over 2 x 2 pixels, in nearly every block: less is no noise to speak of."""
LIGHTLY_COMPRESSED = 0.6 / 255
"""The same for a JPEG of so high a quality that one does not see it: a denoiser takes what it left all the same. Of
CBSD68's clean photographs saved at 90, nine of ten have less."""
CORRELATED_GREY = 0.65 / 255
"""The same for images without colour."""
COLOURED = 1.8 / 255
"""Colour noise alike: a camera's is coarse, and sharp colourful detail is not. All four:
`python -m benchmarks.inspection.finding`, on clean and noisy photographs."""


WHITE_LUMA, WHITE_CHROMA = 0.56, 0.58
"""White noise keeps half of its sigma where 2 x 2 pixels are averaged; more than this is correlated."""

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Removed:
    """What a denoiser took from the quiet parts of an image, as standard deviations in full scales.

    Args:
        luma: in shadows, middle tones and lights; None: there is too little of them.
        chroma: the same, of colours: the root of the sum of the three channels' variances about luma.
        coarse_luma: what is left of luma's where 2 x 2 pixels are averaged, in nine of ten blocks of the brightness
            where that is most.
        coarse_chroma: the same, of colours.
        coarseness: (luma, chroma) share of sigma that is left where 2 x 2 pixels are averaged: 0.5 for white noise.
        colourless: the image has no colours.
        drawn: the image is drawn, not photographed: noise would leave no even places.
        detail: how many times as much was taken in busy places as in flat ones: 1 for noise; None: too small to tell.
    """

    luma: tuple[float | None, float | None, float | None]
    chroma: tuple[float | None, float | None, float | None]
    coarse_luma: float
    coarse_chroma: float
    coarseness: tuple[float, float]
    colourless: bool
    drawn: bool = False
    detail: float | None = None

    @property
    def sigma(self) -> float:
        """Luma and colour together, of the zone where they are strongest."""
        zones = zip(self.luma, (None,) * 3 if self.colourless else self.chroma, strict=True)
        return max((math.hypot(grey or 0.0, colour or 0.0) for grey, colour in zones), default=0.0)

    @property
    def noisy(self) -> bool:
        """More was taken than a denoiser takes from a clean photograph."""
        return self._exceeds(CORRELATED)

    @property
    def noisy_for_a_jpeg(self) -> bool:
        """More was taken than from a clean photograph that is a JPEG of high quality."""
        return self._exceeds(LIGHTLY_COMPRESSED)

    def _exceeds(self, luma: float) -> bool:
        if self.drawn:
            return False
        least = CORRELATED_GREY if self.colourless else luma
        return self.coarse_luma > least or (not self.colourless and self.coarse_chroma > COLOURED)

    @property
    def mostly_detail(self) -> bool:
        """What was taken lies where the picture is busy: a denoiser errs there, and noise is everywhere."""
        return self.detail is not None and self.detail > MOSTLY_DETAIL

    @property
    def white(self) -> bool:
        """Neighbouring pixels of what was taken are not alike."""
        luma, chroma = self.coarseness
        return luma < WHITE_LUMA and (self.colourless or chroma < WHITE_CHROMA)


def removed(noisy: Pixels, denoised: Pixels, hidden: NDArray[np.bool_] | None = None) -> Removed | None:
    """Measure what a denoiser took.

    Args:
        noisy: (n, c, h, w) parts of an image, 0 black, 1 full scale; c = 1 grey or 3 RGB.
        denoised: the same shape.
        hidden: (n, h, w), what nobody sees: blocks that have such pixels do not count.

    Returns:
        None where there are too few blocks to tell.
    """
    luma, chroma = _parts(noisy - denoised)
    brightness = _luma(denoised)
    fine, coarse = _power(luma), _power(_halved(luma))
    fine_chroma, coarse_chroma = _power(chroma), _power(_halved(chroma))
    tone, activity = _blocks(brightness).mean(axis=-1).ravel(), _blocks(brightness).var(axis=-1).ravel()
    seen = ~_blocks(_none(noisy) if hidden is None else hidden[:, None]).any(axis=-1).ravel()
    if seen.sum() < FEWEST:
        return None
    inside = seen & (tone > 0.02) & (tone < 0.98)  # noise is cut at black and white
    if inside.sum() < FEWEST:
        inside = seen
    fine, coarse, fine_chroma, coarse_chroma, tone, activity = (
        each[inside] for each in (fine, coarse, fine_chroma, coarse_chroma, tone, activity)
    )
    quiet = _quiet(activity, np.ones_like(tone, dtype=bool))
    detail = detail_taken_from_parts(noisy, denoised, hidden)
    zones = [
        _quiet(activity, zone)
        for zone in (tone < SHADOWS, (tone >= SHADOWS) & (tone < LIGHTS), tone >= LIGHTS)
    ]
    return Removed(
        luma=_of_zones(fine, zones),
        chroma=_of_zones(fine_chroma, zones),
        coarse_luma=math.sqrt(_in_every_block(coarse, tone)),
        coarse_chroma=math.sqrt(_in_every_block(coarse_chroma, tone)),
        coarseness=(_ratio(coarse, fine, quiet), _ratio(coarse_chroma, fine_chroma, quiet)),
        colourless=noisy.shape[1] == 1 or bool((noisy == noisy[:, :1]).all()),
        drawn=even(noisy, hidden) > (DRAWN_IN_BLACK_OR_WHITE if detail is None else DRAWN),
        detail=detail,
    )


def _none(noisy: Pixels) -> NDArray[np.bool_]:
    """Nothing is hidden."""
    return np.zeros((len(noisy), 1, *noisy.shape[2:]), dtype=bool)


def _parts(taken: Pixels) -> tuple[Pixels, Pixels]:
    """(n, 1, h, w) luma and (n, c, h, w) colours of what was taken."""
    luma = _luma(taken)
    return luma, taken - luma


def _luma(image: Pixels) -> Pixels:
    if image.shape[1] == 1:
        return image
    grey: Pixels = np.einsum("c,nchw->nhw", LUMA, image)[:, None]
    return grey


def _halved(image: Pixels) -> Pixels:
    """Means over 2 x 2 pixels, each at all four."""
    height, width = (side // 2 * 2 for side in image.shape[2:])
    cut = image[..., :height, :width].reshape(*image.shape[:2], height // 2, 2, width // 2, 2)
    mean: Pixels = np.broadcast_to(cut.mean(axis=(3, 5), keepdims=True), cut.shape).reshape(
        *image.shape[:2], height, width
    )
    return mean


def _blocks(image: NDArray) -> NDArray:
    """(n, c, h, w) as (n, c, blocks, pixels)."""
    cut = blocks(image, BLOCK)
    return cut.reshape(*cut.shape[:-2], BLOCK * BLOCK)


def _power(taken: Pixels) -> NDArray[np.float64]:
    """Mean square of each block, channels summed."""
    power: NDArray[np.float64] = (_blocks(taken).astype(np.float64) ** 2).mean(axis=-1).sum(axis=1).ravel()
    return power


def _quiet(activity: NDArray[np.float32], zone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The quieter half of a zone's blocks."""
    return zone & (activity <= (np.median(activity[zone]) if zone.any() else 0))


def _in_every_block(power: NDArray[np.float64], tone: NDArray[np.float32]) -> float:
    """What nearly every block of a band of brightness has, of the band that has most; of few blocks, a quarter."""
    band = np.clip((tone * BANDS).astype(int), 0, BANDS - 1)  # a denoiser may go beyond black and white
    counts = np.bincount(band, minlength=BANDS)
    enough = np.flatnonzero(counts >= max(ENOUGH, SHARE * len(tone)))
    found = [float(np.quantile(power[band == each], RARE)) for each in enough]
    return max(found, default=float(np.quantile(power, QUIET)))


def _of_zones(
    power: NDArray[np.float64], zones: list[NDArray[np.bool_]]
) -> tuple[float | None, float | None, float | None]:
    shadows, middle, lights = (
        math.sqrt(float(np.median(power[zone]))) if zone.sum() >= FEWEST else None for zone in zones
    )
    return shadows, middle, lights


def _ratio(coarse: NDArray[np.float64], fine: NDArray[np.float64], quiet: NDArray[np.bool_]) -> float:
    return math.sqrt(float(np.median(coarse[quiet])) / max(float(np.median(fine[quiet])), 1e-12))
