"""What a step of system A spends on its batch, and whether memory stays flat.

    python -m benchmarks.training.feeding

Feeding is slicing 128 of 60,000 images, turning bytes into floats and moving them to the device. Target: under
3 % of a step. Memory is what the process holds after each of five epochs (Linux only).
"""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measuring import Turn, median_with_interval, tell_and_keep
from benchmarks.training.systems import SYSTEMS
from grainless.cli.allocator import keep_freed_memory
from grainless.data.images import Images
from grainless.learn.batches.batches import Whole
from grainless.learn.batches.draw import TorchDraw

ROUNDS = 11
SYSTEM = SYSTEMS["A"]


def feeding() -> Turn:
    """An epoch of batches from as many images as MNIST has; the seconds a batch took."""
    bytes_ = np.random.default_rng(7).integers(0, 256, (60_000, *SYSTEM.shape), dtype=np.uint8)
    feed = Whole(Images.of(bytes_), batch=SYSTEM.batch)

    def turn() -> float:
        started = time.perf_counter()
        for _ in feed(TorchDraw.seeded(7)):
            pass
        return (time.perf_counter() - started) / feed.steps

    return turn


def noising() -> Turn:
    """The recipe's noise on one batch, twenty times; the seconds a batch took."""
    scene = next(Whole(SYSTEM.images(), batch=SYSTEM.batch)(TorchDraw.seeded(7)))
    method, draw = SYSTEM.parts.method(), TorchDraw.seeded(7)

    def turn() -> float:
        started = time.perf_counter()
        for _ in range(20):
            method(scene, draw)
        return (time.perf_counter() - started) / 20

    return turn


def shares() -> list[dict[str, object]]:
    """Feeding and noise, each as a share of a step; the three take turns."""
    turns = {"feeding": feeding(), "noise": noising(), "step": SYSTEM.turn()}
    for turn in turns.values():
        turn()
    seconds = {name: np.array(each) for name, each in zip(turns, _rounds(list(turns.values())), strict=True)}
    rows = []
    for name in ("feeding", "noise"):
        low, middle, high = median_with_interval(100 * seconds[name] / seconds["step"])
        rows.append(
            {
                "of a step": name,
                "ms": float(np.median(seconds[name]) * 1e3),
                "%": middle,
                "low": low,
                "high": high,
            }
        )
    return rows


def memory() -> list[dict[str, object]]:
    """Megabytes that the process holds after each epoch."""
    turn = replace(SYSTEM, steps=50).turn()
    rows = []
    for epoch in range(1, 6):
        turn()
        rows.append({"after epoch": epoch, "MB": resident() / 1e6})
    return rows


def resident() -> int:
    """Bytes of this process in memory."""
    pages = Path("/proc/self/statm").read_text("utf-8").split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


def _rounds(turns: list[Turn]) -> list[tuple[float, ...]]:
    return list(zip(*([turn() for turn in turns] for _ in range(ROUNDS)), strict=True))


if __name__ == "__main__":
    keep_freed_memory()
    tell_and_keep("training/feeding", shares(), "What a step of system A spends on its batch")
    if Path("/proc/self/statm").is_file():
        tell_and_keep("training/memory", memory(), "Memory over five epochs of system A, 50 steps each")
