"""What a person sees in the terminal: tables, progress, or JSON for programs."""

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grainless.errors import counted
from grainless.evaluation.reports.decimals import PAIRED, decimals, with_half
from grainless.plain import plain

if TYPE_CHECKING:
    from grainless.evaluation.evaluate import Row
    from grainless.evaluation.score import Score

WIDE = 10_000
"""The width of a file or a pipe: nothing is wrapped there."""

NUMBER = re.compile(r"-|best|nan|-?inf|-?[\d,]+(\.\d+)?(e-?\d+)?( ± [\d.]+)?")


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=WIDE)


out = _console(stderr=False)
"""For results."""

err = _console(stderr=True)
"""For progress and remarks, so that results can be piped."""


def say(text: str) -> None:
    """Print a line of results as it is; the terminal wraps it, not we, so that paths can be copied."""
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def remark(text: str) -> None:
    """Print a line beside the results, as it is."""
    err.print(text, markup=False, highlight=False, soft_wrap=True)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table. Numbers stand to the right; a column of fractions shows the same decimals in every row.

    Args:
        title: above it.
        head: names of the columns; without any there is no line of names.
        rows: the cells.
    """
    columns = [_column(values) for values in zip(*rows, strict=True)]
    drawn = Table(box=box.SIMPLE_HEAD, show_header=any(head), show_edge=False, pad_edge=False)
    for name, cells in zip(head, columns, strict=False):
        numbers = all(NUMBER.fullmatch(cell) for cell in cells)
        drawn.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in zip(*columns, strict=True):
        drawn.add_row(*map(Text, row))  # text: a path may hold what rich takes for markup
    out.print(title, style="bold", markup=False, highlight=False, soft_wrap=True)
    _print(drawn)
    out.print()


def _print(drawn: Table) -> None:
    """A table; in a file or a pipe its lines end where their words do, not where those of the longest line do."""
    if out.is_terminal:
        return out.print(drawn, highlight=False)
    with out.capture() as kept:
        out.print(drawn, highlight=False)
    return say("\n".join(line.rstrip() for line in kept.get().splitlines()))


def facts(title: str, values: Mapping[str, Any]) -> None:
    """Print nested mappings: single values in one table, each mapping or list of rows in one of its own.

    Names are shown as words: best_epoch as "best epoch"; those below them as they are, as a recipe's options are.
    """
    _nested(title, {name.replace("_", " "): value for name, value in values.items()})


def _nested(title: str, values: Mapping[str, Any]) -> None:
    single = {name: _cell(value) for name, value in values.items() if not _is_nested(value)}
    if single:
        table(title, ("", ""), single.items())
    for name, value in values.items():
        if isinstance(value, Mapping):
            _nested(name, value)
        elif _is_nested(value):
            rows(name, value)


def rows(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print mappings, a row each; a key that one of them lacks is an empty cell there."""
    head = list(dict.fromkeys(key for row in rows for key in row))
    table(title, head, [tuple(row.get(key, "") for key in head) for row in rows])


def scores(rows: Sequence["Row"], metrics: Sequence[str], protocol: str) -> None:
    """Print a row a denoiser: means of each metric, the distance to the best, and under them the protocol."""
    from grainless.evaluation.evaluate import behind
    from grainless.evaluation.score import FEWEST

    means = [_means([row.scores[metric] for row in rows]) for metric in metrics]
    columns = [[row.denoiser for row in rows], *means, list(behind(rows).values())]
    head = ["", *map(str.upper, metrics), "PSNR to best", "s/megapixel"]
    seconds = [row.seconds_per_megapixel for row in rows]
    table(f"{rows[0].data}, noise {rows[0].noise}", head, zip(*columns, seconds, strict=True))
    images = len(rows[0].scores[metrics[0]].values)
    few = (
        f": too few for an interval, which takes {FEWEST}."
        if images < FEWEST
        else ", ± half the 95 % interval."
    )
    say(f"Means over {counted(images, 'image')}{few} {PAIRED} {protocol}")


def scores_reached(run: Mapping[str, Any], metrics: Sequence[str]) -> None:
    """Print what a run reached on its held-out images, beside the noisy ones, or its input where it has no noise."""
    title = f"{run['name']}: epoch {run['best_epoch']} of {run['epochs']}"
    if not run["best_epoch"]:
        title = f"{run['name']}: as it began, and none of {counted(run['epochs'], 'epoch')} did better"
    if not run["scores"]:
        return say(f"{title}, not judged yet: the training was stopped. Go on with it by --resume.")
    rows = [
        (part, version, *(means[part][metric] for metric in metrics))
        for part in run["scores"]
        for version, means in (
            ("input" if math.isinf(run["noisy"][part]["psnr"]) else "noisy", run["noisy"]),
            *((other["name"], other["scores"]) for other in run.get("others", ())),
            ("denoised", run["scores"]),
        )
    ]
    return table(title, ("images", "", *map(str.upper, metrics)), rows)


@contextmanager
def progress(task: str) -> Iterator[Callable[[int, int], object]]:
    """A bar on stderr, in a terminal only; lends what moves it: (how many more are done, of how many)."""
    columns = (TextColumn(task), BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        moved = bar.add_task(task, total=None)
        yield lambda count, total: bar.update(moved, advance=count, total=total)


def as_json(value: Any) -> None:
    """Print JSON alone, for programs; what is no number there (an infinite PSNR) is null."""
    sys.stdout.write(json.dumps(plain(value), indent=2) + "\n")
    sys.stdout.flush()  # a reader that has gone is met here, not after the end


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    )


def _means(column: Sequence["Score"]) -> list[str]:
    """A metric's means with half their intervals."""
    places = decimals(score.mean for score in column)
    return [with_half(score.mean, score.interval, places) for score in column]


def _column(values: Sequence[Any]) -> list[str]:
    """A column's cells as text."""
    if not all(isinstance(value, float) for value in values):
        return [_cell(value) for value in values]
    places = decimals(values)
    return [f"{value:,.{places}f}" for value in values]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(each) for each in value) or "none"
    return "-" if value is None else str(value)
