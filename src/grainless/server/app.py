"""The server's application: the API, the page over it, and what holds for all requests."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from grainless import __version__
from grainless.denoising.policy import Policy
from grainless.server.api import training
from grainless.server.api.facts import add_facts
from grainless.server.api.pictures import add_pictures
from grainless.server.gate.faults import Caught, Fault
from grainless.server.gate.guard import LOCAL, Guard
from grainless.server.gate.head import HeadAsGet
from grainless.server.gate.limits import Limits
from grainless.server.gate.metrics import PAGE, Counted, Metrics
from grainless.server.gate.options import known_options, wrong
from grainless.server.gate.queue import Queue
from grainless.web.headers import TYPES
from grainless.web.page import SERVER, page

ABOUT = "Removes noise from images. A file is the body of a request; options stand in its address."


def create_app(
    limits: Limits | None = None,
    *,
    hosts: Collection[str] = LOCAL,
    token: str | None = None,
    device: str = "auto",
    threads: int | None = None,
    run: Path | None = None,
) -> FastAPI:
    """The application, for any ASGI server.

    Args:
        limits: what is refused.
        hosts: the names the server is asked by.
        token: what clients must show; None: nothing.
        device: that models run on: "auto", "cpu" or "cuda".
        threads: of one run; None: one for each core.
        run: the folder of a training whose report is shown as it goes on.

    Raises:
        InputError: `run` is no run's folder.
    """
    queue = Queue(limits or Limits())
    metrics = Metrics(queue)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        queue.close()

    app = FastAPI(
        title="Grainless",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
        dependencies=[Depends(known_options)],
    )
    shown = training.opened(run) if run else None
    add_pictures(app, queue, metrics, partial(Policy, device=device, threads=threads), shown)
    add_facts(app, queue, metrics, shown)
    _add_page(app)
    _add_faults(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Caught)
    app.add_middleware(Counted, metrics=metrics)
    app.add_middleware(Guard, hosts=hosts, token=token)
    return app


def _add_page(app: FastAPI) -> None:
    """Each file of the page has its own address: no path of a client reaches the disk."""
    files = page(SERVER)
    addresses = {f"/{path}": path for path in files} | {"/": "index.html", "/favicon.ico": "icon-192.png"}
    for address, path in addresses.items():
        answer = partial(_kept, files[path], TYPES[PurePosixPath(path).suffix])
        app.add_api_route(address, answer, methods=["GET"], include_in_schema=False, name=PAGE)


def _kept(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})


def _add_faults(app: FastAPI) -> None:
    """Every fault is a sentence in JSON."""

    @app.exception_handler(Fault)
    async def fault(_: Request, error: Fault) -> JSONResponse:
        return error.answer()

    @app.exception_handler(RequestValidationError)
    async def unread(_: Request, error: RequestValidationError) -> JSONResponse:
        return wrong(error.errors()).answer()

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        sentences = {
            404: "There is nothing at this address; /api/docs lists all.",
            405: "This address does not take that method.",
        }
        return Fault(status, sentences.get(status, f"{status.phrase}."), error.headers).answer()
