"""One process for each device: the program starts itself again, and all end together."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from grainless.errors import InputError

PATIENCE = 10
"""Seconds that a process has to end after the first one did."""


@contextmanager
def processes(devices: int, nodes: int, arguments: Sequence[str]) -> Iterator[None]:
    """Have this program run once for each device of this computer while the block runs; this process is the first.

    On several computers the same call is made on each, with $MASTER_ADDR (of the first), $MASTER_PORT and $NODE_RANK
    set. Where torchrun or Slurm started the processes, or there is one alone, none is started.

    Args:
        devices: of this computer.
        nodes: computers.
        arguments: of the command line.

    Raises:
        InputError: there are several computers, and the environment does not say how they find each other.
    """
    if "LOCAL_RANK" in os.environ or devices * nodes == 1:
        yield
        return
    missing = [name for name in ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK") if name not in os.environ]
    if nodes > 1 and missing:
        raise InputError(
            f"--nodes {nodes} needs {', '.join(missing)} in the environment of each: the address and a port of the "
            "first, and which this is, from 0; or start all by torchrun."
        )
    os.environ |= {
        "MASTER_ADDR": os.environ.get("MASTER_ADDR", "127.0.0.1"),
        "MASTER_PORT": os.environ.get("MASTER_PORT") or str(_free_port()),
        "NODE_RANK": os.environ.get("NODE_RANK", "0"),
        "WORLD_SIZE": str(devices * nodes),
        "LOCAL_WORLD_SIZE": str(devices),
        "LOCAL_RANK": "0",
    }
    command = [sys.executable, "-m", "grainless", *arguments]
    others = [
        subprocess.Popen(command, env=os.environ | {"LOCAL_RANK": str(rank)}, stdout=subprocess.DEVNULL)
        for rank in range(1, devices)
    ]
    try:
        yield
        for other in others:
            with suppress(subprocess.TimeoutExpired):
                other.wait(PATIENCE)
    finally:
        for other in others:
            other.kill()  # they write nothing, so nothing is lost
            other.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
