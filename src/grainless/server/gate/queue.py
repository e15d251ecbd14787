"""Work at once, in turn: a few files in threads, the next ones wait, more are refused."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from grainless.errors import counted
from grainless.server.gate.faults import Fault
from grainless.server.gate.limits import Limits

T = TypeVar("T")

LOOK = 0.2  # seconds between two looks at whether a client is still there


class Stopped(Exception):
    """Raised in a job's own thread, at its next tile, when nobody waits for it any more."""


@dataclass
class Job:
    """One file on its way.

    Args:
        client: whose it is, for the limit of each.
        stage: "waiting" or "working".
        done: tiles that are done.
        total: tiles there are; 0: not known yet.
    """

    client: str
    stage: str = "waiting"
    done: int = 0
    total: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int) -> None:
        """Told after each tile; ends the work once it is stopped."""
        self.done, self.total = done, total
        if self.stop.is_set():
            raise Stopped


class Queue:
    """The jobs of a server. Its methods are called from one event loop; the work itself runs in threads.

    Args:
        limits: how many at once, waiting, of each client, and for how long.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.jobs: dict[UUID, Job] = {}
        self.clients: Counter[str] = Counter()
        self._turn = asyncio.Semaphore(limits.at_once)
        self._threads = ThreadPoolExecutor(limits.at_once, thread_name_prefix="denoise")

    @asynccontextmanager
    async def entered(self, number: UUID, client: str) -> AsyncIterator[Job]:
        """A place in the queue, from before the file is read until it is answered.

        Raises:
            Fault: the queue is full, the client has too many there, or the number is taken.
        """
        if number in self.jobs:
            raise Fault(
                HTTPStatus.CONFLICT, "A job of this number is in work: take a new random UUID for each."
            )
        if self.clients[client] >= self.limits.each:
            sentence = f"You have {counted(self.limits.each, 'file')} here already: wait for one of them."
            raise Fault(HTTPStatus.TOO_MANY_REQUESTS, sentence, {"Retry-After": "5"})
        if len(self.jobs) >= self.limits.at_once + self.limits.waiting:
            sentence = f"{len(self.jobs)} files wait already: come back in a while."
            raise Fault(HTTPStatus.SERVICE_UNAVAILABLE, sentence, {"Retry-After": "10"})
        job = self.jobs[number] = Job(client)
        self.clients[client] += 1
        try:
            yield job
        finally:
            del self.jobs[number]
            self.clients[client] -= 1
            self.clients += Counter()  # forgets those who have none

    async def run(self, job: Job, work: Callable[[], T], gone: Callable[[], Awaitable[bool]]) -> T:
        """Do the work in a thread when it is the job's turn; stop it when its client is gone or it takes too long.

        Raises:
            Fault: it took too long, or the client left.
        """
        while True:
            try:
                await asyncio.wait_for(self._turn.acquire(), LOOK)
                break
            except TimeoutError:
                if await gone():
                    raise _LEFT from None
        job.stage = "working"
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        running.add_done_callback(lambda _: self._turn.release())  # not before the thread is free
        return await self._watched(running, job, gone)

    async def _watched(
        self, running: "asyncio.Future[T]", job: Job, gone: Callable[[], Awaitable[bool]]
    ) -> T:
        end = asyncio.get_running_loop().time() + self.limits.seconds
        try:
            while not (await asyncio.wait({running}, timeout=LOOK))[0]:
                if await gone():
                    raise _LEFT
                if asyncio.get_running_loop().time() > end:
                    sentence = f"It took longer than {self.limits.seconds:g} seconds: send a smaller image."
                    raise Fault(HTTPStatus.SERVICE_UNAVAILABLE, sentence)
            return running.result()
        finally:
            if not running.done():
                job.stop.set()
                running.add_done_callback(
                    lambda done: done.exception()
                )  # it was asked to stop: nobody wonders

    def count(self, stage: str) -> int:
        """How many jobs are "waiting" or "working"."""
        return sum(job.stage == stage for job in self.jobs.values())

    def close(self) -> None:
        """Stop what is in work at its next tile."""
        for job in self.jobs.values():
            job.stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)


_LEFT = Fault(HTTPStatus.BAD_REQUEST, "The client left.")
