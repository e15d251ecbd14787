"""A model of white noise with a fitted curve before it, and the way back after it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.phases import TAPS, by_phases
from grainless.denoising.adapt.transform import Floats, Transform
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
        unit: of the pixels that it is given, in that of the image that it was fitted to.
    """

    def __init__(self, model: Denoiser, curve: Transform, side: int = 1, unit: float = 1.0) -> None:
        self.model, self.curve, self.side, self.unit = model, curve, side, unit

    def counting_in(self, unit: float) -> Self:
        """The same for pixels in another unit, as frames of which each uses its own bits."""
        return type(self)(self.model, self.curve, self.side, unit)

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

    @property
    def card(self) -> Card:
        """The model's, as far as squares of pixels reach."""
        card = self.model.card
        if self.side == 1:
            return card
        reach = None if card.reach is None else self.side * (card.reach + TAPS + 1)
        return replace(card, multiple=self.side * card.multiple, least=self.side * card.least, reach=reach)

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
        return where_seen(pixels, transparent, rows, lambda seen: self._made(seen, tile, progress))

    def _made(self, pixels: Floats, tile: int, progress: Progress | None) -> Floats:
        """All phases of (c, h, w) pixels, denoised; a grey model needs only one of three equal colours."""
        if len(pixels) > self.model.card.channels and (pixels == pixels[:1]).all():
            return np.repeat(self._made(pixels[:1], tile, progress), len(pixels), axis=0)
        told = _turns(self.side**2, progress)

        def work(part: Floats) -> Floats:
            stable = self.curve(part if self.unit == 1 else part * np.float32(self.unit))
            back = self.curve.back(self.model.visible(stable, tile=tile, progress=next(told)))
            return back if self.unit == 1 else back / np.float32(self.unit)

        return by_phases(pixels, self.side, work)


def _turns(count: int, progress: Progress | None) -> Iterator[Progress | None]:
    """For each of several equal runs one that tells of all."""
    for turn in range(count):
        yield partial(_told, progress, turn, count) if progress else None


def _told(progress: Progress, turn: int, count: int, done: int, total: int) -> None:
    progress(turn * total + done, count * total)
