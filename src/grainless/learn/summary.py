"""What can be said of a recipe or a run, as plain mappings: for the terminal, for JSON, for the report."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from grainless.data import DATA
from grainless.learn.fitting.fit import Fit
from grainless.learn.gained import better_start
from grainless.learn.methods.methods import METHODS
from grainless.learn.networks import NETWORKS
from grainless.learn.networks.layers import layers, parameters
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run

ANY_SIDE = 64
"""Pixels a side of the example on which a network for any size is shown."""


def of_recipe(recipe: Recipe) -> dict[str, Any]:
    """Name, seed, layer table, parameters, every hyper-parameter; those not written have their default."""
    network = recipe.network()
    height, width = _example(recipe)
    total, trainable = parameters(network)
    return {
        "name": recipe.name,
        "input": [network.inputs, height, width],
        "layers": [row._asdict() for row in layers(network, height, width)],
        "parameters": {"total": total, "trainable": trainable},
        "hyperparameters": hyper_parameters(recipe),
    }


def of_run(run: Run) -> dict[str, Any]:
    """What its recipe says, and what was reached."""
    facts = run.facts()
    history, best = facts["history"], run.best_epoch()
    return of_recipe(run.recipe()) | {
        "name": facts["name"],
        "epochs": history[-1]["number"],
        "best_epoch": best["number"],
        "loss": {"train": best["loss"], "validation": best["validation"]},
        "seconds": sum(epoch["seconds"] for epoch in history),
        "scores": facts.get("scores", {}),
        "noisy": facts.get("noisy", {}),
        "others": facts.get("others", []),
        "better_start": better_start(facts.get("others", [])),
        "against": facts.get("against"),
        "history": history,
    }


def hyper_parameters(recipe: Recipe) -> dict[str, Any]:
    """Every line that holds: the recipe's, and the defaults where it is silent."""
    options = recipe.options
    defaults = {"learn.name": "supervised", "learn.loss": "mse"}
    defaults |= _defaults("data", DATA[options["data.name"]], ("name", "roots"))
    defaults |= _defaults("network", NETWORKS[options["network.name"]], ("channels", "size"))
    defaults |= _defaults("learn", METHODS[options.get("learn.name", "supervised")], ("noise",))
    defaults |= _defaults("train", Fit, Fit.GIVEN)
    return defaults | options | {"noise": str(recipe.noise())}


def _defaults(table: str, part: Callable[..., object], given: Sequence[str]) -> dict[str, Any]:
    """What the signature says of options that a person may leave out."""
    return {
        f"{table}.{name}": word.default
        for name, word in inspect.signature(part).parameters.items()
        if name not in given and word.default is not word.empty
    }


def _example(recipe: Recipe) -> tuple[int, int]:
    crop = recipe.training().get("crop")
    return (crop, crop) if crop else recipe.source().size or (ANY_SIDE, ANY_SIDE)
