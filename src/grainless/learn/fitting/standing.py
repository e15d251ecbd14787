"""Where a training stands, as named tensors: weights, their average, the optimizer's moments, a critic's own."""

from torch import Tensor, nn
from torch.optim import Optimizer

from grainless.learn.fitting.strategies import placed_as, whole


def tensors_of(network: nn.Module, averaged: nn.Module | None, optimizer: Optimizer) -> dict[str, Tensor]:
    """Everything a resumed training needs, whole, on the CPU; where it is sharded, every process must ask."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    if averaged:
        tensors |= {f"averaged.{name}": value for name, value in averaged.state_dict().items()}
    for number, values in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": value for name, value in values.items()}
    return {name: whole(value).detach().cpu().contiguous() for name, value in tensors.items()}


def put_back(
    tensors: dict[str, Tensor], network: nn.Module, averaged: nn.Module | None, optimizer: Optimizer
) -> None:
    """Go on from what `tensors_of` gave."""
    load(network, under("network", tensors))
    if averaged:
        load(averaged, under("averaged", tensors))
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in under("optimizer", tensors).items():
        number, key = name.split(".")
        # A fused optimizer walks weights and moments side by side.
        alike = value.shape == (own := weights[int(number)]).shape
        state.setdefault(int(number), {})[key] = placed_as(value, own) if alike else value.clone()
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def load(network: nn.Module, weights: dict[str, Tensor]) -> None:
    """Give a network whole weights, of which it may hold shares."""
    own = network.state_dict()
    network.load_state_dict({name: placed_as(value, own[name]) for name, value in weights.items()})


def under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those whose names begin with the prefix and a dot, without it."""
    start = prefix + "."
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
