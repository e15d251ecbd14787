"""The training loop: a generator of epochs. To stop early, leave the caller's `for`; save and print in its body."""

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from typing import Annotated, Literal

import torch
from annotated_types import Ge, Gt, Lt
from torch import Tensor

from grainless.data.images import Data, Images
from grainless.errors import InputError, RunError
from grainless.learn.batches.batches import Whole, one_pass
from grainless.learn.batches.batching import batches_of
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.batches.fixed import Fixed
from grainless.learn.fitting.crew import Crew
from grainless.learn.fitting.epoch import Epoch
from grainless.learn.fitting.initial_weights import load_initial_weights
from grainless.learn.fitting.learner import Learner
from grainless.learn.fitting.sizes import check_sizes, seldom_stepped
from grainless.learn.methods.losses import Loss
from grainless.learn.methods.methods import Method, critic_of, taught
from grainless.learn.methods.pairs import Pair, Scene
from grainless.learn.networks.network import Network
from grainless.learn.optimizers.optimizers import OPTIMIZERS
from grainless.learn.optimizers.schedules import SCHEDULES
from grainless.parts import one_of

VALIDATION = 2**31  # in the place of an epoch's number: the noise of validation is the same every time
PREPARING = VALIDATION + 1
VALIDATED = (
    1024  # pixels a side: of larger images the middle is looked at, if the network needs not see them whole
)
LOOK_EVERY = 16  # steps between looks at the loss: on an accelerator each look waits for it


class Diverged(RunError):
    """The loss is no longer a number."""


Progress = Callable[[int, int, float], None]
"""Told now and then: steps done in this epoch, of how many, and the mean loss of the epoch so far."""


