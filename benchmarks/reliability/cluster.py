"""A real Ray cluster on this computer: the same bytes as without it, though workers die.

    python -m benchmarks.reliability.cluster        needs 'ray[data]': make cluster installs it

One worker is killed in the middle; and one file ends every worker that takes it, as one does that needs more memory
than there is. That one must be told as failed, on the screen and in the manifest, all others be done; and the same
call, where the file no longer kills, must do it alone.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.reliability.torture import digest, photos
from grainless.cli.main import main as command_line
from grainless.denoising.files import denoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult

COMMAND = (sys.executable, "-m", "grainless", "denoise")
POISONED = (sys.executable, "-m", "benchmarks.reliability.cluster", "denoise")
IMAGES, POISON = 24, "7.png"


class Poisoned(denoiser.FileDenoiser):
    """Ends the process over one file."""

    def __call__(self, job: Job) -> JobResult:
        """Do a job."""
        if job.source.name == POISON:
            os._exit(9)
        return super().__call__(job)


def workers() -> list[int]:
    """The processes that hold a worker of this user's clusters."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if line.startswith(b"ray::") and b"Worker" in line:
            found.append(int(entry.name))
    return found


def clustered(
    folder: Path, command: Sequence[str], *, kills: bool, status: int
) -> tuple[float, Counter[str], str]:
    """Denoise by two workers, one of which may be killed at the first result; seconds, states, what was said."""
    started = time.monotonic()
    manifest = folder / "made.jsonl"
    options = ["--engine", "ray", "--jobs", "2", "--manifest", str(manifest), "--model", "grey"]
    call = [*command, str(folder / "in"), "-o", str(folder / "out"), *options]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        while running.poll() is None and kills:
            there = list((folder / "out").glob("*.png")) if (folder / "out").is_dir() else []
            if there and (found := workers()):
                os.kill(found[0], signal.SIGKILL)
                kills = False
            time.sleep(0.02)
        told = running.communicate()[0]
    assert running.returncode == status, told
    assert not kills, "nobody was killed"
    assert not list((folder / "out").glob(".*")), "temporary files stayed"
    states = {
        line["source"]: line["state"] for line in map(json.loads, manifest.open()) if "state" in line
    }  # the last word on each
    return time.monotonic() - started, Counter(states.values()), told


def main() -> None:
    """All of it, told."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        photos(folder, IMAGES, 256)
        alone = [
            *COMMAND,
            str(folder / "in"),
            "-o",
            str(folder / "alone"),
            "--threads",
            "1",
            "--model",
            "grey",
        ]
        started = time.monotonic()
        subprocess.run(alone, check=True, capture_output=True)
        by_one = time.monotonic() - started
        seconds, states, told = clustered(folder, POISONED, kills=True, status=1)
        assert states == {"denoised": IMAGES - 1, "failed": 1}, states
        assert f"{POISON}: the workers that did it died" in told, told
        print(
            f"{IMAGES} images by two workers in {seconds:.1f} s, one worker killed, one file deadly: {states}"
        )
        again, states, _ = clustered(folder, COMMAND, kills=False, status=0)
        assert states == {"denoised": IMAGES}, states
        one, many = (digest(folder / name, "*") for name in ("alone", "out"))
        assert one == many, "other bytes than without a cluster"
        print(f"the same call again, {again:.1f} s: {states}; the same bytes as by one process")
        print(f"by one process in {by_one:.1f} s; all with what it takes to start")
        print("what was said:", *told.strip().splitlines(), sep="\n  ")


if __name__ == "__main__":
    if sys.argv[1:]:
        denoiser.FileDenoiser = Poisoned
        sys.exit(command_line())
    main()
