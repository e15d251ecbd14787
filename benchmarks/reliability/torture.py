"""Kills with kill -9 at random moments, starts again, and looks at what comes out: the same bytes, nothing beside.

    python -m benchmarks.reliability.torture [--kills 50] [--seed 0] [SCENARIO...]

`make torture` runs all, and writes docs/reliability.md. Each scenario is run once undisturbed. Then it is run in
another folder and killed at a moment drawn evenly over the time that the undisturbed run took; the next start is the
command that a person would type to go on. When it has come to its end, its results are compared byte by byte, no
temporary file may lie in the folder, and it begins anew, until there were so many kills. The processes are forked from
one that has imported all that a rehearsal needed: a kill meets the work, not the imports. Figures of several calls,
each with a seed of its own, add up in results/reliability/torture.jsonl; with --kills 0 nothing runs, and --page is
written of them.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import numpy as np
import PIL.Image

from benchmarks.measuring import RESULTS, machine
from grainless.cli.main import main as command_line
from grainless.disk.temporary import is_left_over

LOST = 60
"""Kills in a row without an end: a scenario that never gets there is broken."""

TINY = """
seed = 3
[data]
name = "digits"
validation = 100
test = 40
[noise]
name = "gaussian"
sigma = 0.3
clip = true
[network]
name = "dense"
encoder = []
code = 8
decoder = []
[learn]
loss = "bce"
[train]
epochs = {epochs}
batch = 64
"""

Digest = dict[str, str]


@dataclass(frozen=True)
class Scenario:
    """A command that is killed.

    Args:
        prepare: makes its inputs in a folder.
        arguments: of the command line that begins, or goes on, in the folder.
        outcome: what must come out the same, by name, of the folder and of what was printed at the end.
    """

    prepare: Callable[[Path], object]
    arguments: Callable[[Path], list[str]]
    outcome: Callable[[Path, str], Digest]


def rehearsed(arguments: Sequence[str], root: Path) -> None:
    """Run the command line once in a process of its own, and import here all that it imported there.

    Raises:
        AssertionError: it failed.
    """
    log, names = root / "log", root / "modules"
    assert ended(forked(arguments, log, after=lambda: names.write_text("\n".join(sys.modules)))) == 0, (
        log.read_text()
    )
    for name in names.read_text().splitlines():
        with contextlib.suppress(Exception):  # a name that only its package can import
            import_module(name)


def forked(
    arguments: Sequence[str],
    log: Path,
    *,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> int:
    """Start the command line in a process of its own; its number."""
    sys.stdout.flush()
    number = os.fork()
    if number:
        return number
    status = 70
    try:
        with log.open("wb") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        before()
        sys.argv = ["grainless", *arguments]
        command_line()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            after()
        os._exit(status)


def ended(number: int) -> int:
    """Its exit status; of one that was killed, minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def killed(number: int, seconds: float) -> int | None:
    """Kill -9 after so many seconds; its exit status if it came to its end before."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(number, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(number, signal.SIGKILL)
    status = ended(number)
    return status if status >= 0 else None


def tortured(scenario: Scenario, root: Path, kills: int, chance: random.Random) -> dict[str, object]:
    """The figures of a scenario.

    Raises:
        AssertionError: something came out otherwise, or a temporary file stayed.
    """
    calm, log, first = root / "calm", root / "log", root / "first"
    for folder in (first, calm):
        scenario.prepare(folder)
    rehearsed(scenario.arguments(first), root)
    started = time.monotonic()
    assert ended(forked(scenario.arguments(calm), log)) == 0, log.read_text()
    seconds = time.monotonic() - started
    wanted = scenario.outcome(calm, log.read_text())
    counted = ends = row = 0
    while counted < kills or row:
        folder = root / f"killed-{ends}"
        if not row:
            scenario.prepare(folder)
        moment = chance.uniform(0, 1.1 * seconds * (1 + row / 10))  # on a busy machine all takes longer
        status = killed(forked(scenario.arguments(folder), log), moment)
        if status is None:
            counted, row = counted + 1, row + 1
            assert row < LOST, f"{row} kills in a row, and no end"
            continue
        assert status == 0, f"after {row} kills: {log.read_text()}"
        compared(scenario.outcome(folder, log.read_text()), wanted)
        left = [str(path) for path in folder.rglob("*") if is_left_over(path)]
        assert not left, f"temporary files stayed: {left}"
        ends, row = ends + 1, 0
        shutil.rmtree(folder)
    return {"kills": counted, "ends": ends, "seconds": seconds, "files": len(wanted)}


def compared(found: Digest, wanted: Digest) -> None:
    differ = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    assert not differ, f"others than without a kill: {differ}"


def digest(folder: Path, *patterns: str) -> Digest:
    """Of files, by their names below a folder."""
    found = (path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in found}


# The scenarios


def photos(folder: Path, count: int = 10, side: int = 128) -> None:
    """Noisy pictures, always the same."""
    chance = np.random.default_rng(1)
    (folder / "in").mkdir(parents=True)
    for number in range(count):
        ramp = np.linspace(60, 190, side)[:, None] + chance.normal(0, 20, (side, side))
        PIL.Image.fromarray(ramp.clip(0, 255).astype(np.uint8)).save(folder / "in" / f"{number}.png")


def recipe(epochs: int) -> Callable[[Path], None]:
    def written(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "tiny.toml").write_text(TINY.format(epochs=epochs))

    return written


def training(folder: Path) -> list[str]:
    begun = ["--resume"] if (folder / "run" / "recipe.toml").is_file() else []
    return ["train", str(folder / "tiny.toml"), "--out", str(folder / "run"), *begun]


def trials(_folder: Path, printed: str) -> Digest:
    """The rows of a search; a trial that was killed takes a number of its own, so these are left out."""
    rows = json.loads(printed[printed.index("{\n") :])["trials"]
    told = sorted(json.dumps({key: value for key, value in row.items() if key != "trial"}) for row in rows)
    return {str(number): row for number, row in enumerate(told)}


SCENARIOS = {
    "denoise": Scenario(
        photos,
        lambda at: [
            "denoise",
            f"{at}/in",
            "-o",
            f"{at}/out",
            "--threads",
            "1",
            "--manifest",
            f"{at}/made.jsonl",
        ],
        lambda at, _: digest(at, "out/*"),
    ),
    "pack": Scenario(
        lambda at: photos(at, 150, 60),
        lambda at: ["pack", f"{at}/in", f"{at}/out", "--size", "60kB"],
        lambda at, _: digest(at, "out/*.tar"),
    ),
    "train": Scenario(recipe(4), training, lambda at, _: digest(at, "run/model.onnx")),
    "sweep": Scenario(
        recipe(2),
        lambda at: ["sweep", f"{at}/tiny.toml", "--over", "network.code=2,8", "--out", f"{at}/runs"],
        lambda at, _: digest(at, "runs/*/model.onnx"),
    ),
    "tune": Scenario(
        recipe(2),
        lambda at: [
            *("tune", f"{at}/tiny.toml", "--over", "train.rate=1e-4..1e-1", "--trials", "3"),
            *("--out", f"{at}/search", "--json"),
        ],
        trials,
    ),
}


def served(root: Path, kills: int, chance: random.Random) -> dict[str, object]:
    """A server, killed while it works on a request; the next one gives what the first gave."""
    for module in ("grainless.server.serve", "grainless.denoising.process", "onnxruntime"):
        import_module(module)
    photos(root, 1, 512)
    sent, log = (root / "in" / "0.png").read_bytes(), root / "log"
    wanted = b""
    seconds, counted, ends = 0.0, 0, 0
    while counted < kills:
        port = free_port()
        number = forked(["serve", "--port", str(port)], log)
        first = asked(port, sent) if counted % 10 == 0 else wanted
        started = time.monotonic()
        if counted % 10 == 0:
            asked(port, sent)
            seconds, ends = time.monotonic() - started, ends + 1
        wanted = wanted or first
        assert first == wanted, "another answer than before"
        waiting = started_request(port, sent)
        os.kill(number, signal.SIGKILL) if killed(
            number, chance.uniform(0, 1.2 * seconds)
        ) is not None else None
        waiting.close()
        counted += 1
    left = [str(path) for path in root.rglob("*") if is_left_over(path)]
    assert not left, f"temporary files stayed: {left}"
    return {"kills": counted, "ends": ends, "seconds": seconds, "files": 1}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def asked(port: int, sent: bytes) -> bytes:
    """What the server makes of a picture, as soon as it is up."""
    request = urllib.request.Request(f"http://localhost:{port}/api/denoise", sent, method="POST")
    for _ in range(600):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return bytes(answer.read())
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.05)
    raise AssertionError("the server did not come up")


def started_request(port: int, sent: bytes) -> socket.socket:
    """A request whose answer nobody waits for."""
    for _ in range(600):
        try:
            waiting = socket.create_connection(("localhost", port))
        except ConnectionError:
            time.sleep(0.05)
            continue
        head = f"POST /api/denoise HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {len(sent)}\r\n\r\n"
        waiting.sendall(head.encode() + sent)
        return waiting
    raise AssertionError("the server did not come up")


def figures(name: str, kills: int, seed: int) -> dict[str, object]:
    """Torture of one scenario, in a folder that goes."""
    chance = random.Random(f"{name} {seed}")
    with tempfile.TemporaryDirectory() as root:
        if name == "serve":
            return served(Path(root), kills, chance)
        return tortured(SCENARIOS[name], Path(root), kills, chance)


def table(kept: Sequence[dict[str, float]]) -> str:
    """The sums of all that was kept, a row each scenario."""
    lines = ["| | kills | ends, each with the same bytes | undisturbed, s | temporary files left |"]
    lines.append("|---|---|---|---|---|")
    for name in [*SCENARIOS, "serve"]:
        rows = [row for row in kept if row["name"] == name]
        if rows:
            kills, ends = (sum(row[key] for row in rows) for key in ("kills", "ends"))
            seconds = min(row["seconds"] for row in rows)
            lines.append(f"| {name} | {kills} | {ends} | {seconds:.1f} | 0 |")
    return "\n".join(lines)


def write(page: Path, kept: Sequence[dict[str, float]]) -> None:
    """Put the table in its place on the page."""
    text, (first, last) = page.read_text("utf-8"), ("<!-- torture -->", "<!-- end -->")
    before, after = text.partition(first)[0], text.partition(last)[2]
    note = (
        f"{machine()['processor']}, one thread; by `benchmarks/reliability/torture.py`, in {len(kept)} calls."
    )
    page.write_text(f"{before}{first}\n{table(kept)}\n\n{note}\n{last}{after}", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--record", type=Path, default=RESULTS / "reliability/torture.jsonl", help="figures are added to it"
    )
    parser.add_argument("--page", type=Path, help="its table is written of all that was kept")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    record = given.record
    record.parent.mkdir(exist_ok=True)
    for scenario in (given.scenarios or [*SCENARIOS, "serve"]) if given.kills else ():
        row = {"name": scenario, **figures(scenario, given.kills, given.seed), "seed": given.seed}
        print(json.dumps(row), flush=True)
        with record.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(row) + "\n")
    if given.page:
        write(given.page, [json.loads(line) for line in record.read_text("utf-8").splitlines()])
