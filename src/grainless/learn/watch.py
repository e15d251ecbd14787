"""Training as a person sees it: a moving bar in a terminal, plain lines elsewhere."""

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from grainless.console import err
from grainless.judge.data.images import Data
from grainless.learn.fit import Epoch, Fit
from grainless.learn.networks.layers import parameters
from grainless.learn.recipe import Recipe


class TerminalWatcher:
    """Shows loss, images a second and time left. Used in a `with`, which puts the terminal back in order."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.4g}  {task.fields[speed]:,.0f} images/s  left"),
            TimeRemainingColumn(),
            console=err,
            disable=not err.is_terminal,
            transient=True,
        )
        self._epochs = 0
        self._task = self._bar.add_task("training", loss=float("nan"), speed=0.0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begun(self, recipe: Recipe, data: Data, fit: Fit) -> None:
        """Say what is about to be trained on what."""
        total, _ = parameters(fit.network)
        seen = f"{len(data.train):,} images of {data.name}"
        err.print(
            f"{recipe.name}: {total:,} parameters, {seen}, at most {fit.epochs} epochs", highlight=False
        )
        self._epochs, self._batch = fit.epochs, fit.batch
        self._past = len(fit.history)

    def step(self, done: int, steps: int, loss: float) -> None:
        """Move the bar."""
        task = self._bar.tasks[0]
        speed = (task.speed or 0.0) * self._batch
        self._bar.update(
            self._task,
            total=self._epochs * steps,
            completed=self._past * steps + done,
            loss=loss,
            speed=speed,
        )

    def epoch(self, epoch: Epoch) -> None:
        """One line an epoch, which stays."""
        self._past = epoch.number
        err.print(
            f"epoch {epoch.number}/{self._epochs}  loss {epoch.loss:.5f}  validation {epoch.validation:.5f}"
            f"{'  best' if epoch.best else '      '}  {epoch.images / epoch.seconds:,.0f} images/s",
            highlight=False,
        )
