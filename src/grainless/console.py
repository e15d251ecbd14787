"""What a person sees in the terminal: tables, progress, or JSON for programs."""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from grainless.judge.evaluation import Row, Score

out = Console()
"""For results."""

err = Console(stderr=True)
"""For progress and remarks, so that results can be piped."""


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers stand to the right."""
    rows = [[_cell(value) for value in row] for row in rows]
    drawn = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for place, name in enumerate(head):
        numbers = rows and all(_is_number(row[place]) for row in rows)
        drawn.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    out.print(drawn)


def facts(title: str, values: Mapping[str, Any]) -> None:
    """Print nested mappings: single values in one table, each mapping or list of rows in one of its own."""
    single = {name: value for name, value in values.items() if not _is_nested(value)}
    if single:
        table(title, ("", ""), single.items())
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            facts(name, value)
        elif _is_nested(value):
            table(name, list(value[0]), [row.values() for row in value])


def scores(rows: Sequence["Row"], protocol: str) -> None:
    """Print a row a denoiser: means of each metric, and under them the protocol's sentence."""
    head = ("", *(metric.upper() for metric in rows[0].scores), "s/megapixel")
    cells = [
        (row.denoiser, *(_with_interval(score) for score in row.scores.values()), row.seconds_per_megapixel)
        for row in rows
    ]
    table(f"{rows[0].data}, noise {rows[0].noise}", head, cells)
    out.print(
        f"Means over {len(next(iter(rows[0].scores.values())).values):,} images, ± half the 95 % interval. {protocol}",
        style="dim",
        highlight=False,
    )


def scores_reached(run: Mapping[str, Any]) -> None:
    """Print what a run reached on its held-out images, beside the noisy ones."""
    rows = [
        (part, metric, run["noisy"][part][metric], value)
        for part, means in run["scores"].items()
        for metric, value in means.items()
    ]
    table(
        f"{run['name']}: epoch {run['best epoch']} of {run['epochs']}",
        ("images", "score", "noisy", "denoised"),
        rows,
    )


def as_json(value: Any) -> None:
    """Print JSON alone, for programs; what is no number there (an infinite PSNR) is null."""
    sys.stdout.write(json.dumps(_finite(value), indent=2) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    )


def _with_interval(score: "Score") -> str:
    if score.interval is None:
        return f"{score.mean:.4g}"
    return f"{score.mean:.4g} ± {(score.interval[1] - score.interval[0]) / 2:.2g}"


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


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").replace("-", "").replace("e", "").isdigit()
