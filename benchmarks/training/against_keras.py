"""A training step of ours against Keras on TensorFlow, networks as published. Targets: A 1.0, D 1.25, E 2, B 3 times.

    python -m venv build/keras && build/keras/bin/pip install tensorflow
    python -m benchmarks.training.against_keras build/keras/bin/python

TensorFlow lives in an environment and a process of its own; the two take turns. OMP_NUM_THREADS holds for both; on
AMD's processors PyTorch's matrix products (Intel's MKL) are slower than TensorFlow's, which shows in D. Ours is
timed in bfloat16, too; Keras' is always in full precision.
"""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import Turn, compare, tell_and_keep
from benchmarks.training.systems import SYSTEMS, System
from grainless.cli.allocator import keep_freed_memory

PAIRS = 9
PRECISIONS = ["full", "half"]
"""Of ours."""
WORKER = Path(__file__).parent / "keras_steps.py"


def keras_turn(worker: "subprocess.Popen[str]", name: str, system: System) -> Turn:
    """An epoch in the other process; the seconds a step took."""
    rate = system.parts.training()["rate"]
    asked = json.dumps({"name": name, "batch": system.batch, "steps": system.steps, "rate": rate})

    def turn() -> float:
        print(asked, file=worker.stdin, flush=True)
        return float(worker.stdout.readline())

    return turn


if __name__ == "__main__":
    keep_freed_memory()
    python = sys.argv[1] if len(sys.argv) > 1 else "build/keras/bin/python"
    with subprocess.Popen(
        [python, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        rows = []
        for name, system in SYSTEMS.items():
            for precision in PRECISIONS:
                ours = system.turn(precision=precision)
                row = compare(keras_turn(worker, name, system), ours, pairs=PAIRS)
                times = {"keras, ms": row.pop("ours, ms"), "ours, ms": row.pop("theirs, ms")}
                rows.append({"system": name, "precision of ours": precision} | times | row)
    tell_and_keep(
        "training/against_keras", rows, "A training step: how many times as fast as Keras (95 % interval)"
    )
