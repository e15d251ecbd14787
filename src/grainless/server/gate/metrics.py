"""What a server counts, in Prometheus' words."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grainless.server.gate.queue import Queue

PAGE = "page"
"""Name of the routes to the page's own files, which are counted as one."""


class Metrics:
    """Counters of one server.

    Args:
        queue: whose jobs are counted.
    """

    def __init__(self, queue: Queue) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "grainless_answers", "Answers by path and status.", ["path", "status"], registry=self.registry
        )
        self.pixels = Counter(
            "grainless_pixels", "Pixels of files that were worked on.", registry=self.registry
        )
        self.seconds = Histogram(
            "grainless_work_seconds",
            "Seconds of work on a file, from its turn on.",
            buckets=(0.1, 0.3, 1, 3, 10, 30, 100, 300),
            registry=self.registry,
        )
        jobs = Gauge("grainless_jobs", "Files that wait or are in work.", ["stage"], registry=self.registry)
        for stage in ("waiting", "working"):
            jobs.labels(stage).set_function(partial(queue.count, stage))

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self.registry)


class Counted:
    """ASGI middleware: counts answers by the address as the program writes it, not as clients do.

    Args:
        app: what answers.
        metrics: where they are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.metrics.answers.labels(_place(scope), message["status"]).inc()
            await send(message)

        await self.app(scope, receive, told if scope["type"] == "http" else send)


def _place(scope: Scope) -> str:
    route = scope.get("route")
    return PAGE if getattr(route, "name", None) == PAGE else getattr(route, "path", "none")
