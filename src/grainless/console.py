"""What a person sees in the terminal: tables, progress, or JSON for programs."""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

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


def mapping(title: str, values: Mapping[str, Any]) -> None:
    """Print names and values."""
    table(title, ("", ""), values.items())


def as_json(value: Any) -> None:
    """Print JSON alone, for programs; what is no number there (an infinite PSNR) is null."""
    sys.stdout.write(json.dumps(_finite(value), indent=2) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
