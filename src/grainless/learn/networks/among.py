"""A network that is shown the planes before and after the one that it shall give back."""

from torch import Tensor

from grainless.learn.networks.network import Network


class Among(Network):
    """Any network for so many more channels, of whose answers that of the plane in the middle counts.

    It takes (n, planes * channels, h, w), planes in their order and the channels of each together, and gives
    (n, channels, h, w).

    Args:
        inside: for `planes` times as many channels, planes = 2 neighbours + 1.
        channels: colours of a plane.
        neighbours: planes before, and as many after.

    Source: the early fusion of Tassano, Delon, Veit, "FastDVDnet: towards real-time deep video denoising without flow
    estimation", CVPR 2020, arXiv:1907.01361. Unlike there it is one step, not two, and no map of the noise goes in.
    """

    def __init__(self, inside: Network, channels: int, neighbours: int) -> None:
        super().__init__()
        self.inside, self.channels, self.neighbours = inside, channels, neighbours
        self.size, self.multiple, self.least, self.reach = (
            inside.size,
            inside.multiple,
            inside.least,
            inside.reach,
        )
        self.aside = tuple(f"inside.{name}" for name in inside.aside)

    def forward(self, noisy: Tensor) -> Tensor:
        first = self.neighbours * self.channels
        middle: Tensor = self.inside(noisy)[:, first : first + self.channels]
        return middle
