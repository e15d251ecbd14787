"""How strong a noise is: a number, or a range (low, high) from which each image draws its own, evenly."""

import math
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import PlainValidator

from grainless.noise.draw import Array, Draw
from grainless.parts import fractions

Strength = float | tuple[float, float]


def _reader(words: str, allowed: Callable[[float], bool]) -> PlainValidator:
    """Reads a strength of a recipe or command line: 0.1, "25/255", [0, 0.2] or "0..55/255"."""

    def read(given: Any) -> Strength:
        ends = given.split("..") if isinstance(given, str) else given
        ends = ends if isinstance(ends, list | tuple) else [ends]
        try:
            low, *rest = (float(end) for end in fractions(ends))
            high = rest[0] if rest else low
            if len(rest) < 2 and allowed(low) and allowed(high) and low <= high:
                return (low, high) if rest else low
        except (TypeError, ValueError):
            pass
        raise ValueError(f'it should be a number {words}, or a range such as "5/255..55/255" or [0, 0.2]')

    return PlainValidator(read)


Level = Annotated[Strength, _reader("of 0 or more", lambda number: 0 <= number < math.inf)]
Peak = Annotated[Strength, _reader("above 0", lambda number: 0 < number < math.inf)]
Share = Annotated[Strength, _reader("from 0 to 1", lambda number: 0 <= number <= 1)]
Lots = Annotated[Strength, _reader("from 0 to 1", lambda number: 0 <= number <= 1)]
"""Lots, 0..1, that images draw: those below a number, or between two."""


def drawn(strength: Strength, clean: Array, draw: Draw) -> Array:
    """The strength as a number, or one for each image, (n, 1, 1, 1), drawn from its range."""
    if isinstance(strength, tuple):
        low, high = strength
        return low + (high - low) * draw.uniform(clean[:, :1, :1, :1])
    return float(strength)


def fixed(strength: Strength) -> float:
    """The strength, if it is a number."""
    if not isinstance(strength, tuple):
        return float(strength)
    raise ValueError(f"moments are stated for one strength, and {text(strength)} is a range")


def text(value: Any) -> str:
    """The shortest text that reads back to the same value; levels as the field writes them.

    >>> [text(25 / 255), text((0.0, 0.5)), text(30.0), text(True)]
    ['25/255', '0..0.5', '30', 'true']
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "..".join(map(text, value))
    plain, byte = f"{value:g}", f"{255 * value:g}/255"
    same = [text for text, number in ((plain, float(plain)), (byte, fractions(byte))) if number == value]
    return min(same or [repr(value)], key=len).replace("e+", "e")  # "+" joins noises
