"""Optimizers by name, with the defaults of Keras, in which the published systems were written.

To add one: a function of the network, the rate, epsilon and decay, and its line in `OPTIMIZERS`.
"""

from collections.abc import Callable

from torch import Tensor, nn, no_grad, optim

from grainless.learn.optimizers.muon import Muon

Build = Callable[[nn.Module, float, float, float], optim.Optimizer]
"""(network, rate, epsilon, decay) -> its optimizer; the network's, as some treat its layers apart."""


def adam(network: nn.Module, rate: float, epsilon: float, decay: float) -> optim.Optimizer:
    """Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980."""
    return optim.Adam(network.parameters(), lr=rate, eps=epsilon, weight_decay=decay, fused=True)


def adamw(network: nn.Module, rate: float, epsilon: float, decay: float) -> optim.Optimizer:
    """Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019, arXiv:1711.05101."""
    return optim.AdamW(network.parameters(), lr=rate, eps=epsilon, weight_decay=decay, fused=True)


def rmsprop(network: nn.Module, rate: float, epsilon: float, decay: float) -> optim.Optimizer:
    """Hinton, "Neural networks for machine learning", lecture 6e, 2012; the mean square forgets at 0.9."""
    return optim.RMSprop(network.parameters(), lr=rate, eps=epsilon, weight_decay=decay, alpha=0.9)


OPTIMIZERS: dict[str, Build] = {"adam": adam, "adamw": adamw, "rmsprop": rmsprop, "muon": Muon}


@no_grad()
def limit_norms(network: nn.Module, limit: float) -> None:
    """Scale down every filter column longer than `limit`, after a step, as Keras' `max_norm` does.

    Keras takes the norm over the first axis of a kernel: the rows of a convolution's window, the inputs of a
    dense layer.
    """
    for weight in network.parameters():
        if weight.ndim > 1:
            axis = -2 if weight.ndim == 4 else -1
            norms: Tensor = weight.norm(dim=axis, keepdim=True)
            weight.mul_((limit / norms.clamp_min(1e-12)).clamp_max(1.0))
