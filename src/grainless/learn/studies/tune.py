"""Tune: many trials of a recipe; Optuna chooses the values, and stops trials that fall behind."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from torch.utils.tensorboard import SummaryWriter

from grainless.data.images import Data
from grainless.disk.whole import whole
from grainless.errors import InputError
from grainless.learn.fitting.epoch import Epoch
from grainless.learn.fitting.fit import Diverged, Fit
from grainless.learn.lock import locked
from grainless.learn.recipe import Recipe
from grainless.learn.studies.study import Study
from grainless.learn.studies.values import Range, line_of, listed, range_of
from grainless.learn.training import Callback

Values = Range | list[str]


class Pruning(Callback):
    """Passes on what the callback is told, and stops a trial whose validation loss falls behind the others'."""

    def __init__(self, trial: optuna.Trial, callback: Callback) -> None:
        self._trial, self._callback = trial, callback
        self._reported: set[int] = set()

    def on_start(self, recipe: Recipe, data: Data, fit: Fit) -> None:
        """A trial that goes on told of its epochs in another process; now the search must hear of them again."""
        self._callback.on_start(recipe, data, fit)
        for epoch in fit.history:
            self.report(epoch.number, epoch.validation)
        if fit.history and self._trial.should_prune():
            raise optuna.TrialPruned

    def on_step(self, done: int, steps: int, loss: float) -> None:
        self._callback.on_step(done, steps, loss)

    def on_epoch(self, epoch: Epoch) -> None:
        self._callback.on_epoch(epoch)
        self.report(epoch.number, epoch.validation)
        if self._trial.should_prune():
            raise optuna.TrialPruned

    def report(self, number: int, validation: float) -> None:
        """Tell the search of an epoch, once."""
        if number not in self._reported:
            self._reported.add(number)
            self._trial.report(validation, number)


def tune(study: Study, recipe: str, over: list[str], changes: list[str], trials: int) -> list[dict[str, Any]]:
    """Search the values of some lines for the lowest validation loss; an interrupted search goes on.

    Args:
        study: where the runs lie, and the journal of the search.
        recipe: its name or file.
        over: lines with what they may be: "train.rate=1e-4..1e-2" (a range, searched by its logarithm),
            "network.code=8..64" (whole numbers), "network.widths=[16,32],[32,64]" (a choice).
        changes: other lines of the recipe to change.
        trials: in all, those of earlier calls counted in.

    Returns:
        A row a trial, the best first: its state, validation loss, epochs, and the value of each line.

    Raises:
        InputError: a line of `over` has no such form, the recipe has no such line, or the folder holds a search
            over other lines.
        RunError: another process searches in this folder.
    """
    lines = dict(_line(text) for text in over)
    for line, values in lines.items():
        Recipe.load(recipe, [*changes, f"{line}={_first(values)}"])
    with locked(study.folder / "lock", str(study.folder)):
        return _searched(study, recipe, over, changes, trials, lines)


