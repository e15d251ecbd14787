"""What the world refused is tried again; what is wrong with an input stays wrong."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult
from grainless.errors import RunError

FIRST, LONGEST = 1.0, 60.0
"""Seconds before the second try; each further pause is twice as long, up to the longest."""


@dataclass(frozen=True)
class Retrying:
    """Does a job again where the world failed: a full disk, a file system that is away for a while.

    Args:
        denoiser: does one job.
        retries: how many more tries there are.
        pause: waits so many seconds.
    """

    denoiser: Callable[[Job], JobResult]
    retries: int
    pause: Callable[[float], object] = time.sleep

    def __call__(self, job: Job) -> JobResult:
        """Do a job.

        Raises:
            InputError: the source is wrong; it is not tried again.
            RunError: the last try failed, too.
        """
        for tried in range(self.retries):
            try:
                return self.denoiser(job)
            except RunError:
                self.pause(min(FIRST * 2**tried, LONGEST))
        return self.denoiser(job)


@dataclass(frozen=True)
class Rounds:
    """Gives to a stream of jobs what the world refused again, when the others are done.

    Args:
        stream: does jobs.
        retries: how many more rounds there are.
        pause: waits so many seconds before one.
    """

    stream: Callable[[Iterable[Job]], Iterator[JobResult]]
    retries: int
    pause: Callable[[float], object] = time.sleep

    def __call__(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Results as they come; what failed by the world, after the last round."""
        for tried in range(self.retries):
            again = []
            for result in self.stream(jobs):
                if result.fault == RunError.fault:
                    again.append(result.job)
                else:
                    yield result
            if not again:
                return
            jobs = again
            self.pause(min(FIRST * 2**tried, LONGEST))
        yield from self.stream(jobs)
