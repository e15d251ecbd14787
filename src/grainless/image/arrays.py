"""What Python programs and files give, checked: arrays and PIL images as planes, floats as full scales."""

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.errors import InputError

BRIGHTEST = 8.0
"""Floats beyond this are no full scales, however noisy: sigma 1 would leave 0..1 by less."""

CURES = {
    "1": 'image.convert("L")',
    "P": 'image.convert("RGB"), or "RGBA" where it is transparent',
    "PA": 'image.convert("RGBA")',
    "LAB": "PIL.ImageCms, to RGB",
    "I": "an array of uint16",
    "La": 'image.convert("LA")',
    "RGBa": 'image.convert("RGBA")',
}
"""PIL's modes that are not taken -> what to make of them."""
ELSE = 'image.convert("RGB")'


def planes(image: NDArray, channel_axis: int) -> NDArray:
    """A view of (h, w) or (h, w, c) as (c, h, w).

    Raises:
        InputError: it is no such array.
    """
    if not isinstance(image, np.ndarray):
        raise InputError(
            f"An image is a numpy array or a PIL image, not {type(image).__name__}; "
            "files are read by grainless.read."
        )
    if image.dtype not in {np.dtype(kind) for kind in ("uint8", "uint16", "float32", "float64")}:
        raise InputError(f"An image is of uint8, uint16, float32 or float64, not {image.dtype}.")
    if not image.size:
        raise InputError(f"The image has no pixels: its shape is {image.shape}.")
    if image.ndim == 3 and -3 <= channel_axis < 3 and image.shape[channel_axis] in {1, 2, 3, 4}:
        return np.moveaxis(image, channel_axis, 0)
    if image.ndim == 2:
        return image[None]
    raise InputError(
        f"An image is (h, w), or (h, w, c) with 1 to 4 channels along channel_axis, not {image.shape} "
        f"with channel_axis={channel_axis}."
    )


def check_mode(image: PIL.Image.Image) -> None:
    """Refuse a PIL image of a mode that holds no plain grey or RGB."""
    if image.mode not in {"L", "LA", "RGB", "RGBA", "I;16", "F"}:
        raise InputError(
            f"A PIL image of mode {image.mode} is not taken: L, LA, RGB, RGBA, I;16 and F are; "
            f"try {CURES.get(image.mode, ELSE)}."
        )


def check_range(pixels: NDArray, name: str) -> None:
    """Refuse floats that are no full scales.

    Raises:
        InputError: they are not.
    """
    if not np.isfinite(pixels).all():
        raise InputError(f"{name} holds pixels that are no numbers (NaN or inf): replace them.")
    if max(pixels.max(), -pixels.min()) > BRIGHTEST:
        raise InputError(
            f"{name} holds floats from {pixels.min():g} to {pixels.max():g}, and 0 is black, 1 full scale: "
            "divide them by their full scale."
        )