def _searched(
    study: Study, recipe: str, over: list[str], changes: list[str], trials: int, lines: dict[str, Values]
) -> list[dict[str, Any]]:
    """The search, by one process at a time."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    chosen = Recipe.load(recipe, changes)
    search = optuna.create_study(
        study_name=chosen.name,
        storage=JournalStorage(_journal(study.folder / "trials.jsonl")),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=1),
        load_if_exists=True,
    )
    _check_same(search, {"over": over, "changes": changes}, study.folder)
    _take_up(search)
    while (ended := len(_ended(search))) < trials:
        # Of a seed of its own for each trial: a search that was killed tries what it would have tried.
        search.sampler = optuna.samplers.TPESampler(seed=chosen.seed + ended)
        search.optimize(
            lambda trial: _loss(study, recipe, lines, changes, trial),
            n_trials=1,
            catch=(
                Diverged,
            ),  # which is no end of the search; a full disk is one, and so is a person's ctrl-C
        )
    rows = [_row(trial) for trial in sorted(_ended(search), key=_order)]
    _write_hparams(study.folder / "hparams", rows)
    return rows


class _Held:
    """Optuna's own lock is a file that a killed process leaves; ours on the folder is held already."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        """Nothing: it opens with the folder's."""


def _journal(path: Path) -> JournalFileBackend:
    """The journal; half a line at its end, of a process that was killed or a disk that was full, is cut off."""
    if path.is_file():
        text = path.read_bytes()
        if not text.endswith(b"\n"):
            with whole(path) as lent:
                lent.write_bytes(text[: text.rfind(b"\n") + 1])
    return JournalFileBackend(str(path), lock_obj=cast(Any, _Held()))


def _line(over: str) -> tuple[str, Values]:
    line, values = line_of(over)
    return line, range_of(values) or listed(values)


def _first(values: Values) -> str:
    return _number(values.low, values) if isinstance(values, Range) else values[0]


def _suggested(trial: optuna.Trial, line: str, values: Values) -> str:
    if not isinstance(values, Range):
        return str(trial.suggest_categorical(line, values))
    if values.whole:
        return str(trial.suggest_int(line, int(values.low), int(values.high), log=True))
    return _number(trial.suggest_float(line, values.low, values.high, log=True), values)


def _number(value: float, among: Range) -> str:
    return str(int(value)) if among.whole else f"{value:.4g}"


def _loss(
    study: Study, recipe: str, lines: dict[str, Values], changes: list[str], trial: optuna.Trial
) -> float:
    chosen = [f"{line}={_suggested(trial, line, values)}" for line, values in lines.items()]
    pruning = Pruning(trial, study.callback)
    try:
        run = replace(study, callback=pruning).run(recipe, [*changes, *chosen])
    except Diverged:
        trial.set_user_attr("diverged", True)
        raise
    for epoch in run.facts()["history"]:  # of a run that was finished before the search heard of it
        pruning.report(epoch["number"], epoch["validation"])
    trial.set_user_attr("epochs", run.facts()["history"][-1]["number"])
    return float(run.best_epoch()["validation"])


def _check_same(search: optuna.Study, lines: dict[str, list[str]], folder: Path) -> None:
    """Refuse to go on with a search over other lines: its losses could not be compared."""
    known = search.user_attrs.get("lines", lines)
    if known != lines:
        differences = "; ".join(f"{name} was {known[name]} and is {lines[name]}" for name in lines)
        raise InputError(
            f"{folder} holds another search: {differences}. Go on with it as it was, or give another --out."
        )
    search.set_user_attr("lines", lines)


def _ended(search: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """Trials that came to an end; one that was killed or stopped half way is none."""
    return [
        trial
        for trial in search.trials
        if trial.state in {TrialState.COMPLETE, TrialState.PRUNED} or "diverged" in trial.user_attrs
    ]


def _take_up(search: optuna.Study) -> None:
    """Have the values of trials that were cut short tried first: their runs go on where they were."""
    tried = [trial.params for trial in _ended(search)]
    for trial in search.trials:
        if trial.params and trial.params not in tried:
            search.enqueue_trial(trial.params)
            tried.append(trial.params)


def _order(trial: optuna.trial.FrozenTrial) -> tuple[bool, float]:
    is_complete = trial.state == TrialState.COMPLETE
    return not is_complete, trial.value if is_complete and trial.value is not None else float("inf")


def _row(trial: optuna.trial.FrozenTrial) -> dict[str, Any]:
    losses = trial.intermediate_values  # by epoch; without those epochs that were done already
    is_complete = trial.state == TrialState.COMPLETE
    return {
        "trial": trial.number,
        "state": trial.state.name.lower(),
        "validation loss": trial.value if is_complete else min(losses.values(), default=None),
        "epochs": trial.user_attrs.get("epochs", max(losses, default=None)),
        **trial.params,
    }


def _write_hparams(folder: Path, rows: list[dict[str, Any]]) -> None:
    """TensorBoard's HParams page: a session for each trial."""
    for row in rows:
        if row["validation loss"] is not None:
            values = {line: value for line, value in row.items() if "." in line}
            with SummaryWriter(str(folder)) as writer:
                metrics = {"validation loss": row["validation loss"]}
                writer.add_hparams(values, metrics, run_name=f"trial {row['trial']}")
