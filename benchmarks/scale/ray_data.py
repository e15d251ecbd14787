"""What a file costs by `--engine ray`, which is Ray Data, and what a worker that dies loses; beside plain actors.

    python -m benchmarks.scale.ray_data [FILES]        needs 'ray[data]': make cluster installs it

Jobs that do nothing are given to two workers on a cluster of this computer: one file a block, as `--engine ray` does;
100 files a block; and by plain actors of Ray, one file a call. Then one worker ends the first time that it takes a
certain file; and then each worker that takes it, as where it needs more memory than there is.
"""

import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from grainless.denoising.batch.cluster import QUIET, TRIES, cluster, quieted
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult

os.environ |= QUIET

import ray
import ray.data

from benchmarks.measuring import tell_and_keep

WORKERS = 2
SLEEPY = 60
"""Jobs of the cluster whose worker is killed."""


class Pretended:
    """Does a job by writing its name down; some sleep, and some kill.

    Args:
        log: a line for each job that was done.
        seconds: that each takes.
        killing: the job that ends the process, always; None: none does.
        once: the job that ends the process the first time; None: none does.
    """

    def __init__(self, log: Path, seconds: float = 0.0, killing: str | None = None, once: str | None = None):
        self.log, self.seconds, self.killing, self.once = log, seconds, killing, once

    def __call__(self, job: Job) -> JobResult:
        time.sleep(self.seconds)
        mark = self.log.with_suffix(".killed")
        if job.source.name == self.killing or (job.source.name == self.once and not mark.exists()):
            mark.touch()
            os._exit(9)
        with self.log.open("a") as file:
            file.write(f"{job.source.name}\n")
        return JobResult(job, "left")


class Actor:
    """The same as a plain actor has it, and as Ray Data makes it in each of its own."""

    def __init__(self, work: Pretended):
        self.work = work

    def do(self, job: Job) -> JobResult:
        """A job."""
        return self.work(job)

    def __call__(self, row: dict[str, str]) -> dict[str, str]:
        """A row."""
        return row | {"state": self.work(Job(Path(row["source"]), Path(row["target"]))).state}


def by_engine(jobs: list[Job], work: Pretended) -> Iterator[str]:
    """States, as `--engine ray` has them."""
    with cluster(work, workers=WORKERS) as done:
        yield from (each.state for each in done(jobs))


@contextmanager
def begun() -> Iterator[None]:
    """A cluster of this computer."""
    ray.init(include_dashboard=False, log_to_driver=False, num_cpus=WORKERS, logging_level=logging.CRITICAL)
    try:
        yield
    finally:
        ray.shutdown()


def by_hundreds(jobs: list[Job], work: Pretended) -> Iterator[str]:
    """States, as Ray Data has them with a hundred files a block."""
    rows = [{"source": str(each.source), "target": str(each.target)} for each in jobs]
    with begun():
        quieted(ray.data)
        done = ray.data.from_items(rows, override_num_blocks=max(1, len(rows) // 100)).map(
            Actor,
            fn_constructor_args=(work,),
            compute=ray.data.ActorPoolStrategy(size=WORKERS),
            num_cpus=1,
            max_task_retries=TRIES,
        )
        yield from (row["state"] for row in done.iter_rows())


def by_actors(jobs: list[Job], work: Pretended) -> Iterator[str]:
    """States by plain actors, one file a call."""
    free: Queue[Any] = Queue()

    def state(job: Job) -> str:
        actor = free.get()
        try:
            return ray.get(actor.do.remote(job)).state
        except ray.exceptions.RayActorError:
            return "failed"
        finally:
            free.put(actor)

    with begun(), ThreadPoolExecutor(WORKERS) as pool:
        made = ray.remote(Actor).options(num_cpus=1, max_restarts=-1, max_task_retries=TRIES)
        for _ in range(WORKERS):
            free.put(made.remote(work))
        yield from pool.map(state, jobs)


WAYS: dict[str, Callable[[list[Job], Pretended], Iterator[str]]] = {
    "--engine ray: Ray Data, 1 file a block": by_engine,
    "Ray Data, 100 files a block": by_hundreds,
    "plain actors": by_actors,
}


@contextmanager
def pretended(number: int) -> Iterator[tuple[list[Job], Path]]:
    """So many jobs, and where they are written down."""
    with tempfile.TemporaryDirectory() as folder:
        yield (
            [Job(Path(f"/in/{each}.jpg"), Path(f"/out/{each}.jpg")) for each in range(number)],
            Path(folder) / "log",
        )


def cost(way: str, number: int) -> dict[str, object]:
    """Milliseconds a file between the first result and the last, and when the first one came."""
    with pretended(number) as (jobs, log):
        started, stamps = time.perf_counter(), []
        for _ in WAYS[way](jobs, Pretended(log)):
            stamps.append(time.perf_counter() - started)
        assert len(stamps) == number, len(stamps)
        return {
            "by": way,
            "first result, s": stamps[0],
            "a file, ms": 1e3 * (stamps[-1] - stamps[0]) / number,
        }


def killed(way: str) -> dict[str, object]:
    """What a worker that dies once, and one that dies always, cost."""
    found: dict[str, object] = {"by": way}
    for kind in ("once", "killing"):
        with pretended(SLEEPY) as (jobs, log):
            states = list(WAYS[way](jobs, Pretended(log, 0.05, **{kind: f"{SLEEPY // 2}.jpg"})))
            done = log.read_text().split()
            again = len(done) - len(set(done))
            told = "as failed" if "failed" in states else f"{SLEEPY - len(states)} not at all"
            found |= (
                {"done again": again}
                if kind == "once"
                else {"not done": SLEEPY - len(set(done)), "told": told}
            )
    return found


if __name__ == "__main__":
    number = int((sys.argv[1:2] or ["5000"])[0])
    tell_and_keep(
        "scale/ray-data", [cost(way, number) for way in WAYS], f"{number:,} files that take no time"
    )
    about = f"A worker of {SLEEPY} files dies once, or always over the same file"
    tell_and_keep("scale/ray-data-killed", [killed(way) for way in WAYS], about)
