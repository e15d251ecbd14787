"""A training's report, live: what its folder says, read anew for each request. Nothing in it is changed."""

import math
import time
import tomllib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from grainless.errors import InputError
from grainless.model.run_files import RunFiles
from grainless.plain import plain
from grainless.server.api import answers
from grainless.server.gate.faults import Fault

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
)
"""Of the report, which stands alone: its own looks and pictures are inside it, and nothing in it runs."""

LATE, SLACK = 5, 60.0
"""A training that was silent for so many epochs' time, and these seconds besides, is not at work."""


def opened(path: Path) -> RunFiles:
    """The folder of a run that was begun.

    Raises:
        InputError: it is none.
    """
    run = RunFiles(path)
    if not run.recipe_file.is_file():
        raise InputError(
            f"{path} is no run's folder: it holds no {run.recipe_file.name}. "
            "A training writes one as it begins: grainless train RECIPE --out RUN."
        )
    return run


def told(run: RunFiles) -> answers.Run:
    """How a training stands.

    Raises:
        Fault: a file of it cannot be read.
    """
    try:
        recipe = run.recipe_file.read_text("utf-8")
        tables, history, best = tomllib.loads(recipe), run.history(), run.best_told()
    except (OSError, ValueError) as error:
        sentence = f"The folder of the run {run.path.name} cannot be read: {error}."
        raise Fault(HTTPStatus.INTERNAL_SERVER_ERROR, sentence) from error
    history = history or best.get("history", [])
    epochs = [answers.Epoch(**plain(each)) for each in history]
    finished = "scores" in best and run.report_file.is_file()
    return answers.Run(
        name=run.path.resolve().name,
        recipe=recipe,
        standing="finished" if finished else _standing(run, history),
        planned=_planned(tables),
        silent=_age(run),
        epochs=epochs,
        best=min((each for each in epochs if each.validation is not None), key=_validation, default=None),
        scores=_scores(best) if finished else {},
        report=run.report_file.is_file(),
    )


def report(run: RunFiles) -> bytes:
    """The page for people that ends a training.

    Raises:
        Fault: there is none yet.
    """
    try:
        return run.report_file.read_bytes()
    except OSError:
        sentence = "There is no report yet: it is written when the training is over."
        raise Fault(HTTPStatus.NOT_FOUND, sentence) from None


def _standing(run: RunFiles, history: Sequence[Mapping[str, Any]]) -> str:
    """Whether it seems to be at work: its lock is its own to hold, so it is told by the time of its last word."""
    usual = history[-1]["seconds"] if history else math.inf
    silent = _age(run)
    return "training" if silent <= LATE * usual + SLACK else "silent"


def _age(run: RunFiles) -> float:
    """Seconds since its folder was last written to by an epoch, or by its beginning."""
    files = (run.resume_file, run.weights_file, run.recipe_file)
    last = max(file.stat().st_mtime for file in files if file.exists())
    return max(0.0, time.time() - last)


def _planned(tables: Mapping[str, Any]) -> int | None:
    planned = tables.get("train", {}).get("epochs")
    return planned if isinstance(planned, int) else None


def _scores(best: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """Who -> metric -> mean over the test images: the noisy ones, what it began with, the model's."""
    others = {each["name"]: each["scores"] for each in best.get("others", [])}
    named = {"noisy": best.get("noisy", {}), **others, "denoised": best["scores"]}
    return {name: plain(parts["test"]) for name, parts in named.items() if "test" in parts}


def _validation(epoch: answers.Epoch) -> float:
    return math.inf if epoch.validation is None else epoch.validation
