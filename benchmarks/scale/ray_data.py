"""Ray Data beside the plain actors of `--engine ray`: what a file costs, what a worker that dies loses.

    python -m benchmarks.scale.ray_data [FILES]        needs 'ray[data]': pip install 'ray[data]'

Jobs that do nothing are given to two workers on a cluster of this computer: as plain actors, one file a call, and as
rows of a data set, 1 and 100 of them a block, a block being what Ray Data gives out and does again. Then one worker is
killed by -9 while it sleeps over a job; and then a job kills each worker that takes it, as one does that needs more
memory than there is.
"""

import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import ray
import ray.data

from benchmarks.measuring import tell_and_keep
from grainless.denoising.batch.cluster import TRIES, cluster
from grainless.denoising.files.denoiser import denoise_files
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult

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


class Row:
    """The same as a class that Ray Data makes in each of its actors."""

    def __init__(self, work: Pretended):
        self.work = work

    def __call__(self, row: dict[str, str]) -> dict[str, str]:
        job = Job(Path(row["source"]), Path(row["target"]))
        return row | {"state": self.work(job).state}


def by_actors(jobs: list[Job], work: Pretended) -> Iterator[str]:
    """States, as `--engine ray` has them."""
    with cluster(work, workers=WORKERS) as placed:
        yield from (each.state for each in denoise_files(jobs, placed, WORKERS))


def by_data(block: int) -> Callable[[list[Job], Pretended], Iterator[str]]:
    """States, as Ray Data has them with so many files a block."""

    def states(jobs: list[Job], work: Pretended) -> Iterator[str]:
        ray.init(include_dashboard=False, log_to_driver=False, num_cpus=WORKERS)
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        ray.data.DataContext.get_current().enable_progress_bars = False
        ray.data.DataContext.get_current().max_errored_blocks = -1  # what fails shall not stop the others
        try:
            rows = [{"source": str(each.source), "target": str(each.target)} for each in jobs]
            done = ray.data.from_items(rows, override_num_blocks=max(1, len(rows) // block)).map(
                Row,
                fn_constructor_args=(work,),
                compute=ray.data.ActorPoolStrategy(size=WORKERS),
                num_cpus=1,
                max_task_retries=TRIES,
            )
            yield from (row["state"] for row in done.iter_rows())
        finally:
            ray.shutdown()

    return states


WAYS = {"plain actors": by_actors, "Ray Data, 1 a block": by_data(1), "Ray Data, 100 a block": by_data(100)}


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
        assert len(stamps) == number
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
