"""The losses of several trainings in one figure: training dashed, validation solid, the floor dotted."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from grainless.disk.whole import whole
from grainless.evaluation.figures.curves import COLOURS, STYLE, History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = ("#2a7396", "#c77c30", "#5b8c3e", "#8a4f9e", "#b0413e", "#4d5966")
"""The colours of trainings, in their order."""

FEW = 4
"""Lines whose names have room beside them."""


def histories_png(
    trainings: Mapping[str, History],
    path: Path,
    *,
    loss: str,
    floor: tuple[str, float] | None = None,
    published: tuple[str, float] | None = None,
) -> None:
    """Write the curves as a PNG on white.

    Args:
        trainings: what each is called, and its epochs.
        path: of the PNG.
        loss: what the axis says.
        floor: the least that can be reached, and what it is called.
        published: what a publication reports, and what that is called.

    Raises:
        RunError: the file could not be written.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE), whole(path) as lent:
        figure = Figure(figsize=(6.4, 3.8))
        axes = figure.subplots()
        for (name, history), colour in zip(trainings.items(), LINES, strict=False):
            _draw(axes, name, history, colour)
        for level, line in ((floor, ":"), (published, "-.")):
            if level:
                axes.axhline(
                    level[1], color=COLOURS["faint"], ls=line, lw=1.4, label=f"{level[0]}: {level[1]:.4f}"
                )
        _dress(axes, loss)
        figure.savefig(lent, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})


def _draw(axes: "Axes", name: str, history: History, colour: str) -> None:
    history = [epoch for epoch in history if epoch["number"]]  # without what it started from
    numbers = [epoch["number"] for epoch in history]
    mark = "." if len(numbers) < 30 else ""
    for part, key, line in (("validation", "validation", "-"), ("training", "loss", "--")):
        losses = [epoch[key] for epoch in history]
        axes.plot(numbers, losses, mark + line, color=colour, lw=1.5, label=f"{name}, {part}")


def _dress(axes: "Axes", loss: str) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("epoch")
    axes.set_ylabel(loss)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y", color=COLOURS["faint"], alpha=0.25, lw=0.6)
    # The first epoch is far above the rest: what is looked at is where the curves end.
    lines = [np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()]
    ends = np.concatenate([line[1:] if len(line) > 1 else line for line in lines])
    margin = 0.05 * float(np.ptp(ends)) or 0.01
    axes.set_ylim(float(ends.min()) - margin, float(ends.max()) + margin)
    if len(lines) <= FEW:
        axes.legend(frameon=False, fontsize=8)
    else:  # so many names would lie on the curves
        axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.45, -0.16))
