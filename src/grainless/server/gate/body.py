"""A request's body: read to its end, no longer than is allowed, from clients that keep talking."""

import asyncio
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

from grainless.server.gate.faults import Fault
from grainless.server.gate.limits import Limits

FORM = (
    "A form was sent: the file itself is the body of the request, and options stand in the address "
    "(curl --data-binary @photo.jpg 'http://.../api/denoise?strength=0.5')."
)


async def body_of(request: Request, limits: Limits) -> bytes:
    """The bytes that a client sends.

    Raises:
        Fault: there are too many, none, they stopped coming, or it is a form.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise Fault(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, FORM)
    too_large = Fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The file has more than {limits.size:,} bytes.")
    too_slow = _late(f"The file took longer than {limits.seconds:g} seconds to come.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limits.size:
        raise too_large
    body, parts = bytearray(), aiter(request.stream())
    end = asyncio.get_running_loop().time() + limits.seconds
    try:
        while part := await asyncio.wait_for(anext(parts, b""), limits.patience) or None:
            body += part
            if len(body) > limits.size:
                raise too_large
            if asyncio.get_running_loop().time() > end:  # drop by drop, a place would be held for ever
                raise too_slow
    except TimeoutError:
        raise _late(f"Nothing came for {limits.patience:g} seconds: the file is not whole.") from None
    except ClientDisconnect:
        raise Fault(HTTPStatus.BAD_REQUEST, "The client left before its file was whole.") from None
    if not body:
        raise Fault(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The file is empty: send an image as the body of the request."
        )
    return bytes(body)


def _late(sentence: str) -> Fault:
    return Fault(HTTPStatus.REQUEST_TIMEOUT, sentence, {"Connection": "close"})
