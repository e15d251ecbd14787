"""Parts by their tables: each with its docstring and its options, from the code."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from extension.docstring import as_markdown, plain, read
from extension.kinds import kind
from extension.tables import table
from grainless.data import DATA
from grainless.evaluation.baselines import BASELINES
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.protocols import PROTOCOLS
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import METHODS
from grainless.learn.networks import NETWORKS
from grainless.learn.optimizers.optimizers import OPTIMIZERS
from grainless.learn.optimizers.schedules import SCHEDULES
from grainless.noise import NOISES
from grainless.noise.strength import text

TABLES: dict[str, Mapping[str, Any]] = {
    "noises": NOISES,
    "data": DATA,
    "networks": NETWORKS,
    "methods": METHODS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
    "metrics": METRICS,
    "baselines": BASELINES,
    "protocols": PROTOCOLS,
}
FUNCTIONS = {"losses", "optimizers", "schedules", "metrics"}
"""Kinds whose parts are called with what the program knows: there is nothing for a person to set."""

GIVEN = {"channels", "noise", "size", "network", "data", "method", "loss", "seed"}
"""What the program itself knows, of networks, methods and the loop."""


def page_of(kind: str) -> Callable[[], str]:
    """What writes the page of a kind of parts."""
    return partial(_page, kind)


def _page(kind: str) -> str:
    return "\n\n".join(_part(kind, name, part) for name, part in TABLES[kind].items())


def training() -> str:
    """The options of a recipe's [train]."""
    return options(Fit)


def _part(kind: str, name: str, part: Any) -> str:
    if kind == "protocols":
        return f"## `{name}`\n\n{plain(part.about)}"
    documented = part.score if kind == "metrics" else part
    documented = getattr(documented, "func", documented)
    lines = [
        f"## `{name}`",
        as_markdown(read(documented.__doc__)),
        "" if kind in FUNCTIONS else options(part),
    ]
    return "\n\n".join(line for line in lines if line)


def options(part: Callable[..., Any]) -> str:
    """The keywords of a part as a table: what a recipe or the command line can set."""
    given = GIVEN if part is Fit or not hasattr(part, "read") else set()
    words = _meanings(part)
    rows = [
        (f"`{name}`", kind(keyword.annotation), _default(keyword.default), plain(words.get(name, "")))
        for name, keyword in inspect.signature(part, eval_str=True).parameters.items()
        if name not in given
    ]
    return table(("option", "kind", "default", "meaning"), rows)


def _meanings(part: Any) -> dict[str, str]:
    """What the docstrings of a class, and of those it is made of, say of its keywords."""
    found: dict[str, str] = {}
    for each in reversed(getattr(part, "__mro__", [part])):
        found |= read(each.__doc__).options
        found |= read(each.__init__.__doc__).options if each is not object else {}
    return found


def _default(value: Any) -> str:
    """A default as a recipe writes it, nearly.

    >>> [_default(each) for each in (25 / 255, (0.0, 0.5), "noise", None, inspect.Parameter.empty)]
    ['`25/255`', '`0..0.5`', '`noise`', 'none', 'required']
    """
    if value is inspect.Parameter.empty:
        return "required"
    if value is None:
        return "none"
    if isinstance(value, tuple) and not (len(value) == 2 and all(isinstance(each, float) for each in value)):
        return f"`{list(value)}`"
    return f"`{value if isinstance(value, str) else text(value)}`"
