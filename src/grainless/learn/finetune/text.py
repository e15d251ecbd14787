"""The recipe that a look at a person's images gives, with comments, so that it can be changed and run again."""

from pathlib import Path

import tomlkit
from tomlkit.items import Table

from grainless.learn.finetune.own import Own
from grainless.learn.finetune.pace import Pace
from grainless.learn.finetune.rate import RATES
from grainless.learn.finetune.start import Start
from grainless.learn.recipe import Recipe

CROP, BATCH = 96, 8
"""Pixels a side of what is cut out of the images, if they are so large; and how many a step."""

MULTIPLE = 8
"""Of the sides of crops: shipped models take such."""

SEED = 7

LOSS = "as the model learned; grainless list losses"


def written(
    out: Path, own: Own, start: Start, pace: Pace, *, epochs: int, steps: int, rate: float = RATES[0]
) -> Recipe:
    """The recipe, checked; called as the run's folder `out` is."""
    document = tomlkit.document()
    for line in _head(out, own, start):
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    document.add("seed", tomlkit.item(SEED))
    document.add(
        "data", _table(own.data, validation="held out: the best weights are chosen by them", test="judged by")
    )
    if own.noise:
        document.add("noise", tomlkit.item(own.noise))
    document.add("network", _table(start.network))
    document.add(
        "learn",
        _table({"name": own.method, "loss": start.loss} | own.options, loss=LOSS),
    )
    document.add(
        "train",
        _table(
            {
                "start": start.name,
                "epochs": epochs,
                "steps": steps,
                "batch": BATCH,
                "crop": min(CROP, own.shortest // MULTIPLE * MULTIPLE),
                "optimizer": "muon",
                "rate": rate,
                "schedule": "linear",
                "ema": _ema(epochs * steps),
                "precision": pace.precision,
            },
            start="the model whose weights it begins with, and keeps if no epoch does better",
            steps=f"an epoch; {pace.step:.2g} s each where this was written: more are better",
            crop="pixels a side of what is cut out of the images",
        ),
    )
    recipe = Recipe(out.name, tomlkit.dumps(document))
    recipe.check()
    return recipe


def _head(out: Path, own: Own, start: Start) -> list[str]:
    return [
        f"{out.name}: the model {start.name} trained on with {own.what}. Change a line, and run it again:",
        "",
        f"  grainless train {out / 'recipe.toml'} --out {out}-again",
        f"  grainless train {out / 'recipe.toml'} --out {out} --resume      (go on where it was stopped)",
    ]


def _table(lines: dict[str, object], **comments: str) -> Table:
    table = tomlkit.table()
    for key, value in lines.items():
        table.add(key, tomlkit.item(value))
        if key in comments:
            table[key].comment(comments[key])
    return table


def _ema(steps: int) -> float:
    """The average looks back over about a twentieth of all steps."""
    return round(max(0.9, min(0.999, 1 - 20 / steps)), 4)
