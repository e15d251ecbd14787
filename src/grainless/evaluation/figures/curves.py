"""The losses of a training by epoch, drawn once: as PNG for docs, as SVG for pages light and dark."""

import io
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grainless.disk.whole import whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

History = Sequence[Mapping[str, Any]]
"""One mapping an epoch: "number", "loss" of training, "validation" loss, learning "rate".

Numbers are from 1; 0 are the weights that a training began with where they were trained before: its "loss" is None.
"""

COLOURS = {"ink": "#20262e", "faint": "#8a929c", "training": "#c77c30", "validation": "#2a7396"}
"""What a PNG takes; in an SVG each is the CSS variable of that name."""

TO_LOG = 5  # losses that span more than this factor are drawn on a log axis

STYLE: dict[Any, Any] = {
    "font.size": 9,
    "text.color": COLOURS["ink"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.edgecolor": COLOURS["faint"],
    "xtick.color": COLOURS["faint"],
    "ytick.color": COLOURS["faint"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",  # letters stay letters, in the page's own font
    "svg.hashsalt": "grainless",  # the same curve is the same bytes
}


def best(history: History) -> Mapping[str, Any] | None:
    """The epoch with the lowest validation loss; None if there is none that is a number."""
    known = [epoch for epoch in history if math.isfinite(epoch["validation"])]
    return min(known, key=lambda epoch: epoch["validation"], default=None)


def epoch_name(number: int) -> str:
    """As sentences call it.

    >>> epoch_name(3), epoch_name(0)
    ('epoch 3', 'the start')
    """
    return f"epoch {number}" if number else "the start"


def curve_png(history: History, path: Path) -> None:
    """Write the curve as a PNG on white.

    Raises:
        RunError: the file could not be written.
    """
    with whole(path) as lent:
        _save(history, lent, format="png", dpi=200, metadata={"Software": None})


def curve_svg(history: History) -> str:
    """The curve as an SVG element to stand in an HTML page, in the page's colours."""
    file = io.StringIO()
    _save(
        history,
        file,
        format="svg",
        transparent=True,
        metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]),
    )
    return _at_home(file.getvalue())


def _at_home(svg: str) -> str:
    """Matplotlib's SVG file as an element of a page: no head, style, fonts, colours or names of its own."""
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'(font-family: [^;"]*;| xmlns(:\w+)?="[^"]*"| id="[^"]*_\d+")', "", svg)
    size, label = r'width="[\d.]+pt" height="[\d.]+pt"', 'role="img" aria-label="Losses by epoch"'
    svg = re.sub(size, label, svg, count=1).replace("xlink:href", "href")
    for name, colour in COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    return re.sub(r"\s*\n\s*", "\n", svg).strip()


def _save(history: History, file: Any, **options: Any) -> None:
    from matplotlib import rc_context

    with rc_context(STYLE):
        _figure(history).savefig(file, bbox_inches="tight", pad_inches=0.05, **options)


def _figure(history: History) -> "Figure":
    """Losses above, the learning rate as a quiet shape below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 3.3))
    losses, rate = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [9, 1], "hspace": 0.12})
    _draw_losses(losses, history)
    _draw_rate(rate, history)
    return figure


def _draw_losses(axes: "Axes", history: History) -> None:
    numbers = [epoch["number"] for epoch in history]
    points = "." if len(history) < 40 else ""
    for label, key in (("training", "loss"), ("validation", "validation")):
        axes.plot(
            numbers,
            [math.nan if epoch[key] is None else epoch[key] for epoch in history],
            points + "-",
            color=COLOURS[label],
            label=label,
            lw=1.6,
        )
    if lowest := best(history):
        label = f"best: {epoch_name(lowest['number'])}"
        axes.plot(
            lowest["number"],
            lowest["validation"],
            "o",
            ms=9,
            mfc="none",
            color=COLOURS["validation"],
            label=label,
        )
    if _spans_decades(history):
        from matplotlib.ticker import LogLocator, NullFormatter, NullLocator, StrMethodFormatter

        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("loss")
    axes.grid(axis="y", color=COLOURS["faint"], alpha=0.25, lw=0.6)
    axes.tick_params(bottom=False)
    axes.legend(frameon=False, loc="upper right")


def _draw_rate(axes: "Axes", history: History) -> None:
    from matplotlib.ticker import MaxNLocator

    numbers, rates = [epoch["number"] for epoch in history], [epoch["rate"] for epoch in history]
    axes.fill_between(numbers, rates, color=COLOURS["faint"], alpha=0.35, lw=0)
    axes.plot(numbers, rates, color=COLOURS["faint"], lw=0.8)
    axes.margins(x=0.02)
    axes.set_ylim(0, 1.1 * max(rates, default=0) or 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_xlabel(f"epoch (grey: learning rate, at most {max(rates, default=0):.3g})")


def _spans_decades(history: History) -> bool:
    losses = [epoch[key] for epoch in history for key in ("loss", "validation")]
    losses = [loss for loss in losses if loss is not None and math.isfinite(loss)]
    return bool(losses) and 0 < TO_LOG * min(losses) < max(losses)
