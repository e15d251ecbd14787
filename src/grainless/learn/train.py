"""From a recipe to a finished run: data, training, the best weights as ONNX, scores, report."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import torch
from torch.utils.tensorboard import SummaryWriter

from grainless.data.find import DataRoots
from grainless.data.images import Data
from grainless.errors import RunError
from grainless.evaluation.denoisers import blind
from grainless.learn.fitting.fit import Epoch, Fit
from grainless.learn.page import write_page
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.score import DENOISED, export_best, score
from grainless.model.denoiser import load


class Watcher(Protocol):
    """Who looks on while a recipe is trained."""

    def begun(self, recipe: Recipe, data: Data, fit: Fit) -> None:
        """The data are read; training begins, or goes on."""

    def step(self, done: int, steps: int, loss: float) -> None:
        """So many steps of this epoch are done; the mean loss of the epoch so far."""

    def epoch(self, epoch: Epoch) -> None:
        """An epoch is over, and all of it is on the disk."""


def train(recipe: Recipe, out: Path, *, roots: DataRoots, watcher: Watcher, resume: bool = False) -> Run:
    """Train a recipe; everything it gives lies in the run's folder.

    Args:
        recipe: what to train.
        out: the run's folder, new or empty.
        roots: where data files are looked for.
        watcher: is told how it goes.
        resume: go on with a run begun before; if it was finished already, it is only judged again.

    Raises:
        InputError: `out` holds something else; the recipe does not fit the data.
        RunError: the training diverged, or was stopped by the person; the best weights so far are kept.
    """
    run = Run.open(out) if resume else None
    if run:
        run.check_made_by(recipe)
    else:
        Run.check_new(out)
    data = recipe.data(roots)
    torch.manual_seed(recipe.seed)
    network = recipe.network()
    fit = Fit(network, data, recipe.method(), recipe.loss(), seed=recipe.seed, **recipe.training())
    run = run or Run.begin(out, recipe)
    paused = run.paused()
    if paused:
        fit.restore(*paused)
    watcher.begun(recipe, data, fit)
    _train(run, recipe, fit, watcher)
    _export(run, recipe, fit)
    rows = score(run, recipe, data)
    denoisers = {DENOISED: blind(load(run.model_file))}
    write_page(run, data, rows, denoisers, recipe.noise(), recipe.seed)
    return run


def _train(run: Run, recipe: Recipe, fit: Fit, watcher: Watcher) -> None:
    """All epochs, each written down when it is over."""
    try:
        with _tensorboard(run, fit) as writer:
            if not fit.history:
                _draw_graph(writer, fit)
            for epoch in fit(watcher.step):
                _log(writer, epoch)
                if epoch.best:
                    run.keep(fit.averaged, _facts(recipe, fit))
                run.pause(*fit.state())
                watcher.epoch(epoch)
    except KeyboardInterrupt as stop:
        going_on = f"go on with: grainless train {run.recipe_file} --out {run.path} --resume"
        raise RunError(f"Stopped. {_leave(run, recipe, fit)}; {going_on}") from stop
    except RunError as error:
        raise type(error)(f"{error} {_leave(run, recipe, fit)}.") from error
    except OSError as error:  # of TensorBoard's files
        raise RunError(f"{run.path} could not be written: {error.strerror or error}.") from error


def _leave(run: Run, recipe: Recipe, fit: Fit) -> str:
    """Make the run usable as it is, and say what is there."""
    if fit.best is None or not run.weights_file.is_file():
        return f"No epoch was finished, so {run.path} holds no model yet"
    _export(run, recipe, fit)
    best = f"epoch {fit.best.number}, validation loss {fit.best.validation:.4g}"
    return f"The best model so far ({best}) is kept in {run.path}"


def _export(run: Run, recipe: Recipe, fit: Fit) -> None:
    """The best weights as ONNX; also the epochs after the best stand beside them now."""
    run.note(_facts(recipe, fit))
    export_best(run, recipe, fit.network, fit.sample())


def _facts(recipe: Recipe, fit: Fit) -> dict[str, Any]:
    """What stands beside the best weights; also which files were trained on, where images have files of their own."""
    history = [asdict(epoch) for epoch in fit.history]
    split = {part: images.names for part, images in fit.data.parts.items() if images.names}
    return {"name": recipe.name, "recipe": recipe.tables, "history": history, "split": split}


@contextmanager
def _tensorboard(run: Run, fit: Fit) -> Iterator[SummaryWriter]:
    """TensorBoard's writer. What its thread cannot write, the next flush raises: it is not printed besides."""
    printed = threading.excepthook

    def hook(error: threading.ExceptHookArgs) -> None:
        if not type(error.thread).__module__.startswith("tensorboard."):
            printed(error)

    threading.excepthook = hook
    try:
        with SummaryWriter(str(run.events), purge_step=len(fit.history) + 1) as writer:
            yield writer
    finally:
        threading.excepthook = printed


def _draw_graph(writer: SummaryWriter, fit: Fit) -> None:
    """TensorBoard's picture of the network."""
    sample = fit.sample().to(next(fit.network.parameters()).device)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of the tracer that its own TensorBoard writer uses
        writer.add_graph(fit.network, sample)


def _log(writer: SummaryWriter, epoch: Epoch) -> None:
    writer.add_scalar("loss/train", epoch.loss, epoch.number)
    writer.add_scalar("loss/validation", epoch.validation, epoch.number)
    writer.add_scalar("rate", epoch.rate, epoch.number)
    writer.add_scalar("images a second", epoch.images / epoch.seconds, epoch.number)
    writer.flush()
