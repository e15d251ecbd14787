"""A model of white noise with a fitted curve before it, and the way back after it."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.transform import Floats, Transform
from grainless.model.card import Card
from grainless.model.denoiser import TILE, Denoiser, Progress

BRIGHTEST = 0.999
"""The quantile of brightness that a model is shown as white: a few stars shall not make the rest dark."""


class Adapted:
    """Denoises the image it was fitted to. The curve is pixel by pixel, so that tiles and bands do not show.

    Args:
        model: of white noise.
        curve: of all channels: neutral colours stay neutral for the model.
    """

    def __init__(self, model: Denoiser, curve: Transform) -> None:
        self.model, self.curve = model, curve

    @classmethod
    def of(cls, model: Denoiser, curve: Transform, parts: Floats) -> Self:
        """With the curve's values that the model is shown as black and white.

        Args:
            model: of white noise.
            curve: of the noise.
            parts: of the image.
        """
        growth = curve.growth
        dark = max(growth.black, 0.0) if growth.gain else float(np.quantile(parts, 1 - BRIGHTEST))
        zero, one = curve.stable(np.array([dark, float(np.quantile(parts, BRIGHTEST))]))
        return cls(model, curve.shown(float(zero), float(max(one, zero + 1))))

    @property
    def card(self) -> Card:
        """The model's."""
        return self.model.card

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
        made = self.model.visible(self.curve(pixels), transparent, rows=rows, tile=tile, progress=progress)
        made = self.curve.back(made)
        if transparent is None:
            return made
        kept: Floats = np.where(transparent[rows], pixels[:, rows], made)
        return kept
