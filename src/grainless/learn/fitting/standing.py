"""Where a training stands, as named tensors: weights, their average, the optimizer's moments, a critic's own."""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def tensors_of(network: nn.Module, averaged: nn.Module | None, optimizer: Optimizer) -> dict[str, Tensor]:
    """Everything a resumed training needs, on the CPU."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    if averaged:
        tensors |= {f"averaged.{name}": value for name, value in averaged.state_dict().items()}
    for number, values in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": value for name, value in values.items()}
    return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}


def put_back(
    tensors: dict[str, Tensor], network: nn.Module, averaged: nn.Module | None, optimizer: Optimizer
) -> None:
    """Go on from what `tensors_of` gave."""
    network.load_state_dict(under("network", tensors))
    if averaged:
        averaged.load_state_dict(under("averaged", tensors))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in under("optimizer", tensors).items():
        number, key = name.split(".")
        state.setdefault(int(number), {})[key] = _laid_out(value)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _laid_out(value: Tensor) -> Tensor:
    """In memory as the weights are: a fused optimizer walks both side by side."""
    return value.contiguous(memory_format=torch.channels_last) if value.ndim == 4 else value


def under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those whose names begin with the prefix and a dot, without it."""
    start = prefix + "."
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
