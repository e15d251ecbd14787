"""Before, after, and what was taken: one picture to judge a denoiser by."""

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from numpy.typing import NDArray

from grainless.image.picture import picture

GAP = 8  # pixels between the panels
LINE = 28  # height of the words above them, in pixels
GAIN = 4  # what was taken is shown this much stronger than it is
WIDEST = 2400  # of a panel: three of them are still a picture that viewers open


def side_by_side(noisy: NDArray[np.floating], denoised: NDArray[np.floating]) -> PIL.Image.Image:
    """Noisy, denoised and their difference, in a row; the middle is shown of what is too large to be seen.

    The difference is grey where nothing was taken, and four times as strong as it is, for the eye. Noise
    alone should be seen there: edges and faces are detail that was lost.

    Args:
        noisy: (c, h, w), c = 1 or 3, 0 black, 1 full scale.
        denoised: the same shape.
    """
    noisy, denoised = _middle(noisy), _middle(denoised)
    taken = 0.5 + GAIN * (noisy - denoised)
    panels = {"noisy": noisy, "denoised": denoised, f"removed, x {GAIN}": taken}
    height, width = noisy.shape[1:]
    page = PIL.Image.new("RGB", (3 * width + 2 * GAP, height + LINE), "white")
    pen = PIL.ImageDraw.Draw(page)
    for number, (words, pixels) in enumerate(panels.items()):
        left = number * (width + GAP)
        pen.text((left + 2, 4), words, fill="black", font=PIL.ImageFont.load_default(16))
        page.paste(picture(pixels), (left, LINE))
    return page


def _middle(pixels: NDArray) -> NDArray:
    top, left = (max(0, side - WIDEST) // 2 for side in pixels.shape[1:])
    return pixels[:, top : top + WIDEST, left : left + WIDEST]
