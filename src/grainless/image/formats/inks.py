"""CMYK inks -> RGB, by the colour profile of the file if it has one."""

import imagecodecs
import numpy as np
from numpy.typing import NDArray

CMYK = b"CMYK"  # what an ICC profile says at PLACE if its colours are inks
PLACE = 16


def to_rgb(inks: NDArray, profile: bytes | None) -> tuple[NDArray, str]:
    """What inks look like on a screen.

    With a usable profile: through Little CMS, perceptually, into sRGB. Without one, ink by ink:

        red = (1 - cyan) (1 - black), green with magenta, blue with yellow

    Args:
        inks: (h, w, 4) uint8 or uint16, 0 no ink.
        profile: the file's ICC profile.

    Returns:
        (h, w, 3) of the same dtype, and the sentence that tells it.
    """
    if profile is not None and profile[PLACE : PLACE + 4] == CMYK:
        try:
            return _managed(inks, profile), "CMYK was converted to sRGB by its colour profile."
        except imagecodecs.CmsError:
            return _plain(inks), "CMYK was converted to RGB without its colour profile, which is broken."
    return _plain(inks), "CMYK was converted to RGB without a colour profile: hues may be off."


def _managed(inks: NDArray, profile: bytes) -> NDArray:
    screen = imagecodecs.cms_profile("srgb")
    rgb: NDArray = imagecodecs.cms_transform(
        np.ascontiguousarray(inks), profile, screen, colorspace="cmyk", outcolorspace="rgb"
    )
    return rgb


def _plain(inks: NDArray) -> NDArray:
    white = np.iinfo(inks.dtype).max
    paper = white - inks.astype(np.uint32)
    rgb = (paper[..., :3] * paper[..., 3:] + white // 2) // white
    return rgb.astype(inks.dtype)
