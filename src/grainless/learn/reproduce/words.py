"""What the page says of a run: its command, its time, and what of it is not as published."""

from grainless.errors import counted
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.command import command, name_of
from grainless.learn.run import Run
from grainless.learn.summary import of_run

BUSY = 1.25
"""A training that took this many times the seconds of one processor shared it with other work."""


def took(run: Run) -> str:
    """By which command and how long a run was trained; where the machine was busy, both times."""
    known = of_run(run)
    asked = known["hyper-parameters"]["train.epochs"]
    short = "" if known["epochs"] == asked else f" of {asked} (early stopping)"
    spent = pace(run) * known["epochs"]
    busy = f" on a busy machine, {spent:,.0f} s of a processor" if known["seconds"] > BUSY * spent else ""
    time_ = f"{known['seconds']:,.0f} s{busy}"
    return f"`{command(run)}`: {counted(known['epochs'], 'epoch')}{short}, {time_}"


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
    if options.get("train.precision") == "half" != shipped.get("train.precision"):
        words.append("bfloat16 within the network")
    return ", ".join(words)