class Fit:
    """A training that can be looked at, left and resumed between any two epochs.

    `remarks` holds what a person should know before it begins, a sentence each: weights that did not come from
    `start`, whole photographs where pieces would teach more. `hardware` is what its epochs were trained on, as the
    crew tells it; {} until one was.

    Args:
        network: its weights are changed in place.
        data: trained on `data.train`, or the stream it is of; judged on `data.validation`.
        method: what the network is shown and asked for.
        loss: what is made small.
        seed: all chance comes from it: order, crops, noise.
        crew: the processes that train together; None: this one alone.
        epochs: at most so many.
        batch: images a step, of all processes together.
        crop: pixels a side of random crops; None: whole images, which must share one size.
        steps: steps an epoch when there are crops; None: until about every pixel was shown once.
        optimizer: a name in `OPTIMIZERS`: "adam".
        rate: the highest learning rate.
        schedule: a name in `SCHEDULES`, over all steps of all epochs: "constant".
        epsilon: Adam's and RMSprop's; Keras' value.
        decay: weight decay.
        max_norm: filter columns longer than this are cut to it after each step; None: none is.
        ema: each step the judged and kept weights move by 1 - ema towards the trained ones; None: they are those.
        patience: epochs without a better validation loss after which it stops; None: it does not.
        start: a run's folder or a shipped model's name ("color"): it begins from those of its weights that fit, and
            they are the best until an epoch beats them; None: the network's own start.
        fixed_noise: the training images get their noise once, and every epoch shows the same noisy images; else they
            get new noise each epoch.
        precision: of the arithmetic; weights are always full. "auto" is bfloat16 where an accelerator has it, else
            full; "half" is bfloat16 on the CPU, too; "full" is full everywhere.

    Raises:
        InputError: the images have many sizes and no crop is given, or a crop is too large; the network does not take
            the images; `start` is no run and no model, or none of its weights fits; the noise shall be fixed on crops.
        RunError: there is no room for the noisy images that `fixed_noise` keeps.
    """

    GIVEN = ("network", "data", "method", "loss", "seed", "crew")

    def __init__(
        self,
        network: Network,
        data: Data,
        method: Method,
        loss: Loss,
        *,
        seed: int = 0,
        crew: Crew | None = None,
        epochs: Annotated[int, Ge(1)] = 10,
        batch: Annotated[int, Ge(1)] = 128,
        crop: Annotated[int, Ge(1)] | None = None,
        steps: Annotated[int, Ge(1)] | None = None,
        optimizer: Annotated[str, one_of("optimizer", OPTIMIZERS)] = "adam",
        rate: Annotated[float, Gt(0)] = 1e-3,
        schedule: Annotated[str, one_of("schedule", SCHEDULES)] = "constant",
        epsilon: Annotated[float, Gt(0)] = 1e-7,
        decay: Annotated[float, Ge(0)] = 0.0,
        max_norm: Annotated[float, Gt(0)] | None = None,
        ema: Annotated[float, Gt(0), Lt(1)] | None = None,
        patience: Annotated[int, Ge(1)] | None = None,
        start: str | None = None,
        fixed_noise: bool = False,
        precision: Literal["auto", "half", "full"] = "auto",
    ) -> None:
        missed = load_initial_weights(network, start) if start else []
        self.remarks = [f"{start} has no weights that fit for: {', '.join(missed)}"] if missed else []
        self.epochs = epochs
        self.history: list[Epoch] = []
        self._trained_before = start is not None
        self._method, self._loss, self._seed = method, taught(method, loss), seed
        self._rate, self._schedule, self._patience = rate, SCHEDULES[schedule], patience
        self.hardware: dict[str, str | bool] = {}
        self._crew = crew or Crew.gathered(precision)
        self._learner = Learner(
            network,
            self._crew,
            OPTIMIZERS[optimizer],
            rate=rate,
            epsilon=epsilon,
            decay=decay,
            max_norm=max_norm,
            ema=ema,
        )
        self.network, self.averaged = network, self._learner.averaged
        self._fabric = self._crew.fabric
        made = partial(batches_of, batch=batch, crop=crop, steps=steps, seed=seed, device=self._fabric.device)
        self._batches = made(data.train)
        self._shown = made(replace(data.train, stream=None)) if data.train.stream else self._batches
        self._critic = critic_of(method, network.channels, seed, self._crew)
        check_sizes(network, data, crop)
        self._pairs = self._fixed(data.train) if fixed_noise else self._drawn
        self.remarks += seldom_stepped(network, data, crop, self._batches.steps)
        self.data = data
        self.batch = batch

    @property
    def reached(self) -> int:
        """The number of the last epoch that is over; 0 if none is."""
        return self.history[-1].number if self.history else 0

    @property
    def done(self) -> bool:
        """All epochs are over, or patience is."""
        waited = 0
        for epoch in self.history:
            waited = 0 if epoch.best else waited + 1
        return self.reached >= self.epochs or bool(self._patience and waited >= self._patience)

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest validation loss."""
        return next((epoch for epoch in reversed(self.history) if epoch.best), None)

    def __call__(self, progress: Progress = lambda done, steps, loss: None) -> Iterator[Epoch]:
        """Train; one epoch each time round. What was trained before is judged first, as epoch 0.

        Raises:
            Diverged: the loss is no longer a number.
            Left: another process of the training is gone.
        """
        if self._trained_before and not self.history:
            self.history.append(Epoch(0, None, self._validate(0), 0.0, 0.0, 0, best=True))
            yield self.history[-1]
        if not self.reached:  # with pairs that no epoch has
            self._learner.prepare(self._pairs(PREPARING))
        while not self.done:
            number = self.reached + 1
            started, spent = time.perf_counter(), time.process_time()
            with self._crew.together():
                loss, images = self._epoch(number, progress)
            self.hardware = self._crew.hardware
            seconds, processor = time.perf_counter() - started, time.process_time() - spent
            validation = self._validate(number)
            best = self.best is None or validation < self.best.validation
            rate = self._learner.rate
            self.history.append(Epoch(number, loss, validation, rate, seconds, images, best, processor))
            yield self.history[-1]

    def sample(self) -> Tensor:
        """A few noisy images as the network is shown them, (n, c, h, w), always the same."""
        scene = next(self._shown(TorchDraw.seeded(self._seed, VALIDATION)))
        draw = TorchDraw.seeded(self._seed, VALIDATION, device=self._fabric.device)
        return self._method(Scene(*(part[:4] for part in scene if part is not None)), draw).shown.cpu()

    def close(self) -> None:
        """No more epochs are asked for: what reads ahead for them stops."""
        self._batches.close()

    def _epoch(self, number: int, progress: Progress) -> tuple[float, int]:
        """All steps of an epoch; the mean loss and how many images were shown."""
        self._learner.model.train()
        total, images = torch.zeros((), device=self._fabric.device), 0
        for step, pair in enumerate(self._pairs(number), start=1):
            loss = self._step((number - 1) * self._batches.steps + step, pair)
            total += loss * len(pair.shown)
            images += len(pair.shown)
            if step % LOOK_EVERY == 0 or step == self._batches.steps:
                mean = _finite(self._crew.total(total) / images, f"epoch {number}, step {step}")
                progress(step, self._batches.steps, mean)
        self._learner.collect()
        return mean, images

    def _drawn(self, number: int) -> Iterator[Pair]:
        """An epoch's pairs, their noise new."""
        noise = TorchDraw.seeded(self._seed, number, 1, device=self._fabric.device)
        for scene in self._batches(TorchDraw.seeded(self._seed, number, 0), number):
            yield self._method(scene, noise)

    def _fixed(self, train: Images) -> Callable[[int], Iterator[Pair]]:
        """An epoch's pairs, their noise the same in all."""
        if not isinstance(self._batches, Whole):
            raise InputError(
                "train.fixed_noise is for whole images: crops and streams give others each epoch; leave it out."
            )
        seed = self._seed
        pairs = Fixed(self._batches, train, self._method, seed=seed, device=self._fabric.device)
        return lambda number: pairs(TorchDraw.seeded(seed, number, 0))

    def _step(self, step: int, pair: Pair) -> Tensor:
        pair, weight = self._crew.share(pair)
        taught = self._critic.contested(self._loss, weight) if self._critic else self._loss
        loss = taught(self._learner.model, pair)
        rate = self._rate * self._schedule(step / (self.epochs * self._batches.steps))
        self._learner.step(step, loss if weight == 1 else loss * weight, rate)
        return loss.detach() * (weight / self._crew.size)

    @torch.no_grad()
    def _validate(self, number: int) -> float:
        """Mean loss over the held-out images, with the same noise after every epoch."""
        self._learner.judged.eval()
        total = torch.zeros(2, dtype=torch.float64)  # loss, images
        with self._crew.together():
            for pair, counts in self._crew.dealt(self._held_out()):
                loss = float(self._loss(self._learner.judged, pair))
                total += counts * len(pair.shown) * torch.tensor([loss, 1.0], dtype=torch.float64)
        loss, images = (self._crew.total(each.to(self._fabric.device)) for each in total)
        return _finite(loss / images, f"epoch {number}, validation")

    def _held_out(self) -> Iterator[Pair]:
        """Pairs of the held-out images; each process draws them all, so that all draw the same."""
        noise = TorchDraw.seeded(self._seed, VALIDATION, device=self._fabric.device)
        scenes = one_pass(
            self.data.validation,
            batch=self.batch,
            multiple=self.network.multiple,
            most=VALIDATED if self.network.reach is not None else None,
            device=self._fabric.device,
        )
        return (self._method(scene, noise) for scene in scenes)

    def state(self) -> tuple[dict[str, Tensor], str]:
        """Everything a resumed training needs, as named tensors and JSON; every process of a crew must ask."""
        tensors = self._learner.state()
        if self._critic:
            tensors |= self._critic.state()
        return tensors, json.dumps([asdict(epoch) for epoch in self.history])

    def restore(self, tensors: dict[str, Tensor], history: str) -> None:
        """Go on from what `state` gave, to the same result as without a stop, bit for bit on the CPU."""
        self.history = [Epoch(**epoch) for epoch in json.loads(history)]
        self._learner.restore(tensors)
        if self._critic:
            self._critic.restore(tensors)


def _finite(loss: float, where: str) -> float:
    if not math.isfinite(loss):
        raise Diverged(f"The training diverged at {where}: the loss is {loss}. Try a lower train.rate.")
    return loss
