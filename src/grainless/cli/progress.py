"""Training as a person sees it: a moving bar in a terminal, plain lines elsewhere."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from grainless.cli.allocator import keep_freed_memory
from grainless.cli.console import err
from grainless.cli.quiet import quiet
from grainless.data.images import Data
from grainless.errors import counted
from grainless.learn.fitting.crew import is_first
from grainless.learn.fitting.epoch import Epoch
from grainless.learn.fitting.fit import Fit
from grainless.learn.networks.layers import parameters
from grainless.learn.recipe import Recipe
from grainless.learn.training import Callback

SLOW = 1.5
"""Times the seconds that a step took when it was timed: from there on `--minutes` do not hold."""


class TerminalProgress(Callback):
    """Shows loss, images a second and time left. Used in a `with`, which puts the terminal back in order.

    Meanwhile this process is a training: it keeps freed memory, and PyTorch says nothing of itself.

    Attributes:
        timed: seconds of a step, as they were measured for `--minutes`; None: nobody did.
    """

    timed: float | None = None

    def __init__(self) -> None:
        self._program = ExitStack()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.4g}  {task.fields[speed]:,.0f} images/s  left"),
            TimeRemainingColumn(),
            console=err,
            disable=not (err.is_terminal and is_first()),
            transient=True,
        )
        self._told = 0
        self._task = self._bar.add_task("training", total=None, loss=float("nan"), speed=0.0)

    def __enter__(self) -> Self:
        keep_freed_memory()  # this process is the program's own: a library would not change it
        self._program.enter_context(quiet())
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        self._program.close()

    def on_start(self, recipe: Recipe, data: Data, fit: Fit) -> None:
        """Say what is about to be trained on what."""
        total, _ = parameters(fit.network)
        seen = f"{counted(data.trained_on, 'image')} of {data.name}"
        device = next(fit.network.parameters()).device
        where = "" if device.type == "cpu" else f", on {device}"
        self._fit, self._epochs, self._batch, self._past = fit, fit.epochs, fit.batch, fit.reached
        self._stream = data.train.stream
        going_on = f", {self._past} of them done" if self._past else ""
        err.print(
            f"{recipe.name}: {total:,} parameters, {seen}, at most {counted(fit.epochs, 'epoch')}{going_on}{where}",
            markup=False,
            highlight=False,
        )
        for remark in fit.remarks:
            err.print(remark, markup=False, highlight=False)

    def on_step(self, done: int, steps: int, loss: float) -> None:
        """Move the bar."""
        total, past = self._epochs * steps, self._past * steps
        task = self._bar.tasks[0]
        if task.total is None:  # now that it is known, steps of an earlier day must not count as speed
            self._bar.reset(self._task, total=total, completed=past)
        speed = (task.speed or 0.0) * self._batch
        self._bar.update(self._task, completed=past + done, loss=loss, speed=speed)

    def on_epoch(self, epoch: Epoch) -> None:
        """One line an epoch, which stays."""
        self._past = epoch.number
        self._tell_faults()
        if self._fit.done:
            self._bar.update(self._task, description="judging")
        err.print(_line(epoch, self._epochs), highlight=False)
        if self.timed and epoch.number == 1 and (told := _slow(epoch, self._epochs, self._batch, self.timed)):
            err.print(told, highlight=False)

    def _tell_faults(self) -> None:
        """Images that could not be read, a line each, once."""
        faults = self._stream.faults if self._stream else []
        for fault in faults[self._told :]:
            err.print(fault, markup=False, highlight=False)
        self._told = len(faults)


def _line(epoch: Epoch, epochs: int) -> str:
    if epoch.loss is None:
        return f"as it begins           validation {_loss(epoch.validation)}"
    return (
        f"epoch {epoch.number}/{epochs}  loss {_loss(epoch.loss)}  validation {_loss(epoch.validation)}"
        f"{'  best' if epoch.best else '      '}  {epoch.images / epoch.seconds:,.0f} images/s"
    )


def _slow(epoch: Epoch, epochs: int, batch: int, timed: float) -> str | None:
    """That a training will take longer than was planned, if it will.

    >>> _slow(Epoch(1, 0.1, 0.1, 1e-3, 46.0, 800, True), 20, 8, 0.23)
    'A step takes 0.46 s, and took 0.23 s when it was timed: --minutes will be overrun by about 8 minutes.'
    >>> _slow(Epoch(1, 0.1, 0.1, 1e-3, 25.0, 800, True), 20, 8, 0.23)
    """
    steps = epoch.images / batch
    taken, over = epoch.seconds / steps, epochs * (epoch.seconds - steps * timed)
    if taken < SLOW * timed:
        return None
    more = f"{over:.0f} seconds" if over < 90 else f"{over / 60:.0f} minutes"
    return (
        f"A step takes {taken:.2g} s, and took {timed:.2g} s when it was timed: --minutes will be overrun by about "
        f"{more}."
    )


def _loss(value: float) -> str:
    """Four digits, however small it is.

    >>> _loss(0.00061234), _loss(0.25), _loss(1234.0)
    ('0.0006123', '0.2500', '1234')
    """
    return f"{value:#.4g}".rstrip(".")
