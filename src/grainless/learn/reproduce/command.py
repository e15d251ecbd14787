"""The command that makes a run again, as a person can paste it into a shell."""

from collections.abc import Mapping
from typing import Any

import tomlkit

from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.study import typed


def command(run: Run) -> str:
    """`grainless train RECIPE --set ...`: every line in which the run's recipe is not the shipped one."""
    return typed(name_of(run), changes(name_of(run), run.recipe()))


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


def name_of(run: Run) -> str:
    facts: Mapping[str, Any] = run.facts()
    return str(facts["name"])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(tomlkit.item(value).as_string())
