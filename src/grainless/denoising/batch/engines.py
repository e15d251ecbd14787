"""Where files are denoised: in this process, or on a cluster."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from grainless.denoising.batch.cluster import cluster
from grainless.denoising.batch.cores import share
from grainless.denoising.batch.retry import Retrying, Rounds
from grainless.denoising.batch.timed import Timed
from grainless.denoising.files.denoiser import denoise_files
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult

Denoise = Callable[[Job], JobResult]
Stream = Callable[[Iterable[Job]], Iterator[JobResult]]
Engine = Callable[[Denoise, int, int | None, int], AbstractContextManager[Stream]]
"""Of a denoiser, and how many files at once, threads of each and further tries were asked for: what does files."""


@contextmanager
def here(denoiser: Denoise, jobs: int, threads: int | None, retries: int) -> Iterator[Stream]:
    """In this process, no more files at once than there are cores for."""
    at_once = share(jobs, threads)[0]
    work = Timed(Retrying(denoiser, retries) if retries else denoiser)
    yield lambda todo: denoise_files(todo, work, at_once)


@contextmanager
def on_ray(denoiser: Denoise, jobs: int, threads: int | None, retries: int) -> Iterator[Stream]:
    """On a Ray cluster: as many workers as it has cores for, if only one file at once was asked for."""
    with cluster(Timed(denoiser), workers=jobs if jobs > 1 else None, threads=threads or 1) as workers:
        yield Rounds(workers, retries)


ENGINES: dict[str, Engine] = {"here": here, "ray": on_ray}
