"""From a recipe to a finished run: data, training, the best weights as ONNX, scores, report."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch.utils.tensorboard import SummaryWriter

from grainless.data.find import DataRoots
from grainless.data.images import Data
from grainless.errors import RunError, Stopped
from grainless.evaluation.figures.curves import epoch_name
from grainless.learn.fitting.crew import Crew, Left
from grainless.learn.fitting.epoch import Epoch
from grainless.learn.fitting.fit import Fit
from grainless.learn.page import write_page
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.score import contenders, export_best, score, to_judge
from grainless.model.zoo import RUNS


class Callback:
    """Who looks on while a recipe is trained: a subclass says what it wants to hear of."""

    def on_start(self, recipe: Recipe, data: Data, fit: Fit) -> None:
        """The data are read; training begins, or goes on."""

    def on_step(self, done: int, steps: int, loss: float) -> None:
        """So many steps of this epoch are done; the mean loss of the epoch so far."""

    def on_epoch(self, epoch: Epoch) -> None:
        """An epoch is over, and all of it is on the disk."""


def train(
    recipe: Recipe | str | Path,
    out: str | Path | None = None,
    *,
    changes: Sequence[str] = (),
    roots: DataRoots | None = None,
    data: Data | None = None,
    callback: Callback | None = None,
    resume: bool = False,
    strategy: str = "ddp",
) -> Run:
    """Train a recipe; everything it gives lies in the run's folder.

    PyTorch and its exporter may warn of their own insides: who calls decides whether that is heard.

    Several processes that find each other by the environment, as torchrun sets it, train together, each on a device of
    its own; the first one writes, and goes on when the others are done.

    Args:
        recipe: what to train: a shipped one's name, a TOML file, or a recipe.
        out: the run's folder, new or empty; None: runs/ and the recipe's name.
        changes: lines of the recipe to change, as `--set` takes them: "train.epochs=5".
        roots: where data files are looked for; None: `$GRAINLESS_DATA`, then the cache.
        data: the recipe's, where they were read already.
        callback: is told how it goes.
        resume: go on with a run begun before; if it was finished already, it is only judged again.
        strategy: what each of several devices holds: "ddp", all parameters, or "fsdp", a share of each.

    Returns:
        The run: `grainless.load(run.path)` is its model.

    Raises:
        InputError: there is no such recipe, or it has mistakes; `out` holds something else; the recipe does not fit
            the data.
        RunError: another process trains this run; the training diverged, or lost one of its processes: the best
            weights so far are kept.
        Stopped: the person stopped it; they are kept, too.
    """
    recipe = _changed(recipe, changes)
    out = Path(out) if out is not None else RUNS / recipe.name
    callback = callback or Callback()
    with ExitStack() as held:
        if not resume:
            Run.check_new(out)
        crew = Crew.gathered(recipe.training().get("precision", "auto"), strategy)
        with crew.agreed():
            run = _reopened(out, recipe, held) if resume and crew.is_first else None
            data = data or recipe.data(roots or DataRoots())
            paused = run.paused() if run else None
        paused = crew.hand_out(paused)
        with crew.agreed():
            fit = _fit(recipe, data, crew, begun=paused is not None)
            held.callback(fit.close)
            if run is None and crew.is_first:
                run = Run.begin(out, recipe)
                held.enter_context(run.locked())
        if paused:
            fit.restore(*paused)
        if run is None:
            return _helped(Run(out), fit)
        callback.on_start(recipe, data, fit)
        with _stop_is_told(run, recipe, fit):
            _train(run, recipe, fit, callback)
            _judge(run, recipe, fit, data)
    return run


def _helped(run: Run, fit: Fit) -> Run:
    """All epochs, as a process that is not the first of several: it writes nothing, and judges nothing."""
    for _ in fit():
        fit.state()  # the first one asks for it, and what is sharded is put together by all
    return run


def _changed(recipe: Recipe | str | Path, changes: Sequence[str]) -> Recipe:
    """The recipe with these lines changed, checked."""
    return recipe.with_changes(changes) if isinstance(recipe, Recipe) else Recipe.load(recipe, changes)


def _reopened(out: Path, recipe: Recipe, held: ExitStack) -> Run:
    """A run begun before, held against other processes."""
    run = Run.open(out)
    held.enter_context(run.locked())
    run.check_made_by(recipe)
    return run


def _fit(recipe: Recipe, data: Data, crew: Crew, *, begun: bool) -> Fit:
    """The training; weights of a run that was begun come from where it stands, not from where it started."""
    torch.manual_seed(recipe.seed)
    options = recipe.training() | ({"start": None} if begun else {})
    return Fit(recipe.network(), data, recipe.method(), recipe.loss(), seed=recipe.seed, crew=crew, **options)


def _train(run: Run, recipe: Recipe, fit: Fit, callback: Callback) -> None:
    """All epochs, each written down when it is over."""
    try:
        with SummaryWriter(str(run.events), purge_step=fit.reached + 1) as writer:
            if not fit.history:
                _draw_graph(writer, fit)
            for epoch in fit(callback.on_step):
                _log(writer, epoch)
                if epoch.best:
                    run.keep(fit.averaged, _facts(recipe, fit))
                run.pause(*fit.state())
                callback.on_epoch(epoch)
    except Left as left:
        raise Left(f"{left} {_leave(run, recipe, fit)}; {_going_on(run)}") from left
    except RunError as error:
        raise type(error)(f"{error} {_leave(run, recipe, fit)}.") from error
    except OSError as error:  # of TensorBoard's files
        raise RunError(f"{run.path} could not be written: {error.strerror or error}.") from error


@contextmanager
def _stop_is_told(run: Run, recipe: Recipe, fit: Fit) -> Iterator[None]:
    """Ctrl-C, in whatever it meets, leaves the best model so far, and says how to go on."""
    try:
        yield
    except KeyboardInterrupt as stop:
        raise Stopped(f"Stopped. {_leave(run, recipe, fit)}; {_going_on(run)}") from stop


def _leave(run: Run, recipe: Recipe, fit: Fit) -> str:
    """Make the run usable as it is, and say what is there."""
    if fit.best is None or not run.weights_file.is_file():
        return f"No epoch was finished, so {run.path} holds no model yet"
    _export(run, recipe, fit)
    best = f"{epoch_name(fit.best.number)}, validation loss {fit.best.validation:.4g}"
    return f"The best model so far ({best}) is kept in {run.path}"


def _judge(run: Run, recipe: Recipe, fit: Fit, data: Data) -> None:
    """The model, its scores and the report."""
    _export(run, recipe, fit)
    judges = to_judge(recipe, data)
    rows = score(run, recipe, judges)
    write_page(run, judges, rows, contenders(run, recipe, judges), recipe.noise(), recipe.seed)


def _going_on(run: Run) -> str:
    return f"go on with: grainless train {run.recipe_file} --out {run.path} --resume"


def _export(run: Run, recipe: Recipe, fit: Fit) -> None:
    """The best weights as ONNX; also the epochs after the best stand beside them now."""
    run.note(_facts(recipe, fit))
    export_best(run, recipe, fit.network, fit.sample())


def _facts(recipe: Recipe, fit: Fit) -> dict[str, Any]:
    """What stands beside the best weights; also on which device, and the images' files, where they have some."""
    history = [asdict(epoch) for epoch in fit.history]
    split = {part: images.names for part, images in fit.data.parts.items() if images.names}
    facts = {"name": recipe.name, "recipe": recipe.tables, "history": history, "split": split}
    if fit.hardware:  # a run that is only judged again keeps its own
        facts["trained_on"] = fit.hardware
    stream = fit.data.train.stream
    return facts | ({"skipped": list(stream.faults)} if stream else {})


def _draw_graph(writer: SummaryWriter, fit: Fit) -> None:
    """TensorBoard's picture of the network."""
    sample = fit.sample().to(next(fit.network.parameters()).device)
    writer.add_graph(fit.network, sample)


def _log(writer: SummaryWriter, epoch: Epoch) -> None:
    writer.add_scalar("loss/validation", epoch.validation, epoch.number)
    if epoch.loss is not None:
        writer.add_scalar("loss/train", epoch.loss, epoch.number)
        writer.add_scalar("rate", epoch.rate, epoch.number)
        writer.add_scalar("images a second", epoch.images / epoch.seconds, epoch.number)
    writer.flush()
