"""Networks: one file, one architecture.

To add one: a file with a subclass of `Network` whose options are keywords, and its line in `NETWORKS`. The
tests of all networks then try it: that every weight learns, that `multiple` and `reach` are true, that it
exports.
"""

from grainless.learn.networks.coded import Coded
from grainless.learn.networks.dense import Dense
from grainless.learn.networks.dncnn import DnCNN
from grainless.learn.networks.low_light import LowLight
from grainless.learn.networks.network import Network, check_size
from grainless.learn.networks.pooled import Pooled
from grainless.learn.networks.stacked import Stacked
from grainless.learn.networks.unet import UNet

__all__ = ["NETWORKS", "Network", "check_size"]

NETWORKS: dict[str, type[Network]] = {
    "dense": Dense,
    "coded": Coded,
    "pooled": Pooled,
    "stacked": Stacked,
    "dncnn": DnCNN,
    "unet": UNet,
    "low-light": LowLight,
}
