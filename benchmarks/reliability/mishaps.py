"""What else goes wrong: a full disk, a folder nobody may write to, a clock that jumps, two processes on one folder.

    python -m benchmarks.reliability.mishaps [MISHAP...]

Each is told in one line, leaves what was there as it was and no temporary file, and the same command ends as usual
when the world is well again. A full disk is a limit on the length of files, which fails as a full disk does, in the
midst of a file. Linux only.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.reliability.torture import SCENARIOS, compared, digest, ended, forked, rehearsed
from grainless.disk.temporary import is_left_over

READ_ONLY = Path("/sys")
"""Where not even root may make a file."""


def begun(name: str, folder: Path) -> None:
    """Rehearse a scenario, and make its inputs."""
    first = folder.with_name("first")
    for each in (first, folder):
        SCENARIOS[name].prepare(each)
    rehearsed(SCENARIOS[name].arguments(first), folder.parent)


def told(status: int, log: Path, *words: str) -> None:
    """One line, no traceback, and the status of a world that went wrong."""
    text = log.read_text()
    assert status == 1, (status, text)
    assert "Traceback" not in text, text
    line = text.strip().splitlines()[-1]
    assert line.startswith("grainless: "), text
    assert any(word in line for word in words), line


def nothing_left(folder: Path) -> None:
    left = [str(path) for path in folder.rglob("*") if is_left_over(path)]
    assert not left, left


def full_disk(name: str, folder: Path, log: Path) -> None:
    """The limit lets the work begin; then nothing longer can be written."""
    begun(name, folder)
    scenario, calm = SCENARIOS[name], folder.with_name("calm")
    shutil.copytree(folder, calm)
    assert ended(forked(scenario.arguments(calm), log)) == 0, log.read_text()
    wanted = scenario.outcome(calm, log.read_text())
    results = {"denoise": "out/*", "pack": "out/*.tar", "train": "run/model.*"}[name]
    limit = min(path.stat().st_size for path in calm.glob(results)) * 2 // 3
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    before = digest(folder, "**/*")
    status = ended(forked(scenario.arguments(folder), log, before=full))
    told(status, log, "could not be written", "failed")
    assert before.items() <= digest(folder, "**/*").items()
    nothing_left(folder)
    assert ended(forked(scenario.arguments(folder), log)) == 0, log.read_text()
    compared(scenario.outcome(folder, log.read_text()), wanted)


def read_only(name: str, folder: Path, log: Path) -> None:
    """The place for the results takes none."""
    begun(name, folder)
    place = str(READ_ONLY / "grainless")
    arguments = [
        place if each in {f"{folder}/out", f"{folder}/run"} else each
        for each in SCENARIOS[name].arguments(folder)
    ]
    told(ended(forked(arguments, log)), log, "could not be written")
    nothing_left(folder)


def clock_jumps(name: str, folder: Path, log: Path) -> None:
    """Time runs an hour back at every third look at the clock."""
    begun(name, folder)
    scenario, calm = SCENARIOS[name], folder.with_name("calm")
    shutil.copytree(folder, calm)
    assert ended(forked(scenario.arguments(calm), log)) == 0, log.read_text()
    wanted = scenario.outcome(calm, log.read_text())
    assert ended(forked(scenario.arguments(folder), log, before=jump)) == 0, log.read_text()
    compared(scenario.outcome(folder, log.read_text()), wanted)


def jump() -> None:
    """A clock that nobody can rely on."""
    real, looks = time.time, 0

    def jumping() -> float:
        nonlocal looks
        looks += 1
        return real() - 3600 * (looks // 3)

    time.time = jumping


def two_at_once(name: str, folder: Path, log: Path) -> None:
    """Two processes begin the same work in one folder."""
    begun(name, folder)
    scenario, calm = SCENARIOS[name], folder.with_name("calm")
    shutil.copytree(folder, calm)
    assert ended(forked(scenario.arguments(calm), log)) == 0, log.read_text()
    wanted = scenario.outcome(calm, log.read_text())
    other = log.with_name("other")
    first = forked(scenario.arguments(folder), log)
    if name in {"train", "tune"}:
        lock = folder / ("run/resume/lock" if name == "train" else "search/lock")
        while not lock.exists() or not lock.read_text():
            time.sleep(0.01)
        told(ended(forked(scenario.arguments(folder), other)), other, "is being trained by another process")
    else:
        assert ended(forked(scenario.arguments(folder), other)) == 0, other.read_text()
    assert ended(first) == 0, log.read_text()
    compared(scenario.outcome(folder, log.read_text()), wanted)
    nothing_left(folder)


MISHAPS: dict[str, tuple[Callable[[str, Path, Path], None], tuple[str, ...]]] = {
    "full-disk": (full_disk, ("denoise", "pack", "train")),
    "read-only": (read_only, ("denoise", "pack", "train")),
    "clock-jumps": (clock_jumps, ("denoise", "pack", "train")),
    "two-at-once": (two_at_once, ("denoise", "pack", "train", "tune")),
}


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    asked = sys.argv[1:] or list(MISHAPS)
    for mishap, (suffer, names) in MISHAPS.items():
        for name in names:
            if mishap in asked or f"{mishap}:{name}" in asked:
                with tempfile.TemporaryDirectory() as root:
                    suffer(name, Path(root) / "work", Path(root) / "log")
                print(f"{mishap}: {name}: well", flush=True)
