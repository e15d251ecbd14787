"""The server's application: the page, the API, and what holds for all requests."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from grainless import __version__
from grainless.denoising.choose import advise
from grainless.denoising.look import inspect as inspect_image
from grainless.denoising.policy import AUTO, Policy
from grainless.errors import GrainlessError
from grainless.server import answers
from grainless.server.body import body_of
from grainless.server.denoise import MEDIA_TYPES, Result, checked, denoise_file, frames_of
from grainless.server.docs import page_of
from grainless.server.faults import Caught, Fault, fault_of
from grainless.server.guard import LOCAL, Guard
from grainless.server.limits import Limits
from grainless.server.metrics import Counted, Metrics
from grainless.server.models import named, offered
from grainless.server.queue import Queue
from grainless.web.headers import TYPES
from grainless.web.page import SERVER, page

T = TypeVar("T")

ABOUT = "Removes noise from images. A file is the body of a request; options stand in its address."
BINARY = {"schema": {"type": "string", "format": "binary"}}
IMAGE = {"application/octet-stream": BINARY}
DENOISED = dict.fromkeys((*MEDIA_TYPES.values(), "multipart/form-data"), BINARY)
BODY = {
    "requestBody": {
        "required": True,
        "content": IMAGE,
        "description": "An image file of any kind that is taken.",
    }
}
STATUSES = {
    400: "The client left.",
    401: "The token is missing.",
    403: "Asked by another site, or by a name that is not this server's.",
    408: "The client stopped sending.",
    409: "A job of this number is in work.",
    413: "Too many bytes, pixels or frames.",
    415: "No image, or of a format that is not taken.",
    422: "The file is broken, an option is wrong, or the model does not take the image.",
    429: "The client has too many files here.",
    503: "Too many files wait, or the work took too long.",
    507: "There was not enough memory.",
}
Told = dict[int | str, dict[str, Any]]

FAULTS: Told = {status: {"model": answers.Error, "description": words} for status, words in STATUSES.items()}
GUARDED: Told = {status: FAULTS[status] for status in (401, 403)}

Strength = Annotated[
    float, Query(ge=0, le=1, description="0 leaves the image as it is, 1 is all the model does.")
]
Chroma = Annotated[
    float | None, Query(ge=0, le=1, description="The same for the noise of colours; left out: as strength.")
]
ModelName = Annotated[
    str, Query(max_length=200, description="auto looks at the noise and chooses; else a name.")
]
Number = Annotated[UUID | None, Query(description="A random UUID of yours, to ask for the progress by.")]
Parts = Annotated[
    bool,
    Query(
        description="Answer multipart/form-data: outcome (JSON), image, and PNGs before and after to look at."
    ),
]


def create_app(
    limits: Limits | None = None,
    *,
    hosts: Collection[str] = LOCAL,
    token: str | None = None,
    device: str = "auto",
    threads: int | None = None,
) -> FastAPI:
    """The application, for any ASGI server.

    Args:
        limits: what is refused.
        hosts: the names the server is asked by.
        token: what clients must show; None: nothing.
        device: that models run on: "auto", "cpu" or "cuda".
        threads: of one run; None: one for each core.
    """
    limits = limits or Limits()
    queue = Queue(limits)
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
    )
    _add_work(app, queue, metrics, partial(Policy, device=device, threads=threads))
    _add_facts(app, queue, metrics)
    _add_page(app)
    _add_faults(app)
    app.add_middleware(Caught)
    app.add_middleware(Counted, metrics=metrics)
    app.add_middleware(Guard, hosts=hosts, token=token)
    return app


def _add_work(app: FastAPI, queue: Queue, metrics: Metrics, policy_of: Callable[..., Policy]) -> None:
    limits = queue.limits

    async def done(request: Request, number: UUID | None, work: Callable[..., T]) -> T:
        client = request.client.host if request.client else "unknown"
        async with queue.entered(number or uuid4(), client) as job:
            data = await body_of(request, limits)
            start = time.monotonic()
            try:
                return await queue.run(job, partial(work, data, job.progress), request.is_disconnected)
            except GrainlessError as error:
                raise fault_of(error) from error
            finally:
                metrics.seconds.observe(time.monotonic() - start)

    @app.post(
        "/api/denoise",
        summary="Denoise an image file; format, depth and metadata come back as they were.",
        response_class=Response,
        responses={200: {"content": DENOISED, "description": "The denoised file."}, **FAULTS},
        openapi_extra=BODY,
    )
    async def denoise(
        request: Request,
        model: ModelName = AUTO,
        strength: Strength = 1.0,
        chroma: Chroma = None,
        job: Number = None,
        parts: Parts = False,
    ) -> Response:
        policy = policy_of(model=named(model), strength=strength, chroma=chroma)

        def work(data: bytes, progress: Callable[[int, int], object]) -> tuple[Result, dict[str, bytes]]:
            result = denoise_file(data, policy, limits, progress)
            return result, result.views() if parts else {}

        result, views = await done(request, job, work)
        facts = result.facts()
        metrics.pixels.inc(facts["width"] * facts["height"] * facts["frames"])
        return _parts(result, facts, views) if parts else _file(result, facts)

    @app.post(
        "/api/inspect",
        summary="Tell what noise is in an image file.",
        responses=FAULTS,
        openapi_extra=BODY,
    )
    async def inspect(request: Request, job: Number = None) -> answers.Inspection:
        def work(data: bytes, _: object) -> answers.Inspection:
            checked(data)
            report = inspect_image(next(frames_of(data, limits)))
            choice = advise(report)
            return answers.Inspection(
                report=_finite(report.plain()),
                model=choice.model,
                why=choice.why,
                warnings=list(choice.warnings),
            )

        return await done(request, job, work)


def _file(result: Result, facts: Mapping[str, Any]) -> Response:
    """The file alone; what is to be said about it stands in headers, percent-encoded."""
    headers = {
        "Grainless-Model": quote(facts["model"] or "none"),
        "Grainless-Remarks": quote(" ".join([*facts["report"], *facts["warnings"]])),
    }
    return Response(result.content, media_type=result.media_type, headers=headers)


def _parts(result: Result, facts: Mapping[str, Any], views: Mapping[str, bytes]) -> Response:
    """All of it as a form, which browsers read by themselves."""
    boundary = secrets.token_hex(16)
    parts = {
        "outcome": ("application/json", json.dumps(facts).encode()),
        "image": (result.media_type, result.content),
        **{name: ("image/png", content) for name, content in views.items()},
    }
    body = bytearray()
    for name, (kind, content) in parts.items():
        file = f'; filename="{name}"' if name != "outcome" else ""  # a browser takes it for a file by that
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\nContent-Type: {kind}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return Response(bytes(body), media_type=f"multipart/form-data; boundary={boundary}")


def _finite(plain: Any) -> Any:
    """JSON knows no infinity."""
    return json.loads(json.dumps(plain, default=str), parse_constant=lambda _: None)


def _add_facts(app: FastAPI, queue: Queue, metrics: Metrics) -> None:
    @app.get("/api/models", summary="The models that can be asked for.", responses=GUARDED)
    def models() -> answers.Models:
        return answers.Models(models=[answers.Model(**facts) for facts in offered()])

    @app.get("/api/health", summary="Whether the server lives.", responses={403: FAULTS[403]})
    async def health() -> answers.Health:
        return answers.Health(status="ok", version=__version__)

    @app.get(
        "/api/jobs/{number}",
        summary="How far a job is that was sent with this number.",
        responses=GUARDED | {422: FAULTS[422]},
    )
    async def job(number: UUID) -> answers.Progress:
        found = queue.jobs.get(number)
        if found is None:
            return answers.Progress(state="none", done=0, total=0)
        return answers.Progress(state=found.state, done=found.done, total=found.total)

    @app.get(
        "/metrics",
        summary="Counters for Prometheus.",
        response_class=Response,
        responses=GUARDED
        | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Counters."}},
    )
    async def counters() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    @app.get("/api/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page_of(app.openapi()))


def _add_page(app: FastAPI) -> None:
    """Each file of the page has its own address: no path of a client reaches the disk."""
    for path, content in page(SERVER).items():
        kind = TYPES[PurePosixPath(path).suffix]
        answer = partial(_kept, content, kind)
        for address in {f"/{path}", "/" if path == "index.html" else f"/{path}"}:
            app.add_api_route(address, answer, methods=["GET", "HEAD"], include_in_schema=False)


def _kept(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})


def _add_faults(app: FastAPI) -> None:
    """Every fault is a sentence in JSON."""

    @app.exception_handler(Fault)
    async def fault(_: Request, error: Fault) -> JSONResponse:
        return error.answer()

    @app.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: RequestValidationError) -> JSONResponse:
        said = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
        return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, f"{said}.").answer()

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        sentences = {404: "There is nothing at this address.", 405: "This address does not take that method."}
        return Fault(status, sentences.get(status, f"{status.phrase}."), error.headers).answer()
