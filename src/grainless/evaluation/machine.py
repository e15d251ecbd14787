"""What a number was measured on."""

import os
import platform
from pathlib import Path


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def threads() -> str:
    """How many cores there are, and how many threads the environment allows."""
    asked = os.environ.get("OMP_NUM_THREADS")
    return f"{os.cpu_count()} cores" + (f", OMP_NUM_THREADS={asked}" if asked else "")
