"""What the page says of a run: its command, its time, and what of it is not as published."""

from typing import Any

from grainless.errors import counted
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.command import command, name_of
from grainless.learn.run import Run
from grainless.learn.summary import of_run

BUSY = 1.25
"""A training that took this many times the seconds of one processor shared it with other work."""


def took(run: Run) -> str:
    """By which command and how long a run was trained, and on what if that was an accelerator."""
    known = of_run(run)
    asked = known["hyperparameters"]["train.epochs"]
    short = "" if known["epochs"] == asked else f" of {asked} (early stopping)"
    return f"`{command(run)}`: {counted(known['epochs'], 'epoch')}{short}, {_time(run, known['seconds'])}"


def _time(run: Run, seconds: float) -> str:
    """Of the clock; on a processor that was busy with other work, its own seconds, too."""
    card = on_accelerator(run)
    if card:
        return f"{seconds:,.0f} s on a graphics card ({card}, {arithmetic(run)})"
    spent = pace(run) * of_run(run)["epochs"]
    busy = f" on a busy machine, {spent:,.0f} s of a processor" if seconds > BUSY * spent else ""
    return f"{seconds:,.0f} s{busy}"


def on_accelerator(run: Run) -> str:
    """The name of the graphics card that trained a run; "" where a processor did, or it is not known."""
    known = _trained_on(run)
    return str(known["device"]) if known.get("accelerator") else ""


def arithmetic(run: Run) -> str:
    """In which a run was computed, as it noted itself, else as its recipe says."""
    half = run.recipe().options.get("train.precision") == "half"
    noted = _trained_on(run).get("arithmetic", "bfloat16" if half else "full")
    return "bfloat16" if noted == "bfloat16" else "full precision"


def _trained_on(run: Run) -> dict[str, Any]:
    """What a run says of its device; {} where it was trained before runs did."""
    return dict(run.facts().get("trained_on", {}))


def pace(run: Run) -> float:
    """Seconds of a processor an epoch; those of the clock where no epoch noted them."""
    history = [epoch for epoch in run.facts()["history"] if epoch["number"]]
    spent = [epoch["processor"] for epoch in history if epoch.get("processor")]
    times = spent or [epoch["seconds"] for epoch in history]
    return float(sum(times) / len(times))


def differs(run: Run, *words: str) -> str:
    """What of a run is not as published: what its recipe cannot have, and where it was made cheaper."""
    return "; ".join(word for word in (cheaper(run), *words) if word)


def cheaper(run: Run) -> str:
    """Where a run takes less time than the shipped recipe, which has the published length; "" where it does not."""
    shipped, options = Recipe.load(name_of(run)).options, run.recipe().options
    words = []
    if options["train.epochs"] < shipped["train.epochs"]:
        words.append(f"{options['train.epochs']} of {shipped['train.epochs']} epochs")
    if limit := options.get("data.limit"):
        words.append(f"{limit:,} training images")
    if arithmetic(run) == "bfloat16" and shipped.get("train.precision") != "half":
        words.append("bfloat16 within the network")
    return ", ".join(words)
