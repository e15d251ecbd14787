"""The command that makes a run again, as a person can paste it into a shell."""

from collections.abc import Mapping
from typing import Any

import tomlkit

from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.study import typed


def command(run: Run) -> str:
    """`grainless train RECIPE --set ...`: every line in which the run's recipe is not the shipped one."""
    return typed(_name(run), changes(_name(run), run.recipe()))


def changes(name: str, recipe: Recipe) -> list[str]:
    """The lines that make a shipped recipe this one, as `--set` takes them."""
    shipped = Recipe.load(name)
    before, after = shipped.options, recipe.options
    lines = []
    if before["data.name"] != after["data.name"]:
        lines.append(f"data={after['data.name']}")
        known = {"data.name": after["data.name"]}
        before = {key: value for key, value in before.items() if not key.startswith("data.")} | known
    if shipped.noise() != recipe.noise():
        lines.append(f"noise={recipe.noise()}")
    lines += [
        f"{key}={_text(value)}"
        for key, value in after.items()
        if not key.startswith("noise") and before.get(key) != value
    ]
    return lines


def shortened(run: Run) -> str:
    """Where a run is shorter than the shipped recipe, which has the published length; "" where it is not."""
    shipped, options = Recipe.load(_name(run)).options, run.recipe().options
    words = []
    if options["train.epochs"] < shipped["train.epochs"]:
        words.append(f"{options['train.epochs']} of {shipped['train.epochs']} epochs")
    if limit := options.get("data.limit"):
        words.append(f"{limit:,} training images")
    return ", ".join(words)


def _name(run: Run) -> str:
    facts: Mapping[str, Any] = run.facts()
    return str(facts["name"])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(tomlkit.item(value).as_string())
