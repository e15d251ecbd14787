"""Files denoised by a Ray cluster: paths travel, not pixels; each worker has the model open and writes whole files.

Source: Moritz et al., "Ray: a distributed framework for emerging AI applications", OSDI 2018. Files are the rows of a
Ray Data set, one a block, since a block is what Ray Data hands out, does again, and gives up without a word. How often
a file is done again is counted here, and each that did not come back is told as failed.
"""

import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from grainless.denoising.batch.rows import job_of, line_of_job, line_of_result, result_of
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult
from grainless.errors import GrainlessError, InputError, RunError

TRIES = 3
"""How often a file is done again when the worker died over it; Ray Data itself would do so for ever."""

DIED = "the workers that did it died"

WAVE = 5_000
"""Files of one data set, or fifty a worker: Ray holds a reference of some kilobytes to each."""

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}
"""Nothing is told to Ray's makers, nor printed among our results, where Ray would tell of each death."""

LACKING = "--engine ray needs the package ray, with Ray Data: pip install 'grainless[ray]'"


class Worker:
    """Does jobs in a process of its own; its denoiser opens its model there, once.

    Args:
        denoiser: does one job.
        begun: is told of each job before it is begun; says how often it was, this time too.
    """

    def __init__(self, denoiser: Callable[[Job], JobResult], begun: Callable[[int], int]) -> None:
        self._denoiser, self._begun = denoiser, begun

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row; whatever fails is a result, as Ray Data would lose an error with its block."""
        job, number = job_of(row["job"]), int(row["number"])
        try:
            result = self._done(job, number)
        except GrainlessError as error:
            result = JobResult(job, "failed", error=error)
        except Exception as error:
            told = RunError(f"{job.source}: {type(error).__name__}: {error}")
            result = JobResult(job, "failed", error=told)
        return {"number": row["number"], "result": line_of_result(result)}

    def _done(self, job: Job, number: int) -> JobResult:
        if self._begun(number) > 1 + TRIES:
            raise RunError(f"{job.source}: {DIED}")
        return self._denoiser(job)


class Tries:
    """How often each job was begun; an actor beside the workers, which outlives them."""

    def __init__(self) -> None:
        self._counted: Counter[int] = Counter()

    def begun(self, number: int) -> int:
        """One time more."""
        self._counted[number] += 1
        return self._counted[number]


@dataclass(frozen=True)
class Asking:
    """Asks an actor of `Tries`.

    Args:
        actor: Ray's handle.
    """

    actor: Any

    def __call__(self, number: int) -> int:
        """How often a job was begun, this time too."""
        import ray

        return int(ray.get(self.actor.begun.remote(number)))


@dataclass(frozen=True)
class Cluster:
    """Does jobs on workers; as many wait as the workers take, whatever their number.

    Args:
        data: Ray Data.
        counting: gives what counts how often each job of a wave was begun.
        denoiser: does one job.
        workers: how many there are, and how many there may be if the cluster grows.
        threads: cores of each.
    """

    data: Any
    counting: Callable[[], Callable[[int], int]]
    denoiser: Callable[[Job], JobResult]
    workers: tuple[int, int]
    threads: int

    def __call__(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Results as they come; that of a job whose workers died is "failed"."""
        jobs, size = iter(jobs), max(WAVE, 50 * self.workers[0])
        while wave := list(islice(jobs, size)):
            yield from self._wave(wave)

    def _wave(self, jobs: Sequence[Job]) -> Iterator[JobResult]:
        left, told = dict(enumerate(jobs)), DIED
        try:
            for row in self._rows(jobs):
                yield _as_given(result_of(row["result"]), left.pop(int(row["number"])))
        except Exception as error:  # whatever Ray tells of a cluster that went away
            told = (
                f"the cluster failed: {_lines(error)[-1]}"  # under Ray's own words, the error that is meant
            )
        for job in left.values():
            yield JobResult(job, "failed", error=RunError(f"{job.source}: {told}"))

    def _rows(self, jobs: Sequence[Job]) -> Iterator[dict[str, Any]]:
        sent = [{"number": number, "job": line_of_job(job)} for number, job in enumerate(jobs)]
        least, most = (min(number, len(jobs)) for number in self.workers)
        pool = self.data.ActorPoolStrategy(
            min_size=least, max_size=most, initial_size=least, max_tasks_in_flight_per_actor=1
        )
        done = self.data.from_items(sent, override_num_blocks=len(sent)).map(
            Worker,
            fn_constructor_args=(self.denoiser, self.counting()),
            compute=pool,
            num_cpus=self.threads,
        )
        yield from done.iter_rows()


@contextmanager
def cluster(
    denoiser: Callable[[Job], JobResult], *, workers: int | None = None, threads: int = 1
) -> Iterator[Cluster]:
    """Workers on the cluster that $RAY_ADDRESS names, or else on one of this computer alone.

    A worker that dies is begun anew, and its file is done by it from the start: a file is written whole or not at all.

    Args:
        denoiser: does one job; it is sent to each worker, its model by name or path, which must be there, too.
        workers: how many; None: as many as the cluster has cores for.
        threads: cores of each.

    Raises:
        InputError: no computer of the cluster has so many cores.
        RunError: Ray is not installed, or the cluster cannot be reached.
    """
    os.environ |= QUIET
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise RunError(LACKING) from error
    try:
        ray.init(
            address=os.environ.get("RAY_ADDRESS"),
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
        )
    except Exception as error:
        raise RunError(f"The Ray cluster cannot be reached: {_lines(error)[0]}") from error
    try:
        there = room(ray.nodes(), threads)
        quieted(ray.data)
        tries = ray.remote(Tries).options(num_cpus=0)
        numbers = min(workers or there, there), workers or there
        yield Cluster(ray.data, lambda: Asking(tries.remote()), denoiser, numbers, threads)
    finally:
        ray.shutdown()


def room(computers: Sequence[dict[str, Any]], threads: int) -> int:
    """For how many workers of so many cores there is room; each is on one computer.

    Args:
        computers: as Ray tells of them.
        threads: cores of a worker.

    Raises:
        InputError: for none.
    """
    cores = [int(each["Resources"].get("CPU", 0)) for each in computers if each["Alive"]]
    there = sum(each // threads for each in cores)
    if not there:
        raise InputError(
            f"--threads {threads}: no computer of the Ray cluster has so many cores; the largest has "
            f"{max(cores, default=0)}."
        )
    return there


def quieted(data: Any) -> None:
    """Have Ray Data say nothing, and go on where a block fails; here it is told."""
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    context.max_errored_blocks = -1


def _as_given(result: JobResult, job: Job) -> JobResult:
    """A worker's result, its paths as they were given."""
    stayed = job.kept and result.target == job.kept.absolute()
    return replace(result, job=replace(job, target=job.kept) if job.kept and stayed else job)


def _lines(error: Exception) -> list[str]:
    """What an error says, without the colours of a terminal; at least a line."""
    plain = re.sub(r"\x1b\[\d+m", "", str(error))
    return [line for line in plain.splitlines() if line.strip()] or [type(error).__name__]
