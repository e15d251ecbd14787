"""What became of one file, as a result: also that it failed, which version of it was read, and how long it took."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult, Source
from grainless.errors import GrainlessError


@dataclass(frozen=True)
class Timed:
    """Does a job and looks at the clock, here or on a worker of a cluster.

    Args:
        denoiser: does one job.
    """

    denoiser: Callable[[Job], JobResult]

    def __call__(self, job: Job) -> JobResult:
        """Do a job; what is wrong with it, or with the world, is in the result."""
        read, started = Source.of(job.source), time.perf_counter()
        try:
            result = self.denoiser(job)
        except GrainlessError as error:
            result = JobResult(job, "failed", error=error)
        return replace(result, read=read, seconds=time.perf_counter() - started)
