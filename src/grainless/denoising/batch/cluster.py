"""Files denoised by a Ray cluster: paths travel, not pixels; each worker has the model open and writes whole files.

Source: Moritz et al., "Ray: a distributed framework for emerging AI applications", OSDI 2018.
Plain actors, not Ray Data: nothing but a path goes out and a few words come back, so there is no table to stream.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import Queue
from typing import Any

from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult
from grainless.errors import GrainlessError, RunError

TRIES = 3
"""How often a file is given to another worker when one died over it."""


class Worker:
    """Does jobs in a process of its own; its denoiser opens its model there, once.

    Args:
        denoiser: does one job.
    """

    def __init__(self, denoiser: Callable[[Job], JobResult]) -> None:
        self._denoiser = denoiser

    def do(self, job: Job) -> JobResult:
        """A job; what fails is a result, as Ray would wrap an error into one of its own."""
        try:
            return self._denoiser(job)
        except GrainlessError as error:
            return JobResult(job, "failed", error=error)


@dataclass(frozen=True)
class Cluster:
    """Workers that wait for jobs. As many jobs are under way as there are threads that call it, and workers.

    Args:
        workers: those that are free, Ray's handles.
        wait: for the result of a call.
    """

    workers: "Queue[Any]"
    wait: Callable[[Any], JobResult]
    count: int

    def __call__(self, job: Job) -> JobResult:
        """Do a job on a worker that is free.

        Raises:
            InputError: the source is wrong.
            RunError: the world is, there or on the way: the workers died over it.
        """
        worker = self.workers.get()
        there = replace(job, source=job.source.absolute(), target=job.target.absolute())
        try:
            result = self.wait(worker.do.remote(there))
        except GrainlessError:
            raise
        except (
            Exception
        ) as error:  # whatever Ray tells of a worker that died more often than it was begun anew
            raise RunError(
                f"{job.source}: the workers that did it died: {str(error).splitlines()[0]}"
            ) from error
        finally:
            self.workers.put(worker)
        if result.error:
            raise result.error
        return replace(result, job=job)


@contextmanager
def cluster(
    denoiser: Callable[[Job], JobResult], *, workers: int | None = None, threads: int = 1
) -> Iterator[Cluster]:
    """Workers on the cluster that $RAY_ADDRESS names, or else on one of this computer alone.

    A worker that dies is begun anew, and its file is done by it from the start: a file is written whole or not at all.
    Nothing is told to Ray's makers.

    Args:
        denoiser: does one job; it is sent to each worker, its model by name or path, which must be there, too.
        workers: how many; None: as many as the cluster has cores for.
        threads: cores of each.

    Raises:
        RunError: Ray is not installed, or the cluster cannot be reached.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ModuleNotFoundError as error:
        raise RunError("--engine ray needs the package ray: pip install 'grainless[ray]'") from error
    try:
        ray.init(address=os.environ.get("RAY_ADDRESS"), include_dashboard=False, log_to_driver=False)
    except Exception as error:
        raise RunError(f"The Ray cluster cannot be reached: {str(error).splitlines()[0]}") from error
    try:
        count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)) // threads)
        actor = ray.remote(Worker).options(num_cpus=threads, max_restarts=-1, max_task_retries=TRIES)
        sent = ray.put(denoiser)
        free: Queue[Any] = Queue()
        for _ in range(count):
            free.put(actor.remote(sent))
        yield Cluster(free, ray.get, count)
    finally:
        ray.shutdown()
