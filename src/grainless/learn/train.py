"""From a recipe to a finished run: data, training, the best weights as ONNX, scores, report."""

import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from grainless.allocator import keep_freed_memory
from grainless.denoiser import Denoiser
from grainless.errors import InputError, RunError
from grainless.judge.contest import blind
from grainless.judge.data.find import Shelf
from grainless.judge.data.images import Data
from grainless.learn.finish import export_best, score
from grainless.learn.fit import Epoch, Fit
from grainless.learn.page import write_page
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run


class Watcher(Protocol):
    """Who looks on while a recipe is trained."""

    def begun(self, recipe: Recipe, data: Data, fit: Fit) -> None:
        """The data are read; training begins, or goes on."""

    def step(self, done: int, steps: int, loss: float) -> None:
        """So many steps of this epoch are done; the mean loss of the epoch so far."""

    def epoch(self, epoch: Epoch) -> None:
        """An epoch is over, and all of it is on the disk."""


def train(recipe: Recipe, out: Path, *, shelf: Shelf, watcher: Watcher, resume: bool = False) -> Run:
    """Train a recipe; everything it gives lies in the run's folder.

    Args:
        recipe: what to train.
        out: the run's folder, new or empty.
        shelf: where data files are looked for.
        watcher: is told how it goes.
        resume: go on with a run begun before; if it was finished already, it is only judged again.

    Raises:
        InputError: `out` holds something else; the recipe does not fit the data.
        RunError: the training diverged, or was stopped by the person; the best weights so far are kept.
    """
    keep_freed_memory()
    run = _resumed(out, recipe) if resume else None
    data = recipe.data(shelf)
    torch.manual_seed(recipe.seed)
    network = recipe.network()
    fit = Fit(network, data, recipe.way(), recipe.loss(), seed=recipe.seed, **recipe.training())
    run = run or Run.begin(out, recipe)
    paused = run.paused()
    if paused:
        fit.restore(*paused)
    watcher.begun(recipe, data, fit)
    _train(run, recipe, fit, watcher)
    export_best(run, recipe, network, fit.sample())
    rows = score(run, recipe, data)
    write_page(run, data, rows, {recipe.name: blind(Denoiser(run.model_file))}, recipe.noise())
    return run


def _resumed(out: Path, recipe: Recipe) -> Run:
    """The run that lies in `out`, if it is of this recipe.

    Raises:
        InputError: it is of another; what differs is told.
    """
    run = Run.open(out)
    then, now = run.recipe().options, recipe.options
    changed = [key for key in sorted(then | now) if then.get(key) != now.get(key)]
    if changed:
        told = ", ".join(f"{key} was {then.get(key)!r} and is {now.get(key)!r}" for key in changed)
        raise InputError(
            f"{out} is a run of another recipe: {told}. Resume it as it was, or give another --out."
        )
    return run


def _train(run: Run, recipe: Recipe, fit: Fit, watcher: Watcher) -> None:
    """All epochs, each written down when it is over."""
    try:
        with SummaryWriter(str(run.events), purge_step=len(fit.history) + 1) as writer:
            if not fit.history:
                _draw_graph(writer, fit.network, fit.sample())
            for epoch in fit(watcher.step):
                _log(writer, epoch)
                if epoch.best:
                    run.keep(fit.averaged, _facts(recipe, fit))
                run.pause(*fit.state())
                watcher.epoch(epoch)
    except (KeyboardInterrupt, RunError) as stop:
        word = f"{stop} " if isinstance(stop, RunError) else "Stopped. "
        raise RunError(word + _leave(run, recipe, fit)) from stop


def _leave(run: Run, recipe: Recipe, fit: Fit) -> str:
    """Make the run usable as it is, and say what is there."""
    if fit.best is None:
        return f"No epoch was finished, so {run.path} holds no model yet."
    export_best(run, recipe, fit.network, fit.sample())
    return (
        f"The best model so far (epoch {fit.best.number}, validation loss {fit.best.validation:.4g}) is kept in "
        f"{run.path}; go on with the same command and --resume --out {run.path}."
    )


def _facts(recipe: Recipe, fit: Fit) -> dict[str, Any]:
    """What stands beside the best weights."""
    return {"name": recipe.name, "recipe": recipe.tables, "history": [asdict(epoch) for epoch in fit.history]}


def _draw_graph(writer: SummaryWriter, network: nn.Module, sample: Tensor) -> None:
    """TensorBoard's picture of the network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of the tracer that its own TensorBoard writer uses
        writer.add_graph(network, sample)


def _log(writer: SummaryWriter, epoch: Epoch) -> None:
    writer.add_scalar("loss/train", epoch.loss, epoch.number)
    writer.add_scalar("loss/validation", epoch.validation, epoch.number)
    writer.add_scalar("rate", epoch.rate, epoch.number)
    writer.add_scalar("images a second", epoch.images / epoch.seconds, epoch.number)
    writer.flush()
