"""Denoise what Python programs hold, arrays, PIL images and images of files: the same kind comes back."""

import warnings
from pathlib import Path

from grainless.denoising.policy import AUTO, Policy
from grainless.denoising.process import process
from grainless.image.arrays import Given, image_of, like
from grainless.image.image import Image
from grainless.model.denoiser import Denoiser


def denoise(
    image: Given,
    *,
    model: str | Path | Denoiser = AUTO,
    strength: float = 1.0,
    chroma: float | None = None,
    adapt: bool = False,
    channel_axis: int = -1,
) -> Given:
    """Denoise an array, a PIL image or an image of a file; the same type, dtype, shape and range come back.

    Args:
        image: (h, w) grey, or colours along `channel_axis`: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; uint8
            or uint16 (full scale is the type's largest number), float32 or float64 (full scale is 1; not
            clipped). Or a PIL image of mode L, LA, RGB, RGBA, I;16, I or F (full scale is 1); modes 1, P and CMYK come
            back as L, RGB or RGBA, as files of them do. Or what `grainless.read` gives. Alpha is kept as it is, and so
            are the colours of transparent pixels, which do not colour those that are seen.
        model: "auto" looks at the noise and chooses; else a name, an ONNX file, a run's folder, or a loaded
            denoiser. By "auto" an image without noise is left as it is.
        strength: 0 gives the image bit for bit, 1 what the model gives; between, a blend of both.
        chroma: the same for the noise of colours, apart from that of brightness; None: as `strength`.
        adapt: fit a curve to the noise of this image first, for noise that grows with brightness in unknown ways:
            microscopy, astronomy, X-ray, 16 bits.
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: the image is of another kind, a strength is not in 0..1, or there is no such model.
        RunError: the model gave what is no number.

    Warns:
        UserWarning: the noise is of a kind or strength that the model did not learn, or detail was taken with it.

    >>> import numpy as np
    >>> scan = np.full((64, 64), 200, np.uint8)
    >>> denoise(scan, strength=0.8).dtype
    dtype('uint8')
    """
    return _denoised(image, Policy(model, strength, chroma, adapt=adapt), channel_axis)


def denoise_image(
    image: Image,
    model: str | Path | Denoiser = AUTO,
    strength: float = 1.0,
    chroma: float | None = None,
) -> Image:
    """Denoise an image of a file, as `denoise` does; alpha and everything beside the pixels stay as they are."""
    return _denoised(image, Policy(model, strength, chroma), -1)


def _denoised(image: Given, policy: Policy, channel_axis: int) -> Given:
    result, outcome = process(image_of(image, channel_axis), policy)
    for sentence in outcome.warnings:
        warnings.warn(sentence, stacklevel=3)
    return like(image, result, channel_axis)
