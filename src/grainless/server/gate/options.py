"""What stands behind the ? of an address: options that are known, each once. A misspelt one is never passed over."""

from collections.abc import Collection
from http import HTTPStatus

from starlette.requests import Request

from grainless.errors import did_you_mean
from grainless.server.gate.faults import Fault
from grainless.server.gate.metrics import PAGE


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
