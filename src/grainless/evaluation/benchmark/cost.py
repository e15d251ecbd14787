"""What a denoiser takes: seconds, cores and memory, measured in a process of its own.

python -m grainless.evaluation.benchmark.cost KIND NAME NOISY.npy SIGMA    # prints JSON
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grainless.errors import RunError
from grainless.evaluation.evaluate import Denoise, Task
from grainless.parts import make, spec

Array = NDArray[np.floating]
Kind = Literal["model", "baseline"]

SMALL = 64
"""Images of at most this side are run many at once; larger ones are repeated, mirrored, to one large image."""


def cost(kind: Kind, name: str, noisy: Array, sigma: float) -> dict[str, float | None]:
    """Run a denoiser twice in a process of its own; the second call is timed, alone.

    Args:
        kind: what `name` names.
        name: a model's name, file or run, or "auto"; or a baseline with its settings: "nlm:h=0.6,patch=5,distance=6".
        noisy: (n, c, h, w) float32.
        sigma: what a baseline is told.

    Returns:
        "seconds a megapixel"; "cores": seconds of processor time a second; "peak MB": by how much the process
        grew at most, the model's weights included, or None where the system does not tell (only Linux does).

    Raises:
        RunError: the process failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noisy.npy"
        np.save(path, noisy)
        command = [sys.executable, "-m", __name__, kind, name, str(path), repr(sigma)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RunError(f"The cost of {name} could not be measured: {last}")
    measured: dict[str, float | None] = json.loads(done.stdout)
    return measured


def sample(task: Task, side: int) -> Array:
    """About side x side noisy pixels of the task's first image, (n, c, h, w)."""
    noisy, _ = task.pair(0)
    height, width = noisy.shape[1:]
    if task.clean.size and max(height, width) <= SMALL:
        return np.repeat(noisy[None], max(1, round(side**2 / (height * width))), axis=0)
    beyond = [(0, max(0, side - length)) for length in (height, width)]
    return np.pad(noisy, [(0, 0), *beyond], mode="symmetric")[None, :, :side, :side]


def measure(kind: Kind, name: str, noisy: Array, sigma: float) -> dict[str, float | None]:
    """What `cost` gives, of this process."""
    make_it = _imported(kind)
    before = _peak()
    denoise = make_it(name)
    denoise(noisy, sigma)
    after = _peak()
    wall, worked = time.perf_counter(), time.process_time()
    denoise(noisy, sigma)
    wall, worked = time.perf_counter() - wall, time.process_time() - worked
    return {
        "seconds a megapixel": wall / (noisy.size / noisy.shape[1] / 1e6),
        "cores": worked / wall,
        "peak MB": None if before is None or after is None else (after - before) / 1e6,
    }


def _imported(kind: Kind) -> Any:
    """What makes the denoiser; the memory of what it imports is not the denoiser's."""
    if kind == "model":
        from grainless.evaluation.denoisers import model

        return model
    from grainless.evaluation.baselines import BASELINES

    def baseline(name: str) -> Denoise:
        return make("baseline", BASELINES, spec("baseline", name))

    return baseline


def _peak() -> int | None:
    """The most bytes that this process ever held.

    Not `ru_maxrss`: a child's begins at what its parent held.
    """
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return None
    peaks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return peaks[0] if peaks else None


def main() -> None:
    kind, name, path, sigma = sys.argv[1:]
    chosen: Kind = "model" if kind == "model" else "baseline"
    noisy = np.load(path, allow_pickle=False)
    os.write(1, json.dumps(measure(chosen, name, noisy, float(sigma))).encode())


if __name__ == "__main__":
    main()
