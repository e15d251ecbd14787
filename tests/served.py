"""A server of its own for a test, listening at a free port."""

import contextlib
import threading
import time

import uvicorn

from grainless.server.app import create_app
from grainless.server.gate.limits import Limits


@contextlib.contextmanager
def served(limits=None, **options):
    """The address of a server."""
    config = uvicorn.Config(create_app(limits or Limits(), **options), port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
