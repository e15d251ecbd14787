"""Pieces of one HTML page that stands alone: no script, no font, no link to anywhere.

Small functions each give a piece of HTML, and `page` joins them. Text is escaped where it comes in.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from typing import Any


class Html(str):
    """Escaped already: the only text that goes into a page as it is."""

    __slots__ = ()


def page(
    title: str,
    sections: Mapping[str, Sequence[Html]],
    *,
    lead: str = "",
    top: Sequence[Html] = (),
    foot: str = "",
) -> str:
    """The whole page.

    Args:
        title: of the page.
        sections: heading -> what stands under it, in this order.
        lead: a sentence under the title: what came out.
        top: what stands before the first heading.
        foot: a line at the end.
    """
    opening = f"<p>{escape(lead)}</p>" if lead else ""
    closing = f"<footer>{escape(foot)}</footer>" if foot else ""
    body = "\n".join(_section(heading, parts) for heading, parts in sections.items())
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f"<header><h1>{escape(title)}</h1>{opening}{''.join(top)}</header>\n<main>\n{body}\n</main>\n{closing}</body>\n</html>\n"
    )


def note(text: str) -> Html:
    """A quiet paragraph."""
    return Html(f'<p class="note">{escape(text)}</p>')


def headline(figures: Mapping[str, str]) -> Html:
    """The few numbers that a reader came for: what it is -> the figure with its unit."""
    return Html(
        f'<dl class="headline">{"".join(f"<div>{_term(*each)}</div>" for each in figures.items())}</dl>'
    )


def facts(known: Mapping[str, Any]) -> Html:
    """Names and values; a mapping among the values becomes a group with its name above."""
    groups: dict[str, Mapping[str, Any]] = {
        "": {name: value for name, value in known.items() if not isinstance(value, Mapping)}
    }
    groups |= {name: value for name, value in known.items() if isinstance(value, Mapping)}
    return Html(f'<div class="groups">{"".join(_group(*each) for each in groups.items() if each[1])}</div>')


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    left: int = 1,
    caption: str = "",
    total: Sequence[Any] | None = None,
) -> Html:
    """A table whose first cells name their rows.

    Args:
        head: names of the columns.
        rows: cells: numbers, text, or `Html`.
        left: so many first columns are text and stand to the left; the others are numbers.
        caption: above it.
        total: one more row, set off at the end.
    """
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    names = "".join(
        f'<th scope="col"{_right(column, left)}>{escape(name)}</th>' for column, name in enumerate(head)
    )
    body = "\n".join(_row(row, left) for row in rows)
    last = f"\n<tfoot>{_row(total, left)}</tfoot>" if total else ""
    return Html(
        f'<div class="scroll"><table>{title}\n<thead><tr>{names}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>{last}</table></div>"
    )


def number(value: float, places: int) -> str:
    """So many decimals, with the signs of print; a dash for what is none."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.{places}f}".replace("-", "−")


def _section(heading: str, parts: Sequence[Html]) -> str:
    return f'<section><h2>{escape(heading)}</h2>\n<div class="parts">{"".join(parts)}</div></section>'


def _group(heading: str, known: Mapping[str, Any]) -> str:
    title = f"<h3>{escape(heading)}</h3>" if heading else ""
    terms = "".join(_term(*each) for each in known.items())
    return f'<div class="group">{title}<dl class="facts">{terms}</dl></div>'


def _term(name: str, value: Any) -> str:
    return f"<dt>{escape(str(name))}</dt><dd>{_content(value)}</dd>"


def _row(cells: Sequence[Any], left: int) -> str:
    first, *rest = (_content(cell) for cell in cells)
    others = "".join(f"<td{_right(column, left)}>{cell}</td>" for column, cell in enumerate(rest, start=1))
    return f'<tr><th scope="row">{first}</th>{others}</tr>'


def _right(column: int, left: int) -> str:
    return "" if column < left else ' class="number"'


def _content(value: Any) -> str:
    """A value as a person reads it, escaped.

    >>> [_content(value) for value in (843649, 2e-4, True, None, [32, 64], "<b>", Html("<b>!</b>"))]
    ['843,649', '0.0002', 'true', '–', '32, 64', '&lt;b&gt;', '<b>!</b>']
    """
    if isinstance(value, Html):
        return value
    if isinstance(value, bool | None):
        return {None: "–", False: "false", True: "true"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else number(value, 0)
    if isinstance(value, list | tuple):
        return ", ".join(map(_content, value))
    return escape(str(value))


@cache
def _style() -> str:
    return resources.files("grainless.evaluation.reports").joinpath("report.css").read_text("utf-8")
