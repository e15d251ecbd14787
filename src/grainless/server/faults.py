"""What goes wrong with a request: a status and a sentence, always as JSON."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grainless.errors import GrainlessError, InputError
from grainless.image.image import TooLarge


class Fault(Exception):
    """A request that is refused, or that could not be done.

    Args:
        status: of HTTP.
        sentence: for a person.
        headers: that go with it.
    """

    def __init__(self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})

    def answer(self) -> JSONResponse:
        return JSONResponse({"error": self.sentence}, self.status, self.headers)


def fault_of(error: GrainlessError) -> Fault:
    """The status of what the library says: the file is too large, cannot be taken, or the machine could not."""
    if isinstance(error.__cause__, TooLarge):
        return Fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error))
    if isinstance(error, InputError):
        return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    return Fault(HTTPStatus.INSUFFICIENT_STORAGE, str(error))


class Caught:
    """ASGI middleware: a bug is a sentence, too; its traceback goes into the log, and the connection lives on.

    Args:
        app: what may have bugs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def told(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, told)
        except Exception:
            if started or scope["type"] != "http":
                raise
            logging.getLogger(__name__).exception("A request ended in a bug.")
            sentence = "Something went wrong in the server; its log says what."
            await Fault(HTTPStatus.INTERNAL_SERVER_ERROR, sentence).answer()(scope, receive, send)
