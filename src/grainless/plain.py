"""What programs are told, as JSON: an object's names are those of its class, the same in Python, files and HTTP."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints


def names(kind: type) -> tuple[str, ...]:
    """The names that a dataclass has in JSON: its `PLAIN`; without one all its fields, and the properties `ALSO`.

    >>> from grainless.denoising.choose import Choice
    >>> names(Choice)
    ('model', 'why', 'warnings', 'adapt')
    """
    also: tuple[str, ...] = getattr(kind, "ALSO", ())
    told: tuple[str, ...] = getattr(kind, "PLAIN", (*(each.name for each in fields(kind)), *also))
    return told


def kinds(kind: type) -> dict[str, Any]:
    """The same names, and the type of each."""
    known = get_type_hints(kind)
    return {name: known[name] if name in known else _given(getattr(kind, name)) for name in names(kind)}


def _given(made: Any) -> Any:
    """What a property gives."""
    return get_type_hints(made.fget if isinstance(made, property) else made.func)["return"]


def as_object(value: Any) -> dict[str, Any]:
    """A dataclass as JSON holds it: its names, and what they are."""
    return {name: plain(getattr(value, name)) for name in names(type(value))}


def plain(value: Any) -> Any:
    """A value as JSON holds it: what is no number there (an infinite PSNR) is null, paths and errors are text.

    >>> plain({7: (math.inf, Path("a.png"))})
    {'7': [None, 'a.png']}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return as_object(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Path | Exception):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
