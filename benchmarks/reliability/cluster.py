"""A real Ray cluster on this computer: the same bytes as without it, though a worker is killed in the middle.

python -m benchmarks.reliability.cluster        needs ray: make cluster installs it
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.reliability.torture import digest, photos

COMMAND = (sys.executable, "-m", "grainless", "denoise")
IMAGES = 24


def workers() -> list[int]:
    """The processes that hold a worker of this user's clusters."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if line.startswith(b"ray::Worker"):
            found.append(int(entry.name))
    return found


def clustered(folder: Path) -> tuple[int, float, str]:
    """Denoise by two workers and kill one as soon as there is a first result; how many were killed, seconds, words."""
    started, killed = time.monotonic(), 0
    options = ["--engine", "ray", "--jobs", "2", "--manifest", str(folder / "made.jsonl")]
    command = [*COMMAND, str(folder / "in"), "-o", str(folder / "out"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        while running.poll() is None and not killed:
            there = list((folder / "out").glob("*.png")) if (folder / "out").is_dir() else []
            if there and (found := workers()):
                os.kill(found[0], signal.SIGKILL)
                killed = 1
            time.sleep(0.02)
        told = running.communicate()[0]
    assert running.returncode == 0, told
    return killed, time.monotonic() - started, told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        photos(folder, IMAGES, 256)
        alone = [*COMMAND, str(folder / "in"), "-o", str(folder / "alone"), "--threads", "1"]
        started = time.monotonic()
        subprocess.run(alone, check=True, capture_output=True)
        by_one = time.monotonic() - started
        killed, seconds, told = clustered(folder)
        one, many = (digest(folder / name, "*") for name in ("alone", "out"))
        assert one == many, "other bytes than without a cluster"
        states = [json.loads(line).get("state") for line in (folder / "made.jsonl").read_text().splitlines()]
        assert states.count("denoised") == IMAGES, states
        assert not list((folder / "out").glob(".*")), "temporary files stayed"
        print(f"{IMAGES} images by two workers in {seconds:.1f} s, {killed} of them killed: the same bytes")
        print(f"by one process in {by_one:.1f} s; both with all that it takes to start")
