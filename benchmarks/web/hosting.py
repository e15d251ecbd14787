"""What benchmarks of the page stand on: a server, a static host, a Chromium, and what their processes take."""

import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from grainless.web.site import write_site

CHROMIUM = os.environ.get("GRAINLESS_CHROMIUM") or shutil.which("chromium")
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@contextmanager
def served(folder: Path, *command: str) -> Iterator[tuple[str, int]]:
    """`grainless serve`, or what serves in its place, in a process of its own: host:port, and its process."""
    command = (*(command or (sys.executable, "-m", "grainless", "serve")), "--port", "0")
    paths = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path)
    }  # what is served in its place lies where this does
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=paths) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[3].removeprefix("http://").rstrip("/"), server.pid
        finally:
            server.terminate()


@contextmanager
def site() -> Iterator[str]:
    """The static site behind a plain host of files."""
    with tempfile.TemporaryDirectory() as place:
        write_site(Path(place) / "out")
        handler = partial(Quiet, directory=f"{place}/out")
        host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}/"
        host.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Tells nothing of each request."""

    def log_message(self, *_: object) -> None: ...


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def processor(process: int) -> float:
    """Seconds of the processor that a process took."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def browsers(what: str) -> float:
    """Of this process's Chromium, all its processes together: "memory", GB now; "processor", seconds so far."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,comm"], capture_output=True, text=True, check=True)
    parents = {}
    for line in listed.stdout.splitlines()[1:]:
        pid, parent, name = line.split(None, 2)
        parents[int(pid)] = (int(parent), name)

    def ours(pid: int) -> bool:
        while pid in parents and pid != os.getpid():
            pid = parents[pid][0]
        return pid == os.getpid()

    found = [pid for pid, (_, name) in parents.items() if name.startswith("chrom") and ours(pid)]
    if what == "memory":
        return sum(_kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") for pid in found) / 1e6
    return sum(processor(pid) for pid in found)


def _kilobytes(file: Path, word: str) -> int:
    try:
        return next(
            int(line.split()[1]) for line in file.read_text("utf-8").splitlines() if line.startswith(word)
        )
    except (OSError, StopIteration):
        return 0  # it has ended


def peak(process: int) -> float:
    return _kilobytes(Path(f"/proc/{process}/status"), "VmHWM:") / 1e6
