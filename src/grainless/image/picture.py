"""Full scales as a picture that people look at: 8 bits, grey or RGB."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def picture(pixels: NDArray[np.floating]) -> Image.Image:
    """The image as 8 bits; what is beyond black and white is clipped, what is no number is black.

    Args:
        pixels: (c, h, w), c = 1 or 3, 0 = black, 1 = full scale.
    """
    finite = np.nan_to_num(np.asarray(pixels, dtype=np.float64), nan=0.0, posinf=1.0, neginf=0.0)
    levels = np.rint(finite.clip(0, 1) * 255).astype(np.uint8)
    return Image.fromarray(levels[0] if len(levels) == 1 else np.moveaxis(levels, 0, -1))
