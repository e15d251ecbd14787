"""What every network is: a torch module that tells a few facts about itself."""

from collections.abc import Iterable
from typing import Annotated

from annotated_types import Ge
from torch import Tensor, nn

from grainless.errors import InputError

Count = Annotated[int, Ge(1)]
"""Feature maps, numbers of a code, layers: at least one."""


class Network(nn.Module):
    """Noisy images in, denoised images out, both (n, c, h, w), 0 = black, 1 = full scale.

    One that has `neighbours` is shown as many planes before and after, too: (n, inputs, h, w) go in.

    The facts are all that padding, tiling, export and running need to know. Beyond `forward`, a network that
    ends in a sigmoid has `logits`, with forward(noisy) = sigmoid(logits(noisy)), for losses that are exact
    there; a network with a code has `encode` and `decode`, with forward(noisy) = decode(encode(noisy)).

    Args:
        channels: colours of the image, in and out: 1 grey, 3 RGB.
        size: (height, width) if it takes only one size, else None.
        multiple: the sides of what it is given must be multiples of this.
        least: and no shorter than this.
        reach: no output pixel depends on input further away than this, along either side; None: on the
            whole image.
        neighbours: planes that it is shown before the one it gives back, and as many after.
        aside: names of layers that lie beside the way of the pixels: an optimizer that treats the first and the last
            layer apart does not count them.
    """

    channels: int
    size: tuple[int, int] | None = None
    multiple: int = 1
    least: int = 1
    reach: int | None = None
    neighbours: int = 0
    aside: tuple[str, ...] = ()

    @property
    def inputs(self) -> int:
        """Channels of what it is shown."""
        return self.channels * (2 * self.neighbours + 1)

    def prepare(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> None:
        """Find weights that need no descent, once, before a training's first step; most networks have none.

        Args:
            pairs: what it is shown and what is wanted, both (n, c, h, w): those of about an epoch.
        """


def one_size(name: str, size: tuple[int, int] | None) -> tuple[int, int]:
    """The size for a network that takes only one.

    Raises:
        InputError: the images have none in common.
    """
    if size is None:
        raise InputError(
            f"The network {name} takes images of one size, and these are of several; "
            "take a network for any size, such as unet."
        )
    return size


def check_size(network: Network, height: int, width: int) -> None:
    """Whether the network takes images, or crops, of this size.

    Raises:
        InputError: it does not; what it takes is told.
    """
    if network.size not in {None, (height, width)}:
        raise InputError(
            f"The network takes images of {network.size[0]} x {network.size[1]} pixels, "
            f"and these are {height} x {width}."
        )
    if height % network.multiple or width % network.multiple:
        near = [_multiple_near(side, network.multiple) for side in (height, width)]
        raise InputError(
            f"The network takes images whose sides are multiples of {network.multiple}, and these are "
            f"{height} x {width}; {near[0]} x {near[1]} would do."
        )
    if min(height, width) < network.least:
        raise InputError(
            f"The network takes images of {network.least} x {network.least} pixels or more, "
            f"and these are {height} x {width}."
        )


def _multiple_near(side: int, multiple: int) -> int:
    return max(multiple, side // multiple * multiple)
