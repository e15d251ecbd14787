"""The size of tiles: seconds and memory that an image takes, cut into tiles of several sizes.

    OMP_NUM_THREADS=1 python -m benchmarks.speed.tiles

Sizes take turns on one image, each in a process of its own; each time is told as a multiple of that of the chosen
size in the same round. The network is a U-Net of 32, 64, 128 maps, 2 blocks, folded by 2, with random weights: they
change neither time nor memory. Memory is the growth of the process' peak while it runs. Then the same for the ways
in which onnxruntime may be told to run.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.measuring import tell_and_keep
from grainless.model import devices
from grainless.model.denoiser import TILE, load

SIDES = (384, 512, 768, 1024, 1536, 2048)
SETTINGS = {
    "chosen": {},
    "spinning": {"spinning": "1"},
    "no arena": {"arena": False},
}


def model(folder: Path) -> Path:
    """The network as an ONNX file."""
    import torch

    from grainless.learn.export import export
    from grainless.learn.networks.unet import UNet
    from grainless.model.card import Card

    network = UNet(widths=(32, 64, 128), blocks=2, fold=2, bias=False)
    card = Card("unet", network.channels, None, network.multiple, network.least, network.reach)
    path = folder / "unet.onnx"
    export(network, path, card, torch.rand(1, 1, 64, 64))
    return path


def once(path: Path, size: tuple[int, int], tile: int, arena: bool, spinning: str) -> dict[str, float]:
    """The processor's seconds, which a busy machine changes least, and growth in MB of one image, in this process."""
    default = devices._options

    def options(threads: int | None = None) -> onnxruntime.SessionOptions:
        chosen = default(threads)
        chosen.enable_cpu_mem_arena = arena
        chosen.add_session_config_entry("session.intra_op.allow_spinning", spinning)
        return chosen

    devices._options = options
    denoiser = load(path)
    noisy = np.random.default_rng(0).random((1, 1, *size), dtype=np.float32)
    denoiser.run(noisy[:, :, :64, :64])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    denoiser.run(noisy, tile=tile)
    seconds = time.process_time() - started
    return {"seconds": seconds, "MB": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def apart(
    path: Path, size: tuple[int, int], tile: int, arena: bool = True, spinning: str = "0"
) -> dict[str, float]:
    """`once` in a process of its own."""
    given = json.dumps([str(path), size, tile, arena, spinning])
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed.tiles", "--once", given],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(run.stdout)


def rows(path: Path, size: tuple[int, int], rounds: int) -> list[dict[str, float | str]]:
    """A row for each size of tiles, then for each setting."""
    pixels = size[0] * size[1]
    ways = {f"tiles of {side}²": {"tile": side**2} for side in SIDES} | {"whole": {"tile": pixels * 2}}
    ways |= {name: {"tile": TILE} | setting for name, setting in SETTINGS.items()}
    measured = [{name: apart(path, size, **way) for name, way in ways.items()} for _ in range(rounds)]
    return [
        {
            "way": name,
            "s a megapixel": float(np.median([each[name]["seconds"] for each in measured])) / pixels * 1e6,
            "times chosen": float(
                np.median([each[name]["seconds"] / each["chosen"]["seconds"] for each in measured])
            ),
            "growth, MB": float(np.median([each[name]["MB"] for each in measured])),
        }
        for name in ways
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, nargs=2, default=(2000, 3000))
    asked = parser.parse_args()
    if asked.once:
        file, size, *rest = json.loads(asked.once)
        print(json.dumps(once(Path(file), tuple(size), *rest)))
    else:
        with tempfile.TemporaryDirectory() as folder:
            os.environ.setdefault("OMP_NUM_THREADS", "1")
            found = rows(model(Path(folder)), tuple(asked.size), asked.rounds)
        tell_and_keep("speed/tiles", found, f"Tiles on {asked.size[0]} x {asked.size[1]} pixels, grey")
