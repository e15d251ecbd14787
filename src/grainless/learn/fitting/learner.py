"""What learns: a network with its average and its optimizer, as its strategy lays them on the devices."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from torch import Tensor

from grainless.learn.fitting.average import follow
from grainless.learn.fitting.crew import Crew
from grainless.learn.fitting.precision import as_forward
from grainless.learn.fitting.standing import load, put_back, tensors_of
from grainless.learn.fitting.strategies import collect
from grainless.learn.methods.pairs import Pair
from grainless.learn.networks.network import Network
from grainless.learn.optimizers.optimizers import Build, limit_norms


class Learner:
    """A network and what changes it.

    `network` and `averaged` are whole, and as they were collected last. `model` and `judged` are what computes: by the
    weights that steps change, and by their average.

    Args:
        network: learns.
        crew: the processes that train together.
        build: makes the optimizer.
        rate: the highest learning rate.
        epsilon: the optimizer's.
        decay: weight decay.
        max_norm: filter columns longer than this are cut to it after each step; None: none is.
        ema: each step the average moves by 1 - ema towards the weights; None: it is those.

    Raises:
        InputError: the network or the optimizer cannot be laid on the crew's devices so.
    """

    def __init__(
        self,
        network: Network,
        crew: Crew,
        build: Build,
        *,
        rate: float,
        epsilon: float,
        decay: float,
        max_norm: float | None,
        ema: float | None,
    ) -> None:
        crew.check(network)
        self.network, self.averaged = network, deepcopy(network) if ema else network
        self._crew, self._max_norm, self._ema = crew, max_norm, ema
        self._trained = crew.strategy.placed(network)
        self._following = crew.strategy.placed(self.averaged) if ema else self._trained
        self.model = crew.fabric.setup_module(self._trained)
        self.judged = crew.fabric.setup_module(self._following) if ema else self.model
        for model in {self.model, self.judged}:
            if hasattr(network, "logits"):
                as_forward(crew.fabric, model, "logits")
        optimizer = build(self._trained, rate, epsilon, decay)
        crew.strategy.check(optimizer)
        self._optimizer: Any = crew.fabric.setup_optimizers(optimizer)  # of one, one

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        return float(self._optimizer.param_groups[0]["lr"])

    def step(self, number: int, loss: Tensor, rate: float) -> None:
        """Change the weights to make a loss small.

        Args:
            number: of the step, from 1: the average of the first ones forgets sooner.
            loss: of `model`.
            rate: how far.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad()
        self._crew.fabric.backward(loss)
        self._optimizer.step()
        if self._max_norm:
            limit_norms(self._trained, self._max_norm)
        if self._ema:
            follow(self._following, self._trained, min(self._ema, number / (number + 10)))

    def prepare(self, pairs: Iterable[Pair]) -> None:
        """What the network finds without descent, it finds from these."""
        where = next(self.network.parameters()).device
        self.network.prepare((pair.shown.to(where), pair.wanted.to(where)) for pair in pairs)
        for each in (self._trained, self._following, self.averaged):
            load(each, self.network.state_dict())

    def collect(self) -> None:
        """Give `network` and `averaged` the weights that were trained in their places; every process must ask."""
        with self._crew.together():
            collect(self._trained, self.network)
            collect(self._following, self.averaged)

    def state(self) -> dict[str, Tensor]:
        """Where it stands, by names, as it was collected last; every process must ask."""
        with self._crew.together():
            return tensors_of(self.network, self.averaged if self._ema else None, self._optimizer)

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `state` gave; others' tensors may lie beside."""
        put_back(tensors, self._trained, self._following if self._ema else None, self._optimizer)
        self.collect()
