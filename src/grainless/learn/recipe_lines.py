"""The lines of a recipe: TOML text read, flattened, and one of them set, comments kept."""

import tomllib
from typing import Any

import tomlkit

from grainless.errors import InputError, did_you_mean
from grainless.parts import spec

MAX_SEED = 2**31 - 1
"""Every generator of torch, numpy and optuna takes so many, also where a study counts on from a seed."""

TABLES = ("data", "noise", "network", "learn", "train")
WORDS = ("seed", *TABLES)

AT_ONCE = ("data", "noise", "network")
"""Tables that a change may set whole, as in noise=poisson:peak=30."""

FORM = 'write table.key=value, such as "network.code=16", or seed=7.'

Tables = dict[str, Any]


def tables_of(name: str, text: str) -> Tables:
    """The TOML of a recipe as plain mappings.

    Raises:
        InputError: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}.toml is not TOML: {error}.") from error


def flattened(tables: Tables) -> Tables:
    """Every line of tables as one flat mapping: "train.epochs" -> 20; of several noises, "noise.0.sigma" -> 0.1."""
    flat: Tables = {}
    for table, lines in tables.items():
        if isinstance(lines, dict):
            flat |= {f"{table}.{key}": value for key, value in lines.items()}
        elif isinstance(lines, list):
            flat |= {
                f"{table}.{i}.{key}": value for i, each in enumerate(lines) for key, value in each.items()
            }
    return flat


def stray_lines(tables: Tables) -> list[str]:
    """What stands at the top of a recipe and should not, in words."""
    mistakes = [told.removesuffix("; ") for key in tables if (told := _no_table([key]))]
    seed = tables.get("seed", 0)
    if type(seed) is not int or not 0 <= seed <= MAX_SEED:
        mistakes.append(f"seed is {seed!r}; it is a whole number from 0 to {MAX_SEED:,}")
    return mistakes


def with_line(text: str, change: str) -> str:
    """The text with one line set: "network.code=16". Values are TOML; bare words are text.

    "noise=poisson:peak=30" sets all of [noise] at once, as the command line writes noises,
    "data=folder:path=scans" all of [data], and "network=unet" all of [network].

    Args:
        text: TOML.
        change: the line.

    Raises:
        InputError: it is not of the form table.key=value.
    """
    line, equals, value = change.partition("=")
    keys = line.strip().split(".")
    whole = len(keys) == 1 and keys[0] in AT_ONCE
    if not equals or (not whole and keys != ["seed"] and len(keys) != 2):
        raise InputError(f"--set {change}: {_no_table(keys)}{FORM}")
    document = tomlkit.parse(text)
    if whole:
        _set_table(document, keys[0], value)
    else:
        _set_value(document, keys, value, change)
    return tomlkit.dumps(document)


def _set_table(document: tomlkit.TOMLDocument, table: str, value: str) -> None:
    parts = value.split("+") if table == "noise" else [value]  # in a path, "+" is a letter
    tables = [spec(table, part) for part in parts]
    document.pop(table, None)
    document[table] = tables if table == "noise" else tables[0]


def _set_value(document: tomlkit.TOMLDocument, keys: list[str], value: str, change: str) -> None:
    place: Any = document
    for key in keys[:-1]:
        place = place.setdefault(key, tomlkit.table())
        if not isinstance(place, dict):
            raise InputError(
                f"--set {change}: {key} holds several tables; change them in a file of your own."
            )
    place[keys[-1]] = _value(value.strip())


def _no_table(keys: list[str]) -> str:
    """That a recipe has no such table, before what else is to be said; nothing where it has, or nothing was named."""
    word = keys[0]
    if word in ("", *WORDS):
        return ""
    return f'no table is called "{word}"{did_you_mean(word, WORDS)}; there are: {", ".join(WORDS)}; '


def _value(text: str) -> Any:
    """A TOML value; what is none is text, so that names need no quotes.

    >>> _value("16"), _value("mnist"), _value("[0, 1]")
    (16, 'mnist', [0, 1])
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
