"""A reproduction written down: what was reported, what we reached, by which command, and what is not as published."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch

from grainless import __version__
from grainless.errors import counted
from grainless.evaluation.evaluate import Denoise, evaluate
from grainless.evaluation.machine import processor
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.command import command, shortened
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished, denoiser
from grainless.learn.summary import of_run

Effort = Literal["quick", "standard", "full"]
"""Minutes, to see that all runs; hours, C shortened; as long as the publications."""

NOT_RUN = "not run at this length"
"""In the place of a figure whose run is not finished: no shorter one stands in for it."""

BUSY = 1.25
"""A training that took this many times the seconds of one processor shared it with other work."""


@dataclass(frozen=True)
class Figure:
    """One number of a publication beside ours.

    Args:
        what: is measured, on which images; no two rows of a table say the same.
        reported: by the publication; empty where it gives none.
        published: ours by the published recipe.
        best: ours by our best recipe, where there is one.
        differs: what of ours is not as published; "" where nothing is, or there is no run.
        run: by which command, in what time.
    """

    what: str
    reported: str = ""
    published: str = ""
    best: str = ""
    differs: str = ""
    run: str = ""


@dataclass
class Section:
    """A published system on the page.

    Args:
        letter: "A" to "E", or the word of a study.
        title: what it is.
        figures: its numbers.
        parts: Markdown that follows the table: pictures, further tables, findings.
        missing: runs that rows or parts wait for, since nothing was to be trained.
    """

    letter: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def rows(self, make: Callable[[], list[Figure]], what: str) -> None:
        """Add what is made to the table; without the run that it needs, a row that says so.

        Args:
            make: gives the rows.
            what: of such a row, in words.
        """
        try:
            self.figures += make()
        except Unfinished as error:
            self.figures.append(Figure(what, "", NOT_RUN, "", "", str(error)))
            self.missing.append(str(error))

    def part(self, make: Callable[[], str | list[str]], what: str) -> None:
        """Add what is made below the table; without the run that it needs, say so."""
        try:
            made = make()
            self.parts += [made] if isinstance(made, str) else made
        except Unfinished as error:
            self.parts.append(f"*{what}: {NOT_RUN} ({error}).*")
            self.missing.append(str(error))

    def markdown(self) -> str:
        """The section, ended by a newline."""
        head = ("", "reported", "ours, published recipe", "ours, best recipe", "not as published", "run")
        rows = [
            (row.what, row.reported, row.published, row.best, row.differs, row.run) for row in self.figures
        ]
        tables = [table(head, rows)] if rows else []
        return "\n\n".join([f"## {self.letter}. {self.title}", *tables, *self.parts]) + "\n"


Reproduce = Callable[[Study, Path, Effort], Section]
"""(study, folder for pictures, effort) -> the section."""


def took(run: Run) -> str:
    """By which command and how long a run was trained; where the machine was busy, both times."""
    known = of_run(run)
    asked = known["hyper-parameters"]["train.epochs"]
    short = "" if known["epochs"] == asked else f" of {asked} (early stopping)"
    spent = pace(run) * known["epochs"]
    busy = f" on a busy machine, {spent:,.0f} s of a processor" if known["seconds"] > BUSY * spent else ""
    time_ = f"{known['seconds']:,.0f} s{busy}"
    return f"`{command(run)}`: {counted(known['epochs'], 'epoch')}{short}, {time_}"


def pace(run: Run) -> float:
    """Seconds of a processor an epoch; those of the clock where no epoch noted them."""
    history = [epoch for epoch in run.facts()["history"] if epoch["number"]]
    spent = [epoch["processor"] for epoch in history if epoch.get("processor")]
    times = spent or [epoch["seconds"] for epoch in history]
    return float(sum(times) / len(times))


def differs(run: Run, *words: str) -> str:
    """What of a run is not as published: what its recipe cannot have, and where it was made shorter."""
    return "; ".join(word for word in (shortened(run), *words) if word)


def score(run: Run, metric: str, part: str = "test") -> float:
    """A mean that the run noted."""
    return float(run.facts()["scores"][part][metric])


def noisy(run: Run, metric: str, part: str = "test") -> float:
    """The noisy images' own."""
    return float(run.facts()["noisy"][part][metric])


def train_scores(study: Study, run: Run, metrics: Sequence[str]) -> dict[str, dict[str, float]]:
    """Means over all training images, "noisy" and "denoised"; noted in the run, since they take a while."""

    def made() -> dict[str, dict[str, float]]:
        recipe = run.recipe()
        given: dict[str, Denoise] = {"denoised": denoiser(run)}
        rows = evaluate(
            given,
            recipe.data(study.roots).train,
            recipe.noise(),
            data_name="train",
            seed=recipe.seed,
            metrics={name: METRICS[name] for name in metrics},
        )
        return {row.denoiser: {name: row.scores[name].mean for name in metrics} for row in rows}

    known: dict[str, dict[str, float]] = noted(run, "train scores", made)
    return known


def noted(run: Run, what: str, make: Callable[[], Any]) -> Any:
    """What stands in the run's facts under this name, made now if it does not."""
    facts = run.facts()
    if what not in facts:
        run.note({what: make()})
        facts = run.facts()
    return facts[what]


def floor(run: Run, study: Study) -> float:
    """The binary cross-entropy of a run's test images with themselves: what a perfect reconstruction scores."""

    def made() -> float:
        rows = evaluate(
            {}, run.recipe().data(study.roots).test, data_name="test", metrics={"bce": METRICS["bce"]}
        )
        return rows[0].scores["bce"].mean

    return float(noted(run, "floor", made))


def with_excess(bce: float, floor: float) -> str:
    """A cross-entropy and what it is above the one of a perfect reconstruction.

    >>> with_excess(0.0931, 0.0581)
    '0.0931 (0.0350 above the floor)'
    """
    return f"{bce:.4f} ({bce - floor:.4f} above the floor)"


def picture(path: Path, page: Path, words: str) -> str:
    """A picture on the page."""
    return f"![{words}]({path.relative_to(page.parent).as_posix()})\n\n*{words}*"


def copied(source: Path, pictures: Path, name: str, words: str) -> str:
    """A study's picture, brought beside the page."""
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / name).write_bytes(source.read_bytes())
    return picture(pictures / name, pictures, words)


def machine() -> str:
    """The machine of a reproduction, in words."""
    return (
        f"{processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, "
        f"PyTorch {torch.__version__.partition('+')[0]}, Python {platform.python_version()}, "
        f"Grainless {__version__}, {time.strftime('%Y-%m-%d')}"
    )
