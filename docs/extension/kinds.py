"""A type in words."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

NAMES = {int: "whole number", float: "number", bool: "true or false", str: "text", type(None): "null"}


def kind(annotation: Any, *, null: bool = False) -> str:
    """A type in words; null is told where it is asked for.

    >>> [kind(each) for each in (int, float | tuple[float, float], Literal["a", "b"], tuple[int, ...])]
    ['whole number', 'number or range', '`a` or `b`', 'list of whole numbers']
    >>> kind(list[str])
    'list of texts'
    >>> kind(float | None, null=True)
    'number or null'
    """
    found = dict.fromkeys(_kinds(annotation))
    if not null:
        found.pop("null", None)
    return " or ".join(found) or "text"


def _kinds(annotation: Any) -> Iterator[str]:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _kinds(inside[0])
    elif origin in {Union, UnionType}:
        for each in inside:
            yield from _kinds(each)
    elif origin is Literal:
        yield from (f"`{each}`" for each in inside)
    elif inside == (float, float):
        yield "range"
    elif origin in {tuple, list}:
        yield f"list of {kind(inside[0])}s"
    elif origin is dict:
        yield "object"
    elif is_dataclass(annotation):
        yield f"*{annotation.__name__}*"
    else:
        yield NAMES.get(annotation, "path" if "Path" in str(annotation) else "text")
