"""What a network is made of: its layers, their shapes, their parameters, their arithmetic."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from grainless.learn.networks.network import Network

Hook = Callable[[nn.Module, object, Tensor], None]


class Parameters(NamedTuple):
    """Counts as Keras prints them: the total has BatchNorm's mean and variance, which no step trains."""

    total: int
    trainable: int


class Layer(NamedTuple):
    """One row of the table.

    Args:
        name: where it stands in the network: "encoder.0".
        kind: PyTorch's name of it: "Conv2d".
        shape: of its output for one image, without the batch.
        parameters: the total of its own.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


def parameters(network: nn.Module) -> Parameters:
    """Weights, biases and running statistics; PyTorch's counters of steps are none."""
    weights = sum(weight.numel() for weight in network.parameters())
    trainable = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    statistics = sum(buffer.numel() for buffer in network.buffers() if buffer.is_floating_point())
    return Parameters(weights + statistics, trainable)


def macs(network: Network) -> float:
    """Multiplications with a weight for each pixel of an image, of convolutions and dense layers.

    What is counted as in the papers' tables: neither biases, activations and normalisation, nor the borders.
    """
    total = 0.0

    def add(module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Linear):
            total += module.weight.numel()
        elif isinstance(module, nn.ConvTranspose2d):
            total += module.weight.numel() * given[0].shape[-2] * given[0].shape[-1]
        elif isinstance(module, nn.Conv2d):
            total += module.weight.numel() * output.shape[-2] * output.shape[-1]

    height, width = network.size or (_about_64(network), _about_64(network))
    with _looking_on(network, [module.register_forward_hook(add) for module in network.modules()]):
        network(_black(network, height, width))
    return total / (height * width)


def layers(network: Network, height: int, width: int) -> list[Layer]:
    """The layers in the order in which an image of this size passes them; the network is left as it was."""
    rows: list[Layer] = []
    parts = {name: module for name, module in network.named_modules() if not any(module.children())}

    def note(name: str) -> Hook:
        def row(module: nn.Module, _: object, output: Tensor) -> None:
            rows.append(Layer(name, type(module).__name__, tuple(output.shape[1:]), parameters(module).total))

        return row

    with _looking_on(network, [module.register_forward_hook(note(name)) for name, module in parts.items()]):
        network(_black(network, height, width))
    return rows


def _black(network: Network, height: int, width: int) -> Tensor:
    """An image for it to look at, where it is."""
    return torch.zeros(1, network.inputs, height, width, device=next(network.parameters()).device)


def _about_64(network: Network) -> int:
    side = max(64, network.least)
    return side + -side % network.multiple


@contextmanager
def _looking_on(network: Network, hooks: Sequence[RemovableHandle]) -> Iterator[None]:
    """The network as it evaluates; afterwards it is as it was, without the hooks."""
    was_training = network.training
    try:
        with torch.no_grad():
            network.eval()
            yield
    finally:
        network.train(was_training)
        for hook in hooks:
            hook.remove()
