"""What is done with a picture's file: denoise it, or tell what noise is in it."""

import secrets
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import FastAPI, Query, Request
from starlette.responses import JSONResponse, Response

from grainless.denoising.files.inspecting import Inspection
from grainless.denoising.policy import AUTO, Policy
from grainless.errors import GrainlessError
from grainless.model.run_files import RunFiles
from grainless.server.api import answers
from grainless.server.api.denoise import MEDIA_TYPES, Result, checked, denoise_file, frames_of
from grainless.server.api.models import named
from grainless.server.gate.body import body_of
from grainless.server.gate.faults import FAULTS, fault_of
from grainless.server.gate.metrics import Metrics
from grainless.server.gate.queue import Queue

T = TypeVar("T")

BINARY = {"schema": {"type": "string", "format": "binary"}}
DENOISED = dict.fromkeys((*MEDIA_TYPES.values(), "multipart/form-data"), BINARY)
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": BINARY},
        "description": "An image file of any kind that is taken.",
    }
}

Strength = Annotated[
    float,
    Query(
        ge=0, le=1, allow_inf_nan=False, description="0 leaves the image as it is, 1 is all the model does."
    ),
]
Chroma = Annotated[
    float | None,
    Query(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="The same for the noise of colours; left out: as strength.",
    ),
]
ModelName = Annotated[
    str, Query(max_length=200, description="auto looks at the noise and chooses; else a name.")
]
Adapt = Annotated[
    bool,
    Query(description="Fit a curve to the noise first, whatever was found; auto does so where it helps."),
]
Number = Annotated[UUID | None, Query(description="A random UUID of yours, to ask for the progress by.")]
Parts = Annotated[
    bool,
    Query(
        description="Answer multipart/form-data: outcome (JSON), image, and PNGs before and after to look at."
    ),
]


def add_pictures(
    app: FastAPI, queue: Queue, metrics: Metrics, policy_of: Callable[..., Policy], run: RunFiles | None
) -> None:
    """Give an application these addresses.

    Args:
        app: the application.
        queue: where files wait for their turn.
        metrics: where they are counted.
        policy_of: a policy from model, strength, chroma and adapt.
        run: whose model may be asked for beside the others; None: none.
    """
    limits = queue.limits

    async def done(request: Request, number: UUID | None, work: Callable[..., T]) -> T:
        client = request.client.host if request.client else "unknown"
        async with queue.entered(number or uuid4(), client) as job:
            data = await body_of(request, limits)

            def timed() -> T:
                with metrics.seconds.time():
                    return work(data, job.progress)

            try:
                return await queue.run(job, timed, request.is_disconnected)
            except GrainlessError as error:
                raise fault_of(error) from error

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
        adapt: Adapt = False,
        job: Number = None,
        parts: Parts = False,
    ) -> Response:
        policy = policy_of(model=named(model, run), strength=strength, chroma=chroma, adapt=adapt)

        def work(data: bytes, progress: Callable[[int, int], object]) -> tuple[Result, dict[str, bytes]]:
            result = denoise_file(data, policy, limits, progress)
            return result, result.views() if parts else {}

        result, views = await done(request, job, work)
        told = result.told()
        metrics.pixels.inc(told.width * told.height * told.frames)
        return _parts(result, told, views) if parts else _file(result, told)

    @app.post(
        "/api/inspect",
        summary="Tell what noise is in an image file.",
        response_description="What was found, and what would be done.",
        response_model=answers.INSPECTION,
        responses=FAULTS,
        openapi_extra=BODY,
    )
    async def inspect(request: Request, job: Number = None) -> JSONResponse:
        def work(data: bytes, _: object) -> dict[str, Any]:
            checked(data)
            return Inspection.of(next(frames_of(data, limits))).plain()

        return JSONResponse(await done(request, job, work))


def _file(result: Result, told: answers.Denoised) -> Response:
    """The file alone; what is to be said about it stands in headers, percent-encoded."""
    seen = [f"{told.words[0].upper()}{told.words[1:]}."] if told.words else []
    headers = {
        "Grainless-Model": quote(told.model or "none"),
        "Grainless-Adapt": str(told.adapt).lower(),
        "Grainless-Remarks": quote(" ".join([*seen, *told.remarks])),
    }
    return Response(result.content, media_type=result.media_type, headers=headers)


def _parts(result: Result, told: answers.Denoised, views: Mapping[str, bytes]) -> Response:
    """All of it as a form, which browsers read by themselves."""
    boundary = secrets.token_hex(16)
    parts = {
        "outcome": ("application/json", told.model_dump_json().encode()),
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
