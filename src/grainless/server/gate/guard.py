"""Who may ask: the Host, the Origin, the token. And what every answer says beside its content."""

import hmac
from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grainless.server.gate.faults import Fault
from grainless.web.headers import HEADERS

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN = ("/api/health",)
"""What needs no token, beside the page's own files: a machine asks it whether the server lives."""

GUARDED = ("/api/", "/metrics")


class Guard:
    """ASGI middleware: refuses what comes from other sites or without the token, before anything is read.

    A page of another site can make a browser send requests to a server on this machine. It cannot hide where it is
    from: the browser says so in Origin and Sec-Fetch-Site; and a name that was made to point here shows in Host.

    Args:
        app: what is guarded.
        hosts: the names this server is asked by, without ports.
        token: what a client must show; None: nothing.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOCAL, token: str | None = None) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(GUARDED):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            self.check(scope["path"], Headers(scope=scope))
        except Fault as fault:
            await fault.answer()(scope, receive, told)
            return
        await self.app(scope, receive, told)

    def check(self, path: str, headers: Headers) -> None:
        """Refuse a request by its head.

        Raises:
            Fault: it is refused.
        """
        host = _name(f"//{headers.get('host', '')}")
        if host not in self.hosts:
            raise Fault(
                HTTPStatus.FORBIDDEN, "This server is not asked by that name; it is allowed by --allow-host."
            )
        origin = headers.get("origin")
        elsewhere = headers.get("sec-fetch-site") in {"cross-site", "same-site"} and path.startswith(GUARDED)
        if elsewhere or (origin is not None and not self._own(origin, headers["host"])):
            raise Fault(HTTPStatus.FORBIDDEN, "Pages of other sites may not use this server.")
        if self.token and path.startswith(GUARDED) and path not in OPEN and not self._shown(headers):
            sentence = "This server needs its token: send it as the header Authorization: Bearer TOKEN."
            raise Fault(HTTPStatus.UNAUTHORIZED, sentence, {"WWW-Authenticate": "Bearer"})

    def _own(self, origin: str, host: str) -> bool:
        return (
            urlsplit(origin).scheme in {"http", "https"} and urlsplit(origin).netloc.lower() == host.lower()
        )

    def _shown(self, headers: Headers) -> bool:
        kind, _, shown = headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(shown.encode(), (self.token or "").encode())


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # [ without ]
        return None
