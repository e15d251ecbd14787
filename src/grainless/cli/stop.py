"""Ending: SIGTERM, by which Slurm, docker and systemd stop a program, is Ctrl-C; and what is told at the end."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from grainless.errors import GrainlessError, Stopped


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
def stop_is_told(words: Callable[[], str]) -> Iterator[None]:
    """Say so if Ctrl-C comes while the block runs, in words that are asked for then.

    Raises:
        Stopped: it came.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(words()) from None


def end(error: GrainlessError) -> NoReturn:
    """One line on stderr; where JSON was asked for, also an object on stdout, which is never empty then."""
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(error.plain(), indent=2) + "\n")
        sys.stdout.flush()
    sys.stderr.write(f"grainless: {error}\n")
    sys.exit(error.exit_status)
