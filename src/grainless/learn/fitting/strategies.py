"""What each of several devices holds of a network: all of it, or a share of every parameter.

To add one: a class as those below, and its line in `STRATEGIES`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from copy import deepcopy
from inspect import signature
from typing import Any, ClassVar

import torch
from lightning_fabric.strategies.ddp import DDPStrategy
from lightning_fabric.strategies.model_parallel import ModelParallelStrategy
from lightning_fabric.strategies.parallel import ParallelStrategy
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import convert_conv2d_weight_memory_format
from torch.optim import Optimizer

from grainless.errors import InputError

SYNCHRONISE = next(
    name
    for name in ("forward_sync_buffers", "broadcast_buffers")  # the newer name first: the older one warns
    if name in signature(DistributedDataParallel).parameters
)

UNIT = 1_000_000
"""Parameters that are put together at once, at least: each time costs a round of messages."""


class Strategy(ABC):
    """How the parameters of a training lie on its devices.

    Attributes:
        several: whether it makes sense with more than one device alone.
    """

    several: ClassVar[bool] = False

    @abstractmethod
    def of_fabric(self, devices: int) -> ParallelStrategy:
        """Lightning Fabric's part of it, for so many devices."""

    @abstractmethod
    def placed(self, network: nn.Module) -> nn.Module:
        """What Fabric sets up and steps change in the network's place: the network, or a copy of it."""

    @abstractmethod
    def check(self, optimizer: Optimizer) -> None:
        """Whether the optimizer can work on what a device holds.

        Raises:
            InputError: it cannot.
        """


class Replicated(Strategy):
    """Each device has all parameters, and the gradients' mean is taken.

    Source: Li et al., "PyTorch distributed: experiences on accelerating data parallel training", VLDB 2020.
    """

    def of_fabric(self, devices: int) -> ParallelStrategy:
        """Without rounds of its own between steps: else each look at the network would need all processes."""
        alone: dict[str, Any] = {SYNCHRONISE: False}
        return DDPStrategy(**alone)

    def placed(self, network: nn.Module) -> nn.Module:
        """The network; convolutions are up to 1.7 times as fast with the channels last in memory."""
        return convert_conv2d_weight_memory_format(network, torch.channels_last)

    def check(self, optimizer: Optimizer) -> None:
        """Any can."""


class Sharded(Strategy):
    """Each device has a share of every parameter, of its gradient and its moments; layers are put together for use.

    The network itself stays whole where it is, and takes the weights of the sharded copy after each epoch.

    Source: Zhao et al., "PyTorch FSDP: experiences on scaling fully sharded data parallel", VLDB 2023,
    arXiv:2304.11277; by `fully_shard`, which cuts each parameter along its first axis.
    """

    several = True

    def of_fabric(self, devices: int) -> ParallelStrategy:
        """Fabric's own strategy of this name takes no CPU, where this is tested; the one for `fully_shard` does."""
        return ModelParallelStrategy(sharded, data_parallel_size=devices, tensor_parallel_size=1)

    def placed(self, network: nn.Module) -> nn.Module:
        """A copy, its channels where they were: sharding takes no others."""
        return deepcopy(network)

    def check(self, optimizer: Optimizer) -> None:
        """Whether it changes each number by itself.

        Raises:
            InputError: it needs whole matrices.
        """
        if getattr(optimizer, "whole_matrices", False):
            raise InputError(
                f"--strategy fsdp gives each device a share of every matrix, and {type(optimizer).__name__} turns "
                "whole ones: take --strategy ddp, or --set train.optimizer=adamw (train --images and --noisy write "
                "Muon into their recipes)."
            )


STRATEGIES: dict[str, Strategy] = {"ddp": Replicated(), "fsdp": Sharded()}


def sharded(network: nn.Module, mesh: DeviceMesh) -> nn.Module:
    """Have each process of the mesh hold its share of the network's parameters; the network is changed in place."""
    for part in [*_units(network), network]:
        fully_shard(part, mesh=mesh["data_parallel"], reshard_after_forward=True)
    return Called(network)


class Called(nn.Module):
    """Calls a network: Fabric sends other methods, such as `logits`, through the forward of what is wrapped alone.

    On the way parameters are put together.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *given: Tensor) -> Tensor:
        """What the network gives."""
        made: Tensor = self.network(*given)
        return made


def _units(network: nn.Module) -> Iterator[nn.Module]:
    """Parts of `UNIT` parameters and more that their own parts leave them, inner ones first."""
    for child in network.children():
        inner = list(_units(child))
        yield from inner
        taken = {id(weight) for unit in inner for weight in unit.parameters()}
        left = sum(weight.numel() for weight in child.parameters() if id(weight) not in taken)
        if left >= UNIT and not isinstance(child, (nn.ModuleList, nn.ModuleDict)):  # which are never called
            yield child


def whole(value: Tensor) -> Tensor:
    """All of a tensor; of a sharded one every process must ask."""
    full: Tensor = value.full_tensor() if isinstance(value, DTensor) else value
    return full


def placed_as(value: Tensor, own: Tensor) -> Tensor:
    """A whole tensor as another of its shape lies: on its device, its memory in the same order, sharded alike."""
    if isinstance(own, DTensor):
        value = value.to(own.device)
        return distribute_tensor(value, own.device_mesh, own.placements, src_data_rank=None)
    return torch.empty_like(own, dtype=value.dtype).copy_(value)


@torch.no_grad()
def collect(trained: nn.Module, network: nn.Module) -> None:
    """Give a network the weights of what was trained in its place; every process must ask."""
    if trained is not network:
        own = network.state_dict()
        for name, value in trained.state_dict().items():
            own[name].copy_(whole(value))
