"""What goes wrong with a request: a status and a sentence, always as JSON."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grainless.errors import INPUT, WORLD, GrainlessError, InputError
from grainless.image.image import TooLarge


class Error(BaseModel):
    """A request that could not be done."""

    error: str = Field(description="A sentence for a person.")
    fault: str = Field(description="input: it is wrong and stays so; world: another try may help.")


STATUSES = {
    400: "The client left.",
    401: "The token is missing.",
    403: "Asked by another site, or by a name that is not this server's.",
    408: "The client stopped sending.",
    409: "A job of this number is in work.",
    413: "Too many bytes, pixels or frames.",
    415: "No image, or of a format that is not taken.",
    422: "The file is broken, an option is wrong or unknown, or the model does not take the image.",
    429: "The client has too many files here.",
    500: "The model failed, or the server has a bug; its log says more.",
    503: "Too many files wait, or the work took too long.",
    507: "There was not enough memory.",
}
LATER = {408, 409, 429}
"""Statuses below 500 of requests that are right, and may be taken at another time."""

Told = dict[int | str, dict[str, Any]]

FAULTS: Told = {status: {"model": Error, "description": words} for status, words in STATUSES.items()}
"""What can go wrong with a picture, as the API's schema tells it."""

OPTIONS: Told = {422: {"model": Error, "description": "An option is wrong, unknown, or given twice."}}
"""The same of every address: `options` looks at all of them."""

GUARDED: Told = {401: FAULTS[401], 403: FAULTS[403], **OPTIONS}
"""The same of every address but those that are open to all."""


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
        fault = WORLD if self.status >= 500 or self.status in LATER else INPUT
        return JSONResponse({"error": self.sentence, "fault": fault}, self.status, self.headers)


def fault_of(error: GrainlessError) -> Fault:
    """The status of what the library says: too large, cannot be taken, no memory for it, or the model failed."""
    sentence = re.sub("^the image", "The image", str(error))  # a file's name stands there elsewhere
    if isinstance(error.__cause__, TooLarge):
        return Fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
    if isinstance(error, InputError):
        return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    if error.__cause__ is not None:  # a lack of memory has one; a model that gives what is no number has not
        return Fault(HTTPStatus.INSUFFICIENT_STORAGE, sentence)
    return Fault(HTTPStatus.INTERNAL_SERVER_ERROR, sentence)


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
