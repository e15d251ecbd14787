"""A part (noise, network, data set, baseline ...) is made from its name and its options.

The options are the keywords of its class or function and are checked by pydantic against that signature, so
that there is no second list of options anywhere.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, create_model

from grainless.errors import InputError, did_you_mean, unknown

P = TypeVar("P")

FRACTION = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)\s*$")


class Mistakes(InputError):
    """All that is wrong with what was given, told at once."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


def choose(kind: str, table: Mapping[str, P], name: str) -> P:
    """The entry of the table.

    Raises:
        InputError: there is none of that name; the nearest is told.
    """
    if name not in table:
        raise InputError(unknown(kind, name, table))
    return table[name]


def make(kind: str, table: Mapping[str, Callable[..., P]], options: Mapping[str, Any], **given: Any) -> P:
    """Make a part from a mapping with its name and options, such as a recipe's table.

    Args:
        kind: what the table holds, for the messages: "noise".
        table: name -> class or function.
        options: `name` and the keywords of that entry. Where a number is wanted, a fraction is one: "25/255".
        given: keywords that the program itself knows (the data's channels, say). Those that the entry takes
            are passed; a person cannot set them.

    Raises:
        Mistakes: no name, an unknown name, unknown options, wrong types, missing options: all at once.
    """
    part, keywords = match(kind, table, options, **given)
    return part(**keywords)


def match(
    kind: str, table: Mapping[str, Callable[..., P]], options: Mapping[str, Any], **given: Any
) -> tuple[Callable[..., P], dict[str, Any]]:
    """The entry and its checked keywords: what `make` makes, not yet made."""
    options = dict(options)
    if "name" not in options:
        raise Mistakes([f"the {kind} has no name; there are: {', '.join(sorted(table))}"])
    name = options.pop("name")
    part = choose(kind, table, name)
    return part, checked(f"{kind} {name}", part, options, given)


def checked(
    title: str, part: Callable[..., Any], options: Mapping[str, Any], given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The keywords for `part`: `options` with their types checked and converted, and those of `given` it takes.

    Raises:
        Mistakes: as `make`; `title` says in each what it is about.
    """
    keywords = _keywords(part)
    known = {key: value for key, value in (given or {}).items() if key in keywords}
    fields, model = _form(part, tuple(known))
    try:
        values = model.model_validate(
            {
                key: fractions(value) if key in fields and _is_number(fields[key][0]) else value
                for key, value in options.items()
            }
        )
    except ValidationError as error:
        raise Mistakes([_mistake(title, each, list(fields)) for each in error.errors()]) from error
    return {key: getattr(values, key) for key in options} | known


@lru_cache(maxsize=1024)
def _keywords(part: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(part, eval_str=True).parameters


@lru_cache(maxsize=1024)
def _form(part: Callable[..., Any], known: tuple[str, ...]) -> tuple[dict[str, Any], type[BaseModel]]:
    """The options of a part but for those that are known, and what checks them, which takes milliseconds to make."""
    fields: dict[str, Any] = {
        key: (_annotation(keyword), ... if keyword.default is keyword.empty else keyword.default)
        for key, keyword in _keywords(part).items()
        if key not in known
    }
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    return fields, create_model("Options", __config__=config, **fields)


def one_of(kind: str, table: Mapping[str, Any]) -> AfterValidator:
    """The check of an option that names an entry of a table, for its annotation: there is no list beside the table."""

    def check(name: str) -> str:
        if name not in table:
            raise ValueError(unknown(kind, name, table).removesuffix("."))
        return name

    return AfterValidator(check)


def spec(kind: str, text: str) -> dict[str, str]:
    """A part's name and options as a command line writes them, as a mapping for `make`.

    Raises:
        InputError: an option has no value.

    >>> spec("noise", "gaussian:sigma=25/255,clip=true")
    {'name': 'gaussian', 'sigma': '25/255', 'clip': 'true'}
    """
    name, _, options = text.partition(":")
    table = {"name": name.strip()}
    for option in options.split(",") if options else []:
        key, is_given, value = option.partition("=")
        if not is_given:
            raise InputError(
                f'The {kind} "{text}" has "{option}" where an option should be; write it as in name:option=value,...'
            )
        table[key.strip()] = value.strip()
    return table


def fractions(value: Any) -> Any:
    """Turn "25/255", as the field writes a noise level, into a number; also inside lists.

    >>> fractions(["0/255", "51/255"])
    [0.0, 0.2]
    """
    if isinstance(value, list | tuple):
        return [fractions(each) for each in value]
    if isinstance(value, str) and (found := FRACTION.match(value)) and float(found[2]) > 0:
        return float(found[1]) / float(found[2])
    return value


def _annotation(keyword: inspect.Parameter) -> Any:
    return Any if keyword.annotation is keyword.empty else keyword.annotation


def _is_number(annotation: Any) -> bool:
    """Whether a float is among what may be given; of a path or a name, "2024/05" is no fraction."""
    return annotation is float or any(_is_number(each) for each in get_args(annotation))


def _mistake(title: str, error: Any, keywords: list[str]) -> str:
    """One of pydantic's errors in our words."""
    key = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        near = did_you_mean(key, keywords) or f"; it has: {', '.join(keywords) or 'none'}"
        return f'no option of {title} is called "{key}"{near}'
    if error["type"] == "missing":
        return f'{title} needs the option "{key}"'
    return f'option "{key}" of {title} is {error["input"]!r}: {_lower(error["msg"].removeprefix("Value error, "))}'


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
