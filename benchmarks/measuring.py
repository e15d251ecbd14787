"""How benchmarks are timed, told and kept. A room holds those of one subject:

    python -m benchmarks.ROOM.BENCHMARK        from the root of the repository

Two ways of doing the same work take turns, A B A B ..., because a machine's speed wanders; each pair of turns gives
one ratio, and what is told is the median of the ratios with its 95 % interval.
"""

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import binom

RESULTS = Path(__file__).parent / "results"

Turn = Callable[[], float]
"""Does the work once; gives the seconds a step of it took."""


def compare(ours: Turn, theirs: Turn, *, pairs: int) -> dict[str, float]:
    """Milliseconds a step of both, and our time as a multiple of theirs with its interval.

    The first turn of each is not counted: memory is fetched and code is chosen in it.
    """
    ours(), theirs()
    seconds = np.array([(ours(), theirs()) for _ in range(pairs)])
    low, middle, high = median_with_interval(seconds[:, 0] / seconds[:, 1])
    mine, other = np.median(seconds, axis=0) * 1e3
    return {"ours, ms": mine, "theirs, ms": other, "ratio": middle, "low": low, "high": high}


def median_with_interval(values: np.ndarray) -> tuple[float, float, float]:
    """The median with its 95 % interval, from order statistics: no distribution is assumed.

    Source: Conover, "Practical nonparametric statistics", 1999, section 3.2. Under 6 values the interval is
    their range and covers less.
    """
    ordered, n = np.sort(values), len(values)
    below = max(int(binom.ppf(0.025, n, 0.5)) - 1, 0)
    return float(ordered[below]), float(np.median(values)), float(ordered[n - 1 - below])


def tell_and_keep(name: str, rows: Sequence[Mapping[str, Any]], about: str) -> None:
    """Print the rows as a table and write them to results/NAME.json with date, machine and versions.

    A name is ROOM/BENCHMARK, or begins so.
    """
    table = Table(*rows[0], title=about, title_justify="left")
    for row in rows:
        table.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)
    known = {"about": about, "date": datetime.now(UTC).date().isoformat(), "machine": machine()}
    path = RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps(known | {"versions": versions(), "rows": _rounded(rows)}, indent=2) + "\n", "utf-8"
    )


def machine() -> dict[str, Any]:
    """What it ran on; the load says how many other processes wanted the cores in the last minute."""
    names = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    processor = names[0].partition(":")[2].strip() if names else platform.processor()
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    load = round(os.getloadavg()[0], 1)
    return {"processor": processor, "cores": os.cpu_count(), "threads": threads, "load": load}


def versions() -> dict[str, str]:
    """Of Python and of what the timings hang on, where it is installed."""
    found = {"python": platform.python_version()}
    for package in ("grainless", "torch", "lightning-fabric", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text("utf-8").splitlines() if file.is_file() else []


def _rounded(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Four digits: more are chance."""
    return [
        {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in row.items()}
        for row in rows
    ]
