"""A model of white noise with a fitted curve before it, and the way back after it."""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.phases import TAPS, by_phases
from grainless.denoising.adapt.shares import Shares
from grainless.denoising.adapt.transform import Floats, Transform
from grainless.denoising.adapt.turns import turned
from grainless.image.transparent import where_seen
from grainless.model.card import Card
from grainless.model.denoiser import TILE, Denoiser, Progress

BRIGHTEST = 0.999
"""The quantile of brightness that a model is shown as white: a few stars shall not make the rest dark."""


class Adapted:
    """Denoises the image it was fitted to. The curve is pixel by pixel, so that tiles and bands do not show.

    Args:
        model: of white noise.
        curve: of all channels: neutral colours stay neutral for the model.
        side: of the squares of pixels whose means the model is shown, see `by_phases`.
        coarser: the same with larger squares, whose results are mixed in.
        shares: of these.
        unit: of the pixels that it is given, in that of the image that it was fitted to.
    """

    def __init__(
        self,
        model: Denoiser,
        curve: Transform,
        side: int = 1,
        coarser: "Adapted | None" = None,
        shares: Shares | None = None,
        unit: float = 1.0,
    ) -> None:
        self.model, self.curve, self.side, self.unit = model, curve, side, unit
        self.coarser, self.shares = coarser, shares

    def counting_in(self, unit: float) -> Self:
        """The same for pixels in another unit, as frames of which each uses its own bits."""
        return type(self)(self.model, self.curve, self.side, self.coarser, self.shares, unit)

    @classmethod
    def of(cls, model: Denoiser, curve: Transform, parts: Floats, side: int = 1) -> Self:
        """With the curve's values that the model is shown as black and white.

        Args:
            model: of white noise.
            curve: of the noise.
            parts: of the image, or means over its squares.
            side: of these.
        """
        growth = curve.growth
        dark = max(growth.black, 0.0) if growth.gain else float(np.quantile(parts, 1 - BRIGHTEST))
        zero, one = curve.stable(np.array([dark, float(np.quantile(parts, BRIGHTEST))]))
        return cls(model, curve.shown(float(zero), float(max(one, zero + 1))), side)

    def with_share(self, coarser: "Adapted", shares: Shares) -> "Adapted":
        """With results of larger squares mixed in."""
        return Adapted(self.model, self.curve, self.side, coarser, shares)

    @property
    def card(self) -> Card:
        """The model's, as far as squares of pixels reach."""
        card, side = self.model.card, self.side
        if self.coarser:
            side, multiple = self.coarser.side, math.lcm(side, self.coarser.side)
        elif side == 1:
            return card
        else:
            multiple = side
        reach = None if card.reach is None else side * (card.reach + TAPS + 1)
        return replace(card, multiple=multiple * card.multiple, least=multiple * card.least, reach=reach)

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
        return where_seen(pixels, transparent, rows, lambda seen: self._in_unit(seen, tile, progress))

    def _in_unit(self, pixels: Floats, tile: int, progress: Progress | None) -> Floats:
        """Of pixels in their own unit."""
        if self.unit == 1:
            return self._mixed(pixels, tile, progress)
        return self._mixed(pixels * np.float32(self.unit), tile, progress) / np.float32(self.unit)

    def _mixed(self, pixels: Floats, tile: int, progress: Progress | None) -> Floats:
        """With the share of larger squares."""
        if self.coarser is None or self.shares is None:
            return self._made(pixels, tile, progress)
        told = _turns(2, progress)
        finer = self._made(pixels, tile, next(told))
        return self.shares(finer, self.coarser._made(pixels, tile, next(told)))

    def _made(self, pixels: Floats, tile: int, progress: Progress | None) -> Floats:
        """All phases of (c, h, w) pixels, denoised; a grey model needs only one of three equal colours."""
        if len(pixels) > self.model.card.channels and (pixels == pixels[:1]).all():
            return np.repeat(self._made(pixels[:1], tile, progress), len(pixels), axis=0)
        told, way, multiple = _turns(self.side**2, progress), count(), self.model.card.multiple

        def denoise(part: Floats) -> Floats:
            return self.model.visible(part, tile=tile, progress=next(told))

        def work(part: Floats) -> Floats:
            return self.curve.back(turned(self.curve(part), next(way), multiple, denoise))

        return by_phases(pixels, self.side, work)


def _turns(count: int, progress: Progress | None) -> Iterator[Progress | None]:
    """For each of several equal runs one that tells of all."""
    for turn in range(count):
        yield partial(_told, progress, turn, count) if progress else None


def _told(progress: Progress, turn: int, count: int, done: int, total: int) -> None:
    progress(turn * total + done, count * total)
