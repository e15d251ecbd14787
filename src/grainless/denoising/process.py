"""Denoise an image of a file: strength, and what lies under clear pixels."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError, RunError
from grainless.image.arrays import check_range
from grainless.image.image import Image
from grainless.image.transparent import clear_pixels, filled
from grainless.model.denoiser import TILE, Denoiser


def denoise_image(image: Image, denoiser: Denoiser, strength: float = 1.0) -> Image:
    """Denoise an image of a file; alpha and everything beside the pixels stay as they are.

        pixels + strength (denoised - pixels)

    Colours of clear pixels stay bit for bit, and do not colour what is denoised.

    Args:
        image: the noisy image.
        denoiser: the model.
        strength: 0 gives the image bit for bit, 1 what the model gives.

    Raises:
        InputError: strength is not in 0..1, the model does not take the image, or its floats are no full scales.
        RunError: the model gave what is no number.
    """
    check_strength(strength)
    denoiser.check(image.channels, image.size, image.name)
    if strength == 0:
        return image
    check_range(image.pixels, image.name)
    return replace(image, pixels=blend(image.pixels, denoiser, strength, clear_of(image)))


def clear_of(image: Image) -> NDArray[np.bool_] | None:
    """(h, w): where nobody sees the image; None: it is opaque."""
    if image.alpha is None:
        return None
    return clear_pixels(image.pixels, image.alpha, premultiplied=image.premultiplied)


def blend(
    pixels: NDArray,
    denoiser: Denoiser,
    strength: float = 1.0,
    clear: NDArray[np.bool_] | None = None,
    *,
    rows: slice = slice(None),
    tile: int = TILE,
) -> NDArray:
    """Go from (c, h, w) pixels towards what the denoiser makes of them; the same dtype of floats comes back.

    Args:
        pixels: 0 black, 1 full scale.
        denoiser: the model.
        strength: how far, 0..1.
        clear: (h, w), pixels that stay, and that shall not be looked at.
        rows: which are denoised and given back; around them clear pixels find their colours.
        tile: the most pixels of a tile.

    Raises:
        RunError: the model gave what is no number.
    """
    if clear is None or not clear[rows].any():
        return _towards(pixels[:, rows], _finite(denoiser, pixels[:, rows], tile), strength)
    if clear[rows].all():
        return pixels[:, rows]
    shown = filled(pixels.astype(np.float32, copy=False), clear)[:, rows]
    pixels, clear = pixels[:, rows], clear[rows]
    return np.where(clear, pixels, _towards(pixels, _finite(denoiser, shown, tile), strength))


def check_strength(strength: float) -> None:
    """Refuse what is no strength.

    Raises:
        InputError: it is not in 0..1.
    """
    if not 0 <= strength <= 1:
        raise InputError(f"strength is {strength}: it goes from 0 (the image as it is) to 1 (the model's).")


def _finite(denoiser: Denoiser, pixels: NDArray, tile: int) -> NDArray[np.float32]:
    """What the denoiser makes of (c, h, w) pixels."""
    denoised: NDArray[np.float32] = denoiser(pixels[None].astype(np.float32, copy=False), tile=tile)[0]
    if not np.isfinite(denoised).all():
        raise RunError(f"{denoiser.card.name} gave pixels that are no numbers; the model is broken.")
    return denoised


def _towards(pixels: NDArray, denoised: NDArray[np.float32], strength: float) -> NDArray:
    if strength == 1:
        return denoised.astype(pixels.dtype, copy=False)
    blended: NDArray = pixels + pixels.dtype.type(strength) * (denoised.astype(pixels.dtype) - pixels)
    return blended
