"""Whether a network takes what it will be shown: asked before the first step, not after the first epoch."""

from grainless.data.images import Data, Images
from grainless.errors import InputError
from grainless.learn.networks.network import Network, check_size


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


def _name(images: Images, index: int) -> str:
    return images.names[index] if images.names else f"number {index + 1}"
