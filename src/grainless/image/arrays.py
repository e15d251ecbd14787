"""Arrays and PIL images become images, in this one place, and images become what they were made of again."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.errors import InputError
from grainless.image.formats.inks import to_rgb
from grainless.image.formats.palette import is_grey
from grainless.image.image import Image, Levels, quantised

Given = TypeVar("Given", NDArray, PIL.Image.Image, Image)
"""What Python programs hold: what comes in comes out alike."""

FAR_BELOW, MOSTLY = -0.25, 0.25
"""A quarter of the pixels darker than that: noise of 50/255 on black has a tenth."""

BRIGHTEST = 8.0
"""Floats beyond this are no full scales, however noisy: sigma 1 would leave 0..1 by less."""

DTYPES = ("uint8", "uint16", "float32", "float64")

OTHERWISE: dict[str, str] = {
    "bool": 'image.astype("float32") makes 0 and 1 of it',
    "float16": 'image.astype("float32")',
}
"""numpy's types that are not taken -> what to make of them."""

SCALED = "(image - black) / (white - black) as float32, with the values that black and white have in it"

CURES = {
    "LAB": "PIL.ImageCms, to RGB",
    "La": 'image.convert("LA")',
    "RGBa": 'image.convert("RGBA")',
}
"""PIL's modes that are not taken -> what to make of them."""
ELSE = 'image.convert("RGB")'

LONG = "I"
"""PIL's mode of integers of 32 bits: what of them is black and white is told by the pixels, as of a TIFF's."""

KEPT = ("L", "LA", "RGB", "RGBA", "I;16", "I;16B", LONG, "F")
"""PIL's modes that come back."""


def image_of(given: NDArray | PIL.Image.Image | Image, channel_axis: int = -1) -> Image:
    """An image of full scales; one that is an image already stays as it is.

    Args:
        given: (h, w) grey, or colours along `channel_axis`: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; uint8 or uint16
            (full scale is the type's largest number), float32 or float64 (full scale is 1). Or a PIL image of mode L,
            LA, RGB, RGBA, I;16, I (from its darkest pixel to its brightest) or F (full scale is 1); one of mode 1, P,
            PA or CMYK is turned into one of these, as a file of them is. Or an image of a file.
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: it is none of these.
    """
    if isinstance(given, Image):
        return given
    if isinstance(given, PIL.Image.Image):
        picture = _kept(given)
        return _of_long(picture) if picture.mode == LONG else image_of(np.asarray(picture))
    every = _planes(given, channel_axis)
    floats = np.ascontiguousarray(every, np.float32)  # colour by colour in memory: all that follows is faster
    if every.dtype.kind == "u":
        floats = floats / np.float32(np.iinfo(every.dtype).max)
    count = 1 if len(every) < 3 else 3
    depth = 32 if every.dtype.kind == "f" else 8 * every.dtype.itemsize
    return Image(floats[:count], floats[count] if len(floats) > count else None, depth)


def like(original: Given, image: Image, channel_axis: int = -1) -> Given:
    """The way back from `image_of`: the type, dtype, shape and range of the original, with the colours of the image.

    Integers are clipped and rounded; alpha, and floats that did not change, are the original's bit for bit.
    """
    made: Given = _like(original, image, channel_axis)
    return made


def _like(original: Any, image: Image, channel_axis: int) -> Any:
    if isinstance(original, Image):
        return image
    if isinstance(original, PIL.Image.Image):
        kept = _kept(original)
        stored = (
            image.levels.to_stored(image.pixels)[0] if image.levels else _like(np.asarray(kept), image, -1)
        )
        picture = PIL.Image.fromarray(stored)
        picture.info = dict(kept.info)
        return picture
    result = original.copy()
    colours = _planes(result, channel_axis)[: image.channels]
    if original.dtype.kind == "f":
        changed = colours.astype(np.float32) != image.pixels
        colours[changed] = image.pixels[changed]
    else:
        colours[:] = quantised(image.pixels, original.dtype)
    return result


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
    if np.mean(pixels < FAR_BELOW) > MOSTLY:
        raise InputError(
            f"{name} holds floats from {pixels.min():g} to {pixels.max():g}, many far below 0, and 0 is black: "
            "is it on a scale of -1 to 1? (image + 1) / 2 is right then."
        )


def _planes(image: NDArray, channel_axis: int) -> NDArray:
    """A view of (h, w) or (h, w, c) as (c, h, w)."""
    if not isinstance(image, np.ndarray):
        raise InputError(
            f"An image is a numpy array, a PIL image or what grainless.read gives, not {type(image).__name__}."
        )
    if image.dtype.newbyteorder("=") not in {np.dtype(kind) for kind in DTYPES}:
        cure = OTHERWISE.get(image.dtype.name, SCALED)
        raise InputError(
            f"An image is of {', '.join(DTYPES[:-1])} or {DTYPES[-1]}, not {image.dtype}: {cure}."
        )
    if not image.size:
        raise InputError(f"The image has no pixels: its shape is {image.shape}.")
    if image.ndim == 3 and -3 <= channel_axis < 3 and image.shape[channel_axis] in {1, 2, 3, 4}:
        return np.moveaxis(image, channel_axis, 0)
    if image.ndim == 2:
        return image[None]
    several = "; several images go to Denoiser.run" if image.ndim == 4 else ""
    raise InputError(
        f"An image is (h, w), or (h, w, c) with 1 to 4 channels along channel_axis, not {image.shape} "
        f"with channel_axis={channel_axis}{several}."
    )


def _of_long(picture: PIL.Image.Image) -> Image:
    """Integers of 32 bits."""
    stored = _planes(np.asarray(picture).astype(np.float64), -1)
    low, high = int(stored.min()), int(stored.max())
    levels = Levels("int32", low, max(high, low + 1))
    return Image(levels.to_pixels(stored), depth=32, levels=levels)


def _kept(picture: PIL.Image.Image) -> PIL.Image.Image:
    """A PIL image of a mode that comes back: itself, or what is made of it.

    Raises:
        InputError: its mode holds no plain grey or RGB, and is not turned into such.
    """
    if picture.mode in KEPT:
        return picture
    if picture.mode in TURNED:
        return TURNED[picture.mode](picture)
    raise InputError(
        f"A PIL image of mode {picture.mode} is not taken: {', '.join(KEPT)}, {', '.join(TURNED)} are; "
        f"try {CURES.get(picture.mode, ELSE)}."
    )


def _of_palette(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The colours of each pixel; grey where the palette has no colour."""
    clear = picture.has_transparency_data
    table = np.array(picture.getpalette() or [], np.uint8).reshape(-1, 3)
    colours = picture.convert("RGBA" if clear else "RGB")
    return colours.convert("LA" if clear else "L") if is_grey(table) else colours


def _of_inks(picture: PIL.Image.Image) -> PIL.Image.Image:
    """What inks look like, by their colour profile, which the result has no more."""
    rgb, _ = to_rgb(np.asarray(picture), picture.info.get("icc_profile"))
    made = PIL.Image.fromarray(rgb)
    made.info = {name: held for name, held in picture.info.items() if name != "icc_profile"}
    return made


TURNED: dict[str, Callable[[PIL.Image.Image], PIL.Image.Image]] = {
    "1": lambda picture: picture.convert("L"),
    "P": _of_palette,
    "PA": _of_palette,
    "CMYK": _of_inks,
}
"""PIL's modes that hold no plain grey or RGB -> what is denoised, and comes back."""
