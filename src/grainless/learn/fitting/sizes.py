"""Whether a network takes what it will be shown: asked before the first step, not after the first epoch."""

from math import prod

from grainless.data.images import Data, Images
from grainless.errors import InputError
from grainless.learn.networks.network import Network, check_size

LARGE = 128**2
"""Pixels from which an image is rather learned from in pieces."""

FEW_STEPS = 10
"""Of an epoch."""


def check_sizes(network: Network, data: Data, crop: int | None) -> None:
    """Look at the sizes of all that a training shows.

    Args:
        network: which shall learn.
        data: whose validation images are shown whole, cut to the network's multiple.
        crop: pixels a side of what is cut out of the training images; None: they are shown whole, too.

    Raises:
        InputError: it does not take the crops, the training images or a validation image, which is named.
    """
    size = (crop, crop) if crop else data.train.size
    if size:
        check_size(network, *size)
    heights, widths = data.validation.heights.tolist(), data.validation.widths.tolist()
    for index, sides in enumerate(zip(heights, widths, strict=True)):
        height, width = (side // network.multiple * network.multiple or side for side in sides)
        try:
            check_size(network, height, width)
        except InputError as error:
            name = _name(data.validation, index)
            raise InputError(f"The validation image {name} does not fit the network. {error}") from error


def seldom_stepped(network: Network, data: Data, crop: int | None, steps: int) -> list[str]:
    """A sentence if whole photographs make an epoch of hardly any steps: pieces of them would be learned from better.

    Networks that look at the whole image are left alone.
    """
    size = data.train.size
    is_large = size is not None and prod(size) >= LARGE and network.size is None and network.reach is not None
    if crop or size is None or not is_large or steps >= FEW_STEPS:
        return []
    return [
        f"The images are learned from whole, {size[1]} x {size[0]}, so that an epoch has {steps} "
        f"step{'s' if steps > 1 else ''}: with train.crop = 64 and train.steps = 100 it learns faster."
    ]


def _name(images: Images, index: int) -> str:
    return images.names[index] if images.names else f"number {index + 1}"
