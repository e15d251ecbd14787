"""How far what the network gives is from what is wanted; each is the mean over all pixels that count."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from grainless.errors import InputError
from grainless.learn.methods.pairs import Pair

Loss = Callable[[Any, Pair], Tensor]


def bce(network: Any, pair: Pair) -> Tensor:
    """Binary cross-entropy, -(t log p + (1 - t) log(1 - p)), from the logits: exact where p nears 0 or 1.

    Grey targets have an entropy of their own, below which no network comes.

    Raises:
        InputError: the network does not end in a sigmoid.
    """
    check_loss(bce, network)
    return _mean(
        F.binary_cross_entropy_with_logits(network.logits(pair.shown), pair.wanted, reduction="none"), pair
    )


def mse(network: nn.Module, pair: Pair) -> Tensor:
    """Mean of squared differences: what PSNR measures."""
    return _mean((network(pair.shown) - pair.wanted).square(), pair)


def l1(network: nn.Module, pair: Pair) -> Tensor:
    """Mean of absolute differences: outliers weigh less than in `mse`."""
    return _mean((network(pair.shown) - pair.wanted).abs(), pair)


LOSSES: dict[str, Loss] = {"bce": bce, "mse": mse, "l1": l1}


def check_loss(loss: Loss, network: Any) -> None:
    """Whether the loss can be taken of what the network gives.

    Raises:
        InputError: it cannot.
    """
    if loss is bce and not hasattr(network, "logits"):
        raise InputError(
            'The loss "bce" needs a network that ends in a sigmoid (unet does with output = "image"); '
            'take "mse" or "l1".'
        )


def must_be_mse(loss: Loss, method: str) -> None:
    """Whether a method with a risk of its own is given no other loss.

    Raises:
        InputError: it is.
    """
    if loss is not mse:
        name = next(name for name, each in LOSSES.items() if each is loss)
        raise InputError(
            f'{method} has a risk of its own, a squared error: "{name}" cannot stand in its place; take "mse".'
        )


def _mean(losses: Tensor, pair: Pair) -> Tensor:
    if pair.weight is None:
        return losses.mean()
    return (losses * pair.weight).sum() / pair.weight.expand_as(losses).sum()
