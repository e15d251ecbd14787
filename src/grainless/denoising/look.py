"""Look at an image with the help of a shipped model: what it takes from quiet parts is the noise of photographs."""

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.denoising.policy import Policy
from grainless.image.image import Image
from grainless.inspection import Report, measure, measure_rows
from grainless.inspection.measure import Denoise
from grainless.inspection.sampling import Rows
from grainless.model import zoo

KNOWN = "correlated"
"""The kind of noise that only a model that learned it can see."""


def inspect(image: NDArray | PIL.Image.Image | Image, *, channel_axis: int = -1) -> Report:
    """What noise is in an image: how strong, of which kind, and what else is wrong with it.

    Args:
        image: what `grainless.read` gives, an array or a PIL image, as `grainless.denoise` takes it.
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: the image is of another kind, or its floats are no full scales.

    >>> inspect(np.zeros((64, 64), np.uint8)).noisy
    False
    """
    return measure(image, channel_axis=channel_axis, denoise=expert())


def look(image: Image, policy: Policy) -> Report:
    """The same, on the policy's device and threads."""
    return measure(image, denoise=expert(policy))


def look_at_rows(rows: Rows, size: tuple[int, int], name: str, policy: Policy) -> Report:
    """The same of an image of which some rows are held at a time."""
    return measure_rows(rows, size, name, denoise=expert(policy))


def expert(policy: Policy | None = None) -> Denoise | None:
    """The shipped model that learned correlated noise in colour, as a function; None: none is shipped."""
    name = next(
        (name for name, card in zoo.cards().items() if KNOWN in card.learned and card.channels == 3), None
    )
    if name is None:
        return None
    denoiser = (policy or Policy()).load(name)

    def denoise(parts: NDArray[np.float32]) -> NDArray[np.float32]:
        return denoiser.run(np.ascontiguousarray(parts))

    return denoise
