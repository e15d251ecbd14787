"""PSNR over arithmetic: what quality costs, ours and the published, with a name at each dot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grainless.atomic import whole
from grainless.evaluation.benchmark.published import Published
from grainless.evaluation.benchmark.tables import counted, published
from grainless.evaluation.curves import COLOURS, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

NOISE, SIGMA = "gaussian:sigma=25/255", 25


@dataclass(frozen=True)
class Dot:
    """A denoiser on the plot.

    Args:
        name: as its label says.
        macs: multiply-adds a pixel.
        psnr: in dB.
        ours: whether it was run here.
    """

    name: str
    macs: float
    psnr: float
    ours: bool


def dots(section: Mapping[str, Any]) -> list[Dot]:
    """Models that were run, and published ones, as far as both numbers are known."""
    task = next((task for task in section["tasks"] if task["noise"] == NOISE), None)
    if task is None:
        return []
    here = [
        Dot(name, facts["MACs a pixel"], task["scores"][name]["psnr"]["mean"], ours=True)
        for name, facts in section["denoisers"].items()
        if facts["kind"] == "model" and facts["MACs a pixel"]
    ]
    there = [
        Dot(name, each.macs, psnr, ours=False)
        for name, (each, psnr) in _published(section).items()
        if each.macs
    ]
    return here + there


def plotted(section: Mapping[str, Any]) -> bool:
    """Whether there is something of ours and of others to see together."""
    return {dot.ours for dot in dots(section)} == {True, False}


def plot(section: Mapping[str, Any], path: Path) -> None:
    """Write the plot as a PNG on white.

    Raises:
        RunError: the file could not be written.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.0))
        axes = figure.subplots()
        shown = dots(section)
        levels = {name: psnr for name, (_, psnr) in _published(section).items() if name.endswith("BM3D")}
        _dress(axes, section, shown, [*(dot.psnr for dot in shown), *levels.values()])
        _draw(axes, shown)
        for name, psnr in levels.items():  # it has no such arithmetic
            _level(axes, f"{name} {psnr:.2f}", psnr)
        with whole(path) as lent:
            figure.savefig(lent, format="png", dpi=200, bbox_inches="tight", metadata={"Software": None})


def _published(section: Mapping[str, Any]) -> dict[str, tuple[Published, float]]:
    """Those that report a score at this sigma, with it."""
    reported = {name: (each, each.psnr[section["data"]]) for name, each in published(section).items()}
    return {name: (each, psnr[SIGMA]) for name, (each, psnr) in reported.items() if SIGMA in psnr}


def _draw(axes: "Axes", shown: Sequence[Dot]) -> None:
    """Ours filled, others hollow; then the names, each at the first place where it covers nothing."""
    for dot in shown:
        colour = _colour(dot)
        axes.plot(dot.macs, dot.psnr, "o", ms=8, color=colour, mfc=colour if dot.ours else "white", mew=1.6)
    taken = [_around(axes, dot) for dot in shown]
    for dot in shown:
        taken.append(_named(axes, dot, taken))


PLACES = (
    ("left", "center", 9, 0),
    ("right", "center", -9, 0),
    ("center", "bottom", 0, 8),
    ("center", "top", 0, -8),
    ("left", "bottom", 5, 5),
    ("left", "top", 5, -5),
    ("right", "bottom", -5, 5),
    ("right", "top", -5, -5),
)
"""Where a name may stand: its side that is next to the dot, and how far off, in points; the best first."""


def _named(axes: "Axes", dot: Dot, taken: Sequence["Bbox"]) -> "Bbox":
    """Write a dot's name; the box that it fills."""
    text = axes.annotate(
        f"{dot.name} {dot.psnr:.2f}",
        (dot.macs, dot.psnr),
        xytext=(0, 0),
        textcoords="offset points",
        color=_colour(dot),
        weight="bold" if dot.ours else "normal",
    )
    boxes = []
    for place in PLACES:
        _move(text, place)
        boxes.append(text.get_window_extent())
    covered = [box.count_overlaps(taken) + (not _inside(axes, box)) for box in boxes]
    best = covered.index(min(covered))
    _move(text, PLACES[best])
    return boxes[best]


def _move(text: "Annotation", place: tuple[str, str, float, float]) -> None:
    across, up, right, above = place
    text.set(horizontalalignment=across, verticalalignment=up, position=(right, above))


def _inside(axes: "Axes", box: "Bbox") -> bool:
    frame = axes.get_window_extent()
    return bool(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)


def _around(axes: "Axes", dot: Dot) -> "Bbox":
    """The box of a dot, in pixels."""
    from matplotlib.transforms import Bbox

    x, y = axes.transData.transform((dot.macs, dot.psnr))
    return Bbox.from_extents(x - 6, y - 6, x + 6, y + 6)


def _colour(dot: Dot) -> str:
    return COLOURS["training"] if dot.ours else COLOURS["validation"]


def _level(axes: "Axes", name: str, psnr: float) -> None:
    """A line across, for what has no place along the axis."""
    axes.axhline(psnr, color=COLOURS["faint"], lw=1, ls=(0, (5, 4)))
    axes.annotate(
        name,
        (1, psnr),
        xycoords=("axes fraction", "data"),
        xytext=(0, -3),
        textcoords="offset points",
        ha="right",
        va="top",
        color=COLOURS["faint"],
    )


def _dress(axes: "Axes", section: Mapping[str, Any], shown: Sequence[Dot], decibels: Sequence[float]) -> None:
    """Axes in words, with room for names at both ends."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = min(dot.macs for dot in shown) / 2.5, max(dot.macs for dot in shown) * 3.5
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    marks = [digit * 10**power for power in range(9) for digit in (1, 3)]
    axes.xaxis.set_major_locator(FixedLocator([mark for mark in marks if low < mark < high]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda macs, _: counted(macs)))
    axes.set_xlabel("multiply-adds a pixel (log)")
    axes.set_ylabel(f"PSNR on {section['title']} at sigma {SIGMA}, dB")
    axes.grid(axis="y", color=COLOURS["faint"], alpha=0.25, lw=0.6)
    room = 0.12 * (max(decibels) - min(decibels)) + 0.02
    axes.set_ylim(min(decibels) - room, max(decibels) + room)
    axes.set_title("filled: Grainless, run here    hollow: as published", loc="left", fontsize=9)
