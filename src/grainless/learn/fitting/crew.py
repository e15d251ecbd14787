"""The processes of a training, one for each device: what each does of a step, and what they agree on.

A process alone is a crew, too. Others are begun by `grainless train --devices`, by torchrun or by Slurm; they find
each other by the environment: RANK or LOCAL_RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT.

What each holds of a network is another idea: `strategies`.

Source: Li et al., "PyTorch distributed: experiences on accelerating data parallel training", VLDB 2020; by Lightning
Fabric. Unlike most such trainings, every process draws the batch and the noise of all and takes its share of them, so
that the number of devices changes nothing but the time.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
import torch.distributed
from lightning_fabric import Fabric
from torch import Tensor, nn

from grainless.errors import GrainlessError, InputError, RunError
from grainless.evaluation.machine import processor
from grainless.learn.fitting.precision import arithmetic
from grainless.learn.fitting.strategies import STRATEGIES, Replicated, Strategy
from grainless.learn.methods.pairs import Pair
from grainless.parts import choose


class Left(RunError):
    """Another process of the training is gone."""


class Share(NamedTuple):
    """What one process does of a step.

    Args:
        pair: its images.
        weight: of its mean loss in that of all.
    """

    pair: Pair
    weight: float


@dataclass(frozen=True)
class Crew:
    """All processes of a training, seen from one of them.

    Args:
        fabric: which connects them.
        strategy: what each holds of a network.
    """

    fabric: Fabric
    strategy: Strategy = field(default_factory=Replicated)

    @classmethod
    def gathered(cls, precision: str = "auto", strategy: str = "ddp") -> "Crew":
        """Meet the others that the environment tells of; alone if it tells of none.

        Args:
            precision: "auto", "half" or "full", see `Fit`.
            strategy: a name in `STRATEGIES`.

        Raises:
            InputError: there is no such strategy, or it is one for several.
            RunError: they did not come.
        """
        chosen, plugin = choose("strategy", STRATEGIES, strategy), arithmetic(precision)
        size = processes()
        if size == 1:
            if chosen.several:
                raise InputError(
                    f"--strategy {strategy} shares the parameters among several devices, and there is one: give "
                    "--devices 2 or more, or leave it out."
                )
            return cls(Fabric(accelerator="auto", devices=1, plugins=plugin))
        here = int(os.environ.get("LOCAL_WORLD_SIZE", size))
        fabric = Fabric(
            accelerator="auto",
            devices=here,
            num_nodes=size // here,
            strategy=chosen.of_fabric(size),
            plugins=plugin,
        )
        with together():
            fabric.launch()
        return cls(fabric, chosen)

    @property
    def size(self) -> int:
        """How many there are."""
        return self.fabric.world_size

    @property
    def rank(self) -> int:
        """Which this is."""
        return self.fabric.global_rank

    @property
    def is_first(self) -> bool:
        """The one that writes and speaks."""
        return self.rank == 0

    @property
    def hardware(self) -> dict[str, str | bool]:
        """What it trains on: the device's name, whether that is an accelerator, "bfloat16" or "full" arithmetic."""
        device = self.fabric.device
        half = self.fabric.strategy.precision.precision == "bf16-mixed"
        return {
            "device": torch.cuda.get_device_name(device) if device.type == "cuda" else processor(),
            "accelerator": device.type != "cpu",
            "arithmetic": "bfloat16" if half else "full",
        }

    def together(self) -> AbstractContextManager[None]:
        """Tells, while the block runs, that another process is gone."""
        return together() if self.size > 1 else nullcontext()

    def check(self, network: nn.Module) -> None:
        """Whether a network is the same on many devices as on one.

        Raises:
            InputError: it looks at the whole batch, of which each sees a share.
        """
        kinds = (nn.BatchNorm1d, nn.BatchNorm2d)
        if self.size > 1 and any(isinstance(each, kinds) for each in network.modules()):
            raise InputError(
                "The network normalises over the batch (BatchNorm), and each of several devices would see another "
                "part of it: train it on one, or take another network."
            )

    def share(self, pair: Pair) -> Share:
        """The images of a step that this process does, and what their mean loss counts among those of the others.

        The gradients of all, each times its weight, have the mean of the whole batch's. Where there are fewer images
        than processes, some do one more for nothing.
        """
        if self.size == 1:
            return Share(pair, 1.0)
        rows = torch.arange(len(pair.shown)).tensor_split(self.size)[self.rank]
        kept = (rows if len(rows) else torch.zeros(1, dtype=torch.long)).to(pair.shown.device)
        mask = None if pair.weight is None else pair.weight[kept]
        aside = None if pair.aside is None else pair.aside[kept]
        mine = Pair(pair.shown[kept], pair.wanted[kept], mask, aside)
        if not len(rows):
            return Share(mine, 0.0)
        if pair.weight is None or mine.weight is None:
            return Share(mine, self.size * len(rows) / len(pair.shown))
        return Share(mine, self.size * float(mine.weight.sum() / pair.weight.sum()))

    def dealt(self, pairs: Iterable[Pair]) -> Iterator[tuple[Pair, bool]]:
        """Those of all pairs that this process looks at, and whether they count.

        Each process has as many, since with sharded parameters a pass needs all of them: where they do not come out
        even, some look at the last one for nothing.
        """
        number, pair = -1, None
        for number, pair in enumerate(pairs):
            if number % self.size == self.rank:
                yield pair, True
        if pair and number % self.size < self.rank and (number + 1) % self.size:
            yield pair, False

    def total(self, value: Tensor) -> float:
        """The sum over all processes, the same number in each.

        Raises:
            Left: one of them is gone.
        """
        if self.size == 1:
            return float(value)
        with together():
            summed: Any = self.fabric.all_reduce(value.detach().double(), reduce_op="sum")
            return self.fabric.broadcast(float(summed))

    def hand_out(self, thing: Any) -> Any:
        """What the first process has, in all of them.

        Raises:
            Left: one of them is gone.
        """
        if self.size == 1:
            return thing
        with together():
            return self.fabric.broadcast(thing)

    @contextmanager
    def agreed(self) -> Iterator[None]:
        """What goes wrong in one of them while the block runs ends all of them.

        Raises:
            RunError: another one failed, or is gone.
        """
        told = ""
        try:
            yield
        except GrainlessError as error:
            told = str(error)
            raise
        finally:
            if self.size > 1:
                self._tell(told)

    def _tell(self, told: str) -> None:
        faults: list[str] = [""] * self.size
        with together():
            torch.distributed.all_gather_object(faults, told)
        others = [fault for fault in faults if fault and not told]
        if others:
            raise RunError(f"Another process of this training stopped: {others[0]}")


def processes() -> int:
    """How many the environment tells of."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this process is the one that writes and speaks, as the environment tells."""
    if processes() == 1:
        return True
    rank = os.environ.get("RANK")
    return (
        int(rank) == 0
        if rank
        else os.environ.get("LOCAL_RANK", "0") == os.environ.get("NODE_RANK", "0") == "0"
    )


@contextmanager
def together() -> Iterator[None]:
    """Tell what a lost connection to another process means.

    Raises:
        Left: another process is gone.
    """
    try:
        yield
    except GrainlessError:
        raise
    except RuntimeError as error:  # gloo has no kind of its own, NCCL has
        words = ("gloo", "Connection", "NCCL", "store", "timed out")
        if isinstance(error, torch.distributed.DistError) or any(word in str(error) for word in words):
            raise Left("Another process of this training is gone.") from error
        raise
