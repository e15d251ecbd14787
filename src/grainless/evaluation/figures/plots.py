"""Lines and points as PNG, for docs: in the manner of the loss curves."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grainless.disk.whole import whole
from grainless.evaluation.figures.curves import COLOURS, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = Sequence[float] | NDArray[np.floating]

TEN = [f"C{number}" for number in range(10)]
"""Matplotlib's ten colours, told apart by most eyes."""

ROWS = 20
"""Of a legend; more names take more columns."""

STEPS = 500
"""In which names come apart: a number, not a time, so that equal points give equal bytes."""


def lines_png(
    lines: Mapping[str, tuple[Points, Points]],
    path: Path,
    *,
    x: str,
    y: str,
    diagonal: bool = False,
) -> None:
    """Write lines with their names as one figure.

    Args:
        lines: name -> (x, y) of its points.
        path: of the PNG.
        x: what the axis says, unit included.
        y: the same.
        diagonal: whether both axes are 0..1 and their diagonal is drawn, faint: what guessing gives.

    Raises:
        RunError: the file could not be written.
    """
    with _axes(path, (4.2, 4.2) if diagonal else (5.4, 3.3)) as axes:
        if diagonal:
            axes.plot([0, 1], [0, 1], color=COLOURS["faint"], lw=0.8)
            axes.set_aspect("equal")
        for (name, (along, up)), colour in zip(lines.items(), TEN, strict=False):
            points = "." if len(along) < 40 else ""
            axes.plot(along, up, points + "-", color=colour, label=name, lw=1.6)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.grid(axis="y", color=COLOURS["faint"], alpha=0.25, lw=0.6)
        axes.legend(frameon=False)
        if not diagonal:
            from matplotlib.ticker import MaxNLocator

            axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def map_png(points: NDArray[np.floating], labels: NDArray | None, path: Path, *, x: str, y: str) -> None:
    """Write points in a plane, those of one label in one colour, the label's name about their median; a legend beside.

    Args:
        points: (n, 2).
        labels: (n,); None: all have one colour.
        path: of the PNG.
        x: what the axis says.
        y: the same.

    Raises:
        RunError: the file could not be written.
    """
    with _axes(path, (5.4, 5.0)) as axes:
        size = max(2.0, min(20.0, 4000 / len(points)))
        kinds = [None] if labels is None else sorted(set(labels.tolist()))
        for number, kind in enumerate(kinds):
            of_kind = points if labels is None else points[labels == kind]
            axes.scatter(
                of_kind[:, 0], of_kind[:, 1], s=size, color=TEN[number % 10], alpha=0.6, lw=0, label=kind
            )
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        if labels is not None:
            name_kinds(axes, {kind: np.median(points[labels == kind], axis=0) for kind in kinds})


def name_kinds(axes: "Axes", middles: Mapping[Any, NDArray[np.floating]]) -> None:
    """Names at these places, moved so that none covers another, and a legend of the colours beside the axes."""
    from adjustText import adjust_text

    frame = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.7}
    names = [
        axes.text(x, y, str(kind), ha="center", va="center", weight="bold", bbox=frame)
        for kind, (x, y) in middles.items()
    ]
    adjust_text(names, ax=axes, expand=(1.1, 1.1), iter_lim=STEPS)
    legend = axes.legend(
        frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), ncols=1 + (len(middles) - 1) // ROWS
    )
    for dot in filter(None, legend.legend_handles):
        dot.set(sizes=[36], alpha=1)


@contextmanager
def _axes(path: Path, size: tuple[float, float]) -> Iterator["Axes"]:
    """Axes to draw on; then the PNG on white, whole or not at all."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=size)
        yield figure.subplots()
        with whole(path) as lent:
            figure.savefig(
                lent, format="png", dpi=160, bbox_inches="tight", pad_inches=0.05, metadata={"Software": None}
            )
