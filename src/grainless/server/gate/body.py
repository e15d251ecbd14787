"""A request's body: read to its end, no longer than is allowed, from clients that keep talking."""

import asyncio
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

from grainless.server.gate.faults import Fault
from grainless.server.gate.limits import Limits


async def body_of(request: Request, limits: Limits) -> bytes:
    """The bytes that a client sends.

    Raises:
        Fault: there are too many, none, or they stopped coming.
    """
    too_large = Fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The file has more than {limits.size:,} bytes.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limits.size:
        raise too_large
    body, parts = bytearray(), aiter(request.stream())
    try:
        while part := await asyncio.wait_for(anext(parts, b""), limits.patience) or None:
            body += part
            if len(body) > limits.size:
                raise too_large
    except TimeoutError:
        sentence = f"Nothing came for {limits.patience:g} seconds: the file is not whole."
        raise Fault(HTTPStatus.REQUEST_TIMEOUT, sentence, {"Connection": "close"}) from None
    except ClientDisconnect:
        raise Fault(HTTPStatus.BAD_REQUEST, "The client left before its file was whole.") from None
    if not body:
        raise Fault(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The file is empty: send an image as the body of the request."
        )
    return bytes(body)
