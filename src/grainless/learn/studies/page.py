"""A study's page for docs: what was asked, tables, pictures, and by which command on what machine."""

import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from grainless import __version__
from grainless.disk.whole import whole, write_text
from grainless.evaluation.machine import processor, threads
from grainless.evaluation.reports.decimals import decimals
from grainless.evaluation.reports.markdown import table


def write_page(path: Path, title: str, parts: Sequence[str], command: str) -> None:
    """Write a Markdown page.

    Args:
        path: of the page.
        title: its head.
        parts: paragraphs, tables, pictures.
        command: what was typed after "grainless".

    Raises:
        RunError: it could not be written.
    """
    foot = f"*Written by `grainless {command}`, on {machine()}.*"
    write_text(path, "\n\n".join([f"# {title}", *parts, foot]) + "\n")


def shown(picture: Path, page: Path, words: str) -> str:
    """A study's picture on a page, copied into the folder beside it, with the words under it."""
    copied = page.with_suffix("") / picture.name
    with whole(copied) as lent:
        shutil.copyfile(picture, lent)
    return f"![{words}]({copied.relative_to(page.parent).as_posix()})\n\n*{words}*"


def rows_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Mappings with the same keys as a Markdown table, a row each; "x ±" stands in the column of "x".

    >>> print(rows_table([{"a": 0.5, "a ±": 0.01}, {"a": 0.25, "a ±": None}]))
    | a |
    | --- |
    | 0.5000 ± 0.0100 |
    | 0.2500 |
    """
    names = [name for name in rows[0] if "±" not in name]
    columns = [_cells([row[name] for row in rows], [row.get(f"{name} ±") for row in rows]) for name in names]
    return table(names, list(zip(*columns, strict=True)))


def _cells(values: Sequence[Any], halves: Sequence[float | None]) -> list[str]:
    numbers = [value for value in values if isinstance(value, float)]
    if not numbers:
        return ["-" if value is None else str(value) for value in values]
    places = decimals(numbers)
    told = ["-" if value is None else f"{value:.{places}f}" for value in values]
    return [
        text if half is None else f"{text} ± {half:.{places}f}"
        for text, half in zip(told, halves, strict=True)
    ]


def machine() -> str:
    """What a page was made on, and when."""
    return (
        f"{processor()}, {threads()}, PyTorch {torch.__version__.partition('+')[0]}, "
        f"Grainless {__version__}, {time.strftime('%Y-%m-%d')}"
    )
