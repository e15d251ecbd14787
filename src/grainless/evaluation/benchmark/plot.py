"""PSNR over arithmetic: what quality costs, ours and the published, with a name at each dot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grainless.disk.whole import whole
from grainless.evaluation.benchmark.published import Published
from grainless.evaluation.benchmark.tables import counted, published
from grainless.evaluation.figures.curves import COLOURS, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

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
    """Ours filled, others hollow; then the names, moved so that none covers another."""
    from adjustText import adjust_text

    for dot in shown:
        colour = _colour(dot)
        axes.plot(dot.macs, dot.psnr, "o", ms=8, color=colour, mfc=colour if dot.ours else "white", mew=1.6)
    names = [_named(axes, dot) for dot in shown]
    adjust_text(names, [dot.macs for dot in shown], [dot.psnr for dot in shown], ax=axes, expand=(1.1, 1.5))


def _named(axes: "Axes", dot: Dot) -> "Text":
    """A dot's name, where the dot is."""
    weight = "bold" if dot.ours else "normal"
    return axes.text(dot.macs, dot.psnr, f"{dot.name} {dot.psnr:.2f}", color=_colour(dot), weight=weight)


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
