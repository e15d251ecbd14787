"""A line of a recipe over several values, as a command line writes it: "network.code=1,2,8"."""

import re
from dataclasses import dataclass

from grainless.errors import InputError
from grainless.parts import fractions

RANGE = re.compile(r"\s*([^,\[\]]+?)\s*\.\.\s*([^,\[\]]+?)\s*")


@dataclass(frozen=True)
class Range:
    """All numbers between two, both above 0.

    Args:
        low: the least.
        high: the most.
        whole: whole numbers alone, as both ends were written.
    """

    low: float
    high: float
    whole: bool


def line_of(over: str) -> tuple[str, str]:
    """The line and what it shall be: the two sides of "=".

    Raises:
        InputError: there is no "=", or nothing on one side.
    """
    line, _, values = over.partition("=")
    if not line.strip() or not values.strip():
        raise InputError(
            f'--over {over}: write table.key=value,value,..., such as "network.code=1,2,8", or table.key=low..high '
            "where a search takes a range."
        )
    return line.strip(), values.strip()


def listed(values: str) -> list[str]:
    """The values between commas; commas in brackets or quotes are the values' own.

    >>> listed('[16,32], [32,64]')
    ['[16,32]', '[32,64]']
    >>> listed("0..0.1,0..0.2")
    ['0..0.1', '0..0.2']
    """
    parts, depth, quote = [""], 0, ""
    for letter in values:
        if letter in "\"'" and quote in {"", letter}:
            quote = "" if quote else letter
        depth += 0 if quote else (letter in "[{") - (letter in "]}")
        if letter == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def range_of(values: str) -> Range | None:
    """The range "low..high"; None if it is no range but a list.

    Raises:
        InputError: its ends are no numbers above 0, or the wrong way round.

    >>> range_of("8..64"), range_of("1e-4..1e-2")
    (Range(low=8.0, high=64.0, whole=True), Range(low=0.0001, high=0.01, whole=False))
    """
    found = RANGE.fullmatch(values)
    if not found:
        return None
    try:
        low, high = (float(fractions(end)) for end in found.groups())
    except ValueError:
        low, high = 1.0, 0.0
    if not 0 < low < high:
        raise InputError(
            f"--over ...={values}: a range is low..high, two numbers above 0, such as 1e-4..1e-2 or 8..64."
        )
    return Range(low, high, all(end.isdigit() for end in found.groups()))
