"""Run the server until it is stopped."""

import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

import uvicorn

from grainless.errors import InputError, RunError
from grainless.server.app import create_app
from grainless.server.gate.guard import LOCAL
from grainless.server.gate.limits import Limits

ANYWHERE = {"0.0.0.0", "::"}


def serve(
    host: str = "localhost",
    port: int = 8000,
    *,
    limits: Limits | None = None,
    hosts: Collection[str] = (),
    token: str | None = None,
    device: str = "auto",
    threads: int | None = None,
    run: Path | None = None,
    ready: Callable[[str], object] = print,
) -> None:
    """Serve the page and the API until the process is stopped.

    Args:
        host: the address that is listened at; by default this machine alone.
        port: 0 takes a free one.
        limits: what is refused.
        hosts: further names that the server is asked by.
        token: what clients must show.
        device: that models run on.
        threads: of one run.
        run: the folder of a training whose report is shown as it goes on.
        ready: told the page's address once the server listens.

    Raises:
        InputError: others could reach the server under no name that is given, or `run` is no run's folder.
        RunError: the address is taken, or not this machine's.
    """
    if host in ANYWHERE and not hosts:
        raise InputError(
            f"{host} is reached by others, under names that the server must know: "
            "give them by --allow-host, and better a token, too."
        )
    app = create_app(
        limits, hosts={*LOCAL, host, *hosts}, token=token, device=device, threads=threads, run=run
    )
    listening = _listening(host, port)
    name = "localhost" if host in ANYWHERE else host
    shown = f"http://{f'[{name}]' if ':' in name else name}:{listening.getsockname()[1]}/{'run.html' if run else ''}"
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, proxy_headers=False, timeout_keep_alive=20
    )
    ready(f"{shown}#token={token}" if token else shown)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run([listening])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that is bound, so that the address can be told before the first request."""
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise RunError(f"The server cannot listen at {host}, port {port}: {error.strerror}.") from error
