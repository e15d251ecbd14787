"""What a person asks of a training of their own images, looked at before the images are, which takes long."""

from collections.abc import Mapping, Sequence
from typing import Any

from grainless.errors import InputError
from grainless.learn.methods.methods import METHODS
from grainless.learn.networks import NETWORKS
from grainless.learn.recipe import Recipe, collected, told
from grainless.learn.recipe_lines import stray_lines
from grainless.model.zoo import SHIPPED
from grainless.parts import choose

NAMED: dict[str, tuple[str, Mapping[str, Any]]] = {
    "network": ("network", NETWORKS),
    "learn": ("method of learning", METHODS),
}
"""Table of a recipe -> what its name is of, and those there are."""


def check_asked(start: str | None, changes: Sequence[str]) -> None:
    """Look at what holds for all images; the rest is looked at with the recipe that they give.

    Args:
        start: the shipped model to train on; None: nobody named one.
        changes: lines of the recipe to change, as `--set` takes them.

    Raises:
        InputError: there is no such model; or no such table, option of [train], loss, network or method of learning.
    """
    if start is not None:
        choose("shipped model", SHIPPED, start)
    asked = Recipe("asked", "")
    for change in changes:
        asked = asked.changed(change)
    mistakes = [
        *stray_lines(asked.tables),
        *collected([asked.training, asked.loss, lambda: _check_names(asked)]),
    ]
    if mistakes:
        raise InputError(
            told(" ".join(f"--set {change}" for change in changes), list(dict.fromkeys(mistakes)))
        )


def _check_names(asked: Recipe) -> None:
    for table, (kind, there) in NAMED.items():
        lines = asked.tables.get(table, {})
        if "name" in lines:
            choose(kind, there, str(lines["name"]))
