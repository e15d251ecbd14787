"""What stands behind the ? of an address: options that are known, each once. A misspelt one is never passed over."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from grainless.errors import did_you_mean
from grainless.server.gate.faults import Fault
from grainless.server.gate.metrics import PAGE

SHOWN = 80
"""Letters of what came that are told."""

WANTED = {
    "less_than_equal": "it is at most {le:g}",
    "greater_than_equal": "it is at least {ge:g}",
    "float_parsing": "a number is wanted",
    "finite_number": "a number is wanted",
    "bool_parsing": "true or false is wanted",
    "uuid_parsing": "a random UUID is wanted, as 3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "string_too_long": "a name of at most {max_length} letters is wanted",
}
"""Pydantic's name of a mistake -> what would be right."""


async def known_options(request: Request) -> None:
    """Refuse an option that the address does not have; for FastAPI's `dependencies`.

    The page's own files take anything, as links to pages do.

    Raises:
        Fault: there is one, or one is given twice.
    """
    route = request.scope["route"]
    if route.name == PAGE:
        return
    given = [name for name, _ in request.query_params.multi_items()]
    known = {each.alias for each in route.dependant.query_params}
    for number, name in enumerate(given):
        if name not in known:
            raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, _unknown(name, known))
        if name in given[:number]:
            raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, f'The option "{name}" is given twice.')


def _unknown(name: str, known: Collection[str]) -> str:
    near = did_you_mean(name[:80], known)
    there = f"There are: {', '.join(sorted(known))}." if known else "This address has none."
    return f'No option is called "{name[:80]}"{near}. {there}'


def wrong(mistakes: Sequence[Mapping[str, Any]]) -> Fault:
    """What options are that cannot be read.

    Args:
        mistakes: as pydantic tells them.
    """
    return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, f"{'; '.join(map(_mistake, mistakes))}.")


def _mistake(mistake: Mapping[str, Any]) -> str:
    came, wanted = str(mistake["input"]), WANTED.get(mistake["type"])
    came = f"{came[:SHOWN]}..." if len(came) > SHOWN else came
    hence = wanted.format(**mistake.get("ctx", {})) if wanted else mistake["msg"]
    return f'{mistake["loc"][1]} is "{came}": {hence}'
