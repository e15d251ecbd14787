"""What is told on asking: models, health, how far a job is, counters, a training, the API itself."""

from uuid import UUID

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

from grainless import __version__
from grainless.model.run_files import RunFiles
from grainless.server.api import answers, training
from grainless.server.api.docs import page_of
from grainless.server.api.models import offered
from grainless.server.gate.faults import FAULTS, GUARDED, OPTIONS, Told
from grainless.server.gate.metrics import Metrics
from grainless.server.gate.queue import Queue

TEXT: Told = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Counters."}}
PAGE: Told = {200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "The report."}}
DAMAGED: Told = {500: {**FAULTS[422], "description": "A file of the run is damaged."}}
NONE_YET: Told = {404: {**FAULTS[422], "description": "It is not written yet."}}


def add_facts(app: FastAPI, queue: Queue, metrics: Metrics, run: RunFiles | None) -> None:
    """Give an application these addresses.

    Args:
        app: the application.
        queue: whose jobs are told.
        metrics: whose counters.
        run: the training whose report is shown; None: none.
    """

    @app.get(
        "/api/models",
        summary="The models that can be asked for.",
        response_description="The models.",
        responses=GUARDED,
    )
    def models() -> answers.Models:
        return answers.Models(models=[answers.Model(**facts) for facts in offered(run)])

    @app.get(
        "/api/health",
        summary="Whether the server lives.",
        response_description="It lives.",
        responses=OPTIONS | {403: FAULTS[403]},
    )
    async def health() -> answers.Health:
        return answers.Health(status="ok", version=__version__, run=run.path.resolve().name if run else None)

    @app.get(
        "/api/jobs/{number}",
        summary="How far a job is that was sent with this number.",
        response_description="Where it stands.",
        responses=GUARDED,
    )
    async def job(number: UUID) -> answers.Progress:
        found = queue.jobs.get(number)
        if found is None:
            return answers.Progress(stage="none", done=0, total=0)
        return answers.Progress(stage=found.stage, done=found.done, total=found.total)

    @app.get(
        "/metrics",
        summary="Counters for Prometheus.",
        response_class=Response,
        responses=GUARDED | TEXT,
    )
    async def counters() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    @app.get("/api/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page_of(app.openapi()))

    if run is not None:
        _add_training(app, run)


def _add_training(app: FastAPI, run: RunFiles) -> None:
    @app.get(
        "/api/run",
        summary="How the training stands.",
        response_description="How it stands.",
        responses=GUARDED | DAMAGED,
    )
    def standing() -> answers.Run:
        return training.told(run)

    @app.get(
        "/api/run/report",
        summary="The report of the training, once it is over.",
        response_class=HTMLResponse,
        responses=GUARDED | NONE_YET | PAGE,
    )
    def report() -> HTMLResponse:
        headers = {"Content-Security-Policy": training.REPORT_POLICY}
        return HTMLResponse(training.report(run), headers=headers)
