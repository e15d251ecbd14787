"""Denoise what Python programs hold, arrays and PIL images: the same kind comes back."""

import warnings
from pathlib import Path
from typing import TypeVar

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.denoising.choose import AUTO, choose
from grainless.denoising.process import blend, check_strength
from grainless.image.arrays import check_mode, check_range, planes
from grainless.image.image import quantised
from grainless.image.transparent import clear_pixels
from grainless.model.denoiser import Denoiser

A = TypeVar("A", NDArray, PIL.Image.Image)


def denoise(
    image: A, *, model: str | Path | Denoiser = AUTO, strength: float = 1.0, channel_axis: int = -1
) -> A:
    """Denoise an array or a PIL image; the same type, dtype, shape and range come back.

    Args:
        image: (h, w) grey, or colours along `channel_axis`: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; uint8
            or uint16 (full scale is the type's largest number), float32 or float64 (full scale is 1; not
            clipped). Or a PIL image of mode L, LA, RGB, RGBA, I;16 or F (full scale is 1). Alpha is kept as it is, and
            so are the colours of clear pixels, which do not colour those that are seen.
        model: "auto" looks at the noise and chooses; else a name, an ONNX file, a run's folder, or a loaded
            denoiser. By "auto" an image without noise is left as it is.
        strength: 0 gives the image bit for bit, 1 what the model gives; between, a blend of both.
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: the image is of another kind, strength is not in 0..1, or there is no such model.
        RunError: the model gave what is no number.

    Warns:
        UserWarning: the noise is of a kind or strength that the model did not learn.

    >>> grainless.denoise(scan, model="runs/demo", strength=0.8)  # doctest: +SKIP
    """
    check_strength(strength)
    denoiser = model if isinstance(model, Denoiser) else _chosen(image, model, channel_axis)
    if denoiser is None:
        return image.copy()
    if isinstance(image, PIL.Image.Image):
        return _denoise_pil(image, denoiser, strength)
    every = planes(image, channel_axis)
    count = 1 if len(every) < 3 else 3
    colours, alpha = every[:count], every[count] if len(every) > count else None
    denoiser.check(count, (colours.shape[1], colours.shape[2]))
    result = image.copy()
    if strength:
        clear = None if alpha is None else clear_pixels(colours, alpha)
        planes(result, channel_axis)[:count] = _denoise_stored(colours, denoiser, strength, clear)
    return result


def _chosen(image: NDArray | PIL.Image.Image, model: str | Path, channel_axis: int) -> Denoiser | None:
    """The model for an image; None: it is left as it is."""
    choice = choose(image, model, channel_axis=channel_axis)
    for sentence in choice.warnings:
        warnings.warn(sentence, stacklevel=3)
    return choice.denoiser


def _denoise_pil(image: PIL.Image.Image, denoiser: Denoiser, strength: float) -> PIL.Image.Image:
    check_mode(image)
    result = PIL.Image.fromarray(denoise(np.asarray(image), model=denoiser, strength=strength))
    result.info = dict(image.info)
    return result


def _denoise_stored(
    colours: NDArray, denoiser: Denoiser, strength: float, clear: NDArray[np.bool_] | None
) -> NDArray:
    """Denoise (c, h, w) of any dtype that `planes` takes; the same dtype comes back."""
    if colours.dtype.kind == "f":
        check_range(colours, "the image")
        return blend(colours, denoiser, strength, clear)
    pixels = colours.astype(np.float32) / np.float32(np.iinfo(colours.dtype).max)
    return quantised(blend(pixels, denoiser, strength, clear), colours.dtype)
