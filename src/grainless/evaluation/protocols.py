"""Protocols: how noise is drawn and what is scored, by name. A table says its protocol's sentence."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grainless.noise import Draw, NumpyDraw

Array = NDArray[np.floating]

SIGMA_IS_TOLD = (
    "Classical denoisers are told the noise's true strength, RMS(noisy - clean) over the whole set: a help where "
    "all images are as noisy, a hindrance where each has a strength of its own."
)


@dataclass(frozen=True)
class FieldDraw:
    """Chance as the field's reference code has it: doubles from numpy's RandomState, channels drawn last.

    Args:
        state: seeded anew for each image.
    """

    state: np.random.RandomState

    def normal(self, like: Array) -> Array:
        return self._channels_first(self.state.standard_normal, like)

    def uniform(self, like: Array) -> Array:
        return self._channels_first(self.state.random_sample, like)

    def poisson(self, rate: Array) -> Array:
        return np.moveaxis(self.state.poisson(np.moveaxis(rate, 1, -1)), -1, 1).astype(np.float64)

    @staticmethod
    def _channels_first(draw: Callable[..., Array], like: Array) -> Array:
        n, channels, height, width = like.shape
        return np.moveaxis(draw(size=(n, height, width, channels)), -1, 1)


@dataclass(frozen=True)
class Protocol:
    """How noise is drawn and what is scored.

    Args:
        about: a sentence to stand under every table.
        draw: (seed, index of the image) -> the chance of its noise.
        scored: what scores see of a denoised or clean image; white stays 1.
    """

    about: str
    draw: Callable[[int, int], Draw]
    scored: Callable[[Array], Array]


def _clamped(images: Array) -> Array:
    return np.clip(images, 0, 1)


def _bytes(images: Array) -> Array:
    return np.round(np.clip(images, 0, 1) * 255).astype(np.float64) / 255


PROTOCOLS: dict[str, Protocol] = {
    "float": Protocol(
        about="Protocol float: each image's noise comes from a generator of its own (seed, index); every "
        "output, the noisy image's too, is clamped to 0..1 and not rounded; peak 1; no border is cropped; "
        f"means over images. {SIGMA_IS_TOLD}",
        draw=lambda seed, index: NumpyDraw(np.random.default_rng([seed, index])),
        scored=_clamped,
    ),
    "field": Protocol(
        about="Protocol field: numpy's RandomState is seeded anew for each image and draws (h, w, c) "
        "doubles; every output, the noisy image's too, is clamped and rounded to 8 bits; peak 255; no border "
        f"is cropped; colour: all channels jointly; means over images. {SIGMA_IS_TOLD}",
        draw=lambda seed, index: FieldDraw(np.random.RandomState(seed)),
        scored=_bytes,
    ),
    "real": Protocol(
        about="Protocol real: noisy and clean images are taken as their 8-bit files hold them, no noise is added; "
        "every output is clamped and rounded to 8 bits; peak 255; no border is cropped; colour: all "
        f"channels jointly; means over images. {SIGMA_IS_TOLD}",
        draw=lambda seed, index: FieldDraw(np.random.RandomState(seed)),
        scored=_bytes,
    ),
}
