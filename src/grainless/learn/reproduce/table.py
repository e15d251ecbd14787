"""A reproduction written down: what was reported, what we reached, by which command, on what."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch

from grainless import __version__
from grainless.errors import counted
from grainless.evaluation.evaluate import evaluate
from grainless.evaluation.machine import processor
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.run import Run
from grainless.learn.studies.study import Study
from grainless.learn.summary import of_run

Effort = Literal["quick", "standard", "full"]
"""Minutes, to see that all runs; about an hour; as long as the publications."""


@dataclass(frozen=True)
class Figure:
    """One number of a publication beside ours.

    Args:
        what: is measured, on which images.
        reported: by the publication; empty where it gives none.
        published: ours by the published recipe.
        best: ours by our best recipe, where there is one.
        note: how long it was trained, where it stopped short, what differs.
    """

    what: str
    reported: str = ""
    published: str = ""
    best: str = ""
    note: str = ""


@dataclass
class Section:
    """A published system on the page.

    Args:
        letter: "A" to "E".
        title: what it is.
        figures: its numbers.
        parts: Markdown that follows the table: pictures, further tables, findings.
    """

    letter: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """The section, ended by a newline."""
        head = ("", "reported", "ours, as published", "ours, best recipe", "how")
        rows = [(row.what, row.reported, row.published, row.best, row.note) for row in self.figures]
        return "\n\n".join([f"## {self.letter}. {self.title}", table(head, rows), *self.parts]) + "\n"


Reproduce = Callable[[Study, Path, Effort], Section]
"""(study, folder for pictures, effort) -> the section."""


def took(run: Run) -> str:
    """How long a run was trained: "20 epochs, 140 s", with what the recipe asked for where it stopped short."""
    known = of_run(run)
    asked = known["hyper-parameters"]["train.epochs"]
    short = "" if known["epochs"] == asked else f" of {asked} (early stopping)"
    return f"`{run.path.name}`: {counted(known['epochs'], 'epoch')}{short}, {known['seconds']:,.0f} s"


def score(run: Run, metric: str, part: str = "test") -> float:
    """A mean that the run noted."""
    return float(run.facts()["scores"][part][metric])


def floor(run: Run, study: Study) -> float:
    """The binary cross-entropy of a run's test images with themselves: what a perfect reconstruction scores."""
    test = run.recipe().data(study.roots).test
    (themselves,) = evaluate({}, test, data_name="test", metrics={"bce": METRICS["bce"]})
    return themselves.scores["bce"].mean


def with_excess(bce: float, floor: float) -> str:
    """A cross-entropy and what it is above the one of a perfect reconstruction.

    >>> with_excess(0.0931, 0.0581)
    '0.0931 (0.0350 above the floor)'
    """
    return f"{bce:.4f} ({bce - floor:.4f} above the floor)"


def picture(path: Path, page: Path, words: str) -> str:
    """A picture on the page."""
    return f"![{words}]({path.relative_to(page.parent).as_posix()})\n\n*{words}*"


def machine() -> str:
    """The machine of a reproduction, in words."""
    return (
        f"{processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, "
        f"PyTorch {torch.__version__.partition('+')[0]}, Python {platform.python_version()}, "
        f"Grainless {__version__}, {time.strftime('%Y-%m-%d')}"
    )
