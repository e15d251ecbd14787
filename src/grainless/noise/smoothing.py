"""What cameras and programs do to noise: luma and chroma are blurred, each in its own measure."""

from array_api_compat import array_namespace

from grainless.image.luma import SHARES
from grainless.noise.draw import Array
from grainless.noise.separable import blurred


def luma(image: Array) -> Array:
    """(n, 1, h, w) of (n, c, h, w) with 1 or 3 channels."""
    if image.shape[1] == 1:
        return image
    red, green, blue = SHARES
    return red * image[:, :1] + green * image[:, 1:2] + blue * image[:, 2:]


def smoothed(noise: Array, luma_blur: Array, chroma_blur: Array, kept: Array) -> Array:
    """Noise whose luma and chroma were blurred apart.

    Args:
        noise: (n, c, h, w), around 0.
        luma_blur: (n, 1, 1, 1), sigma of the blur in pixels.
        chroma_blur: the same, of the differences from luma.
        kept: (n, 1, 1, 1), 0..1: how much of the strength that the blur takes is given back, as a power.
    """
    bright = luma(noise)
    soft = _regained(bright, blurred(bright, luma_blur), kept)
    if noise.shape[1] == 1:
        return soft
    colour = noise - bright
    return soft + _regained(colour, blurred(colour, chroma_blur), kept)


def _regained(before: Array, after: Array, kept: Array) -> Array:
    xp = array_namespace(before)
    axes = (1, 2, 3)
    lost = xp.mean(before**2, axis=axes, keepdims=True) / xp.clip(
        xp.mean(after**2, axis=axes, keepdims=True), 1e-12, None
    )
    return after * xp.clip(lost, 1.0, None) ** (kept / 2)
