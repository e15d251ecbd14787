"""Where files are denoised: in this process, or on a cluster."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from grainless.denoising.batch.cluster import cluster
from grainless.denoising.batch.cores import share
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult

Denoise = Callable[[Job], JobResult]
Engine = Callable[[Denoise, int, int | None], AbstractContextManager[tuple[Denoise, int]]]
"""Of a denoiser, and how many files at once and threads of each were asked for: what does a file, how many at once."""


@contextmanager
def here(denoiser: Denoise, jobs: int, threads: int | None) -> Iterator[tuple[Denoise, int]]:
    """In this process, no more files at once than there are cores for."""
    yield denoiser, share(jobs, threads)[0]


@contextmanager
def on_ray(denoiser: Denoise, jobs: int, threads: int | None) -> Iterator[tuple[Denoise, int]]:
    """On a Ray cluster: as many workers as it has cores for, if only one file at once was asked for."""
    with cluster(denoiser, workers=jobs if jobs > 1 else None, threads=threads or 1) as workers:
        yield workers, workers.count


ENGINES: dict[str, Engine] = {"here": here, "ray": on_ray}
