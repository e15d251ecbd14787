"""Several images at once, several threads for each: together no more than the processor has cores."""

import os

from grainless.errors import InputError


def cores() -> int:
    """That this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share(jobs: int = 1, threads: int | None = None, among: int | None = None) -> tuple[int, int | None]:
    """How many images at once, and with how many threads each.

    Args:
        jobs: asked for.
        threads: asked for; None: what is left for each job.
        among: cores; None: those there are.

    Returns:
        Jobs and threads whose product is no more than the cores. One job alone leaves its threads to onnxruntime,
        which takes one for each core (None), unless they were asked for.

    Raises:
        InputError: fewer than one is asked for.

    >>> share(2, among=8), share(16, among=8), share(4, 4, among=8)
    ((2, 4), (8, 1), (2, 4))
    """
    for name, number in (("jobs", jobs), ("threads", threads)):
        if number is not None and number < 1:
            raise InputError(f"{name} is {number}: at least 1 works.")
    there = among or cores()
    threads = min(threads, there) if threads else None
    jobs = min(jobs, there // (threads or 1))
    return jobs, threads or (None if jobs == 1 else there // jobs)
