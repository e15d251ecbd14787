"""Stopping: SIGTERM, by which Slurm, docker and systemd do it, is Ctrl-C; and what is told of it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from grainless.errors import Stopped


@contextmanager
def sigterm_is_ctrl_c() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGTERM while the block runs; for programs, in their main thread."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def stop_is_told(words: str) -> Iterator[None]:
    """Say so if Ctrl-C comes while the block runs.

    Raises:
        Stopped: it came.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(words) from None
