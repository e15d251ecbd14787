"""What the HTTP API costs over the same call in Python: all but looking at the noise and the model, which both share.

    python -m benchmarks.web.overhead        # on quiet cores a minute

A megapixel goes to a server of its own and through `grainless.process` here, in turns, the order changing each time.
The model gives each pixel back a little darker, at next to no cost, and the look at the noise gives a report that was
made before, on both sides: both would cost a hundred times what is measured, and vary by more. What is left is
reading, blending and writing the file, on both sides, and HTTP. Python works in a second thread, as the server does:
in the first one glibc gives large arrays back to the system each time, which costs more than HTTP does. Told is the
difference, pair by pair: the median with its 95 % interval, by the clock and of the processor's time of all who take
part, from the system's own count of nanoseconds.
"""

import contextlib
import http.client
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import grainless
from benchmarks.measuring import median_with_interval, tell_and_keep
from benchmarks.web.hosting import served
from benchmarks.web.serving import noisy, written
from grainless.cli.main import main as command_line
from grainless.denoising import process as heart
from grainless.denoising.policy import Policy
from grainless.image.files import decode, encode
from grainless.inspection import measure
from grainless.model.card import KEY, Card

PAIRS = 41
FILES: dict[str, dict[str, Any]] = {"BMP": {}, "PNG": {}, "JPEG": {"quality": 92}}
GOAL = 20  # ms


def without_looking() -> None:
    """In this process the look at the noise is a report that was made before."""
    report = measure(np.zeros((64, 64, 3), np.uint8))
    heart.look = lambda *_: report


def free_model(folder: Path) -> None:
    """A run called "free" whose model gives each pixel back a little darker."""
    card = Card("free", 3, reach=0, bytes_a_pixel=1.0)
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3, "h", "w"])
        for name in ("noisy", "denoised")
    ]
    node = helper.make_node("Mul", ["noisy", "factor"], ["denoised"])
    factor = numpy_helper.from_array(np.array(0.97, np.float32), "factor")
    model = helper.make_model(
        helper.make_graph([node], "free", ends[:1], ends[1:], [factor]),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    helper.set_model_props(model, {KEY: card.to_json()})
    (folder / "runs/free").mkdir(parents=True)
    onnx.save(model, folder / "runs/free/model.onnx")


def spent(process: int | None) -> float:
    """Seconds of the processor that a process took; None: this one. In nanoseconds, of all its threads."""
    if process is None:
        return time.process_time()
    total = 0
    for task in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended
            total += int((task / "schedstat").read_text("ascii").split()[0])
    return total / 1e9


def overhead(folder: Path) -> list[dict[str, Any]]:
    free_model(folder)
    without_looking()
    policy, rows = Policy(folder / "runs/free"), []
    command = (sys.executable, "-m", "benchmarks.web.overhead", "serve")
    with served(folder, *command) as (address, server), ThreadPoolExecutor(1) as thread:
        line = http.client.HTTPConnection(address)
        for form, options in FILES.items():
            data = written(noisy(1000, 1000), form, **options)

            def ours(data: bytes = data) -> bytes:
                line.request("POST", "/api/denoise?model=free", data)
                answer = line.getresponse()
                content = answer.read()
                assert answer.status == 200, content
                return content

            def in_thread(data: bytes = data, form: str = form) -> bytes:
                image, _ = heart.process(next(decode(data)), policy)
                return encode([image], form)

            def python(work: Callable[[], bytes] = in_thread) -> bytes:
                return thread.submit(work).result()

            assert ours() == python()
            rows.append({"file": form, "MB": len(data) / 1e6} | compared(ours, python, server))
    return rows


def compared(ours: Callable[[], object], theirs: Callable[[], object], server: int) -> dict[str, float]:
    """Milliseconds of both, and what ours takes over theirs."""
    pairs = []
    for turn in range(PAIRS + 1):
        order = (ours, theirs) if turn % 2 else (theirs, ours)
        times = {work: timed(work, server) for work in order}
        pairs.append((*times[ours], *times[theirs]))
    pairs = 1e3 * np.array(pairs[1:])  # in the first, memory is fetched
    clock = median_with_interval(pairs[:, 0] - pairs[:, 2])
    processor = median_with_interval(pairs[:, 1] - pairs[:, 3])
    return {
        "HTTP, ms": float(np.median(pairs[:, 0])),
        "Python, ms": float(np.median(pairs[:, 2])),
        "over, ms": clock[1],
        "low": clock[0],
        "high": clock[2],
        "the processor's, ms": processor[1],
        "its low": processor[0],
        "its high": processor[2],
    }


def timed(work: Callable[[], object], server: int) -> tuple[float, float]:
    clock, taken = time.perf_counter(), spent(None) + spent(server)
    work()
    seconds = time.perf_counter() - clock
    return seconds, spent(None) + spent(server) - taken


ABOUT = (
    f"A megapixel over HTTP and in Python, but for look and model (version {grainless.__version__}); "
    f"medians of {PAIRS} pairs with 95 % intervals; at most {GOAL} ms are wanted"
)

if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        without_looking()
        command_line()
    else:
        with tempfile.TemporaryDirectory() as place:
            tell_and_keep("web/overhead", overhead(Path(place)), ABOUT)
