"""Denoising as a person meets it: whole processes, memory by the size of an image, onnxruntime beside PyTorch.

    python -m benchmarks.speed.denoising              # all three; minutes
    python -m benchmarks.speed.denoising processes    # or: memory, runtimes

processes: seconds from the start of a command to its end, the best of five. memory: growth of the peak of
`grainless denoise` over that on a small image, on PNG of 1 and 10 and TIFF of 100 megapixels, the last also with
--memory 1GB. runtimes: each network of ours, its ONNX file in onnxruntime beside the network in PyTorch, in turns.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import PIL.Image
import tifffile
import torch

from benchmarks.measuring import compare, tell_and_keep
from grainless.learn.export import export
from grainless.learn.networks import NETWORKS
from grainless.model.card import Card

GRAINLESS = [sys.executable, "-m", "grainless"]
PEAK = """
import re, sys
from pathlib import Path
from grainless.cli.main import main
try:
    main()
finally:  # ru_maxrss would begin at the parent's
    print("PEAK", re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""
NETS: dict[str, dict[str, Any]] = {
    "dense": {"size": (28, 28)},
    "coded": {"size": (28, 28)},
    "pooled": {},
    "stacked": {"padding": "same"},
    "dncnn": {},
    "unet": {"widths": [32, 64, 128], "blocks": 2, "fold": 2, "bias": False},
    "low-light": {"channels": 3},
}


def noisy(height: int, width: int, channels: int = 1) -> np.ndarray:
    """A soft scene with noise of sigma 20, in 8 bits."""
    scene = 128 + 60 * np.sin(np.arange(height) / 90)[:, None, None] * np.cos(np.arange(width) / 120)[:, None]
    chance = np.random.default_rng(0)
    bands = [scene[at : at + 64] for at in range(0, height, 64)]
    noised = [band + 20 * chance.standard_normal((*band.shape[:2], channels)) for band in bands]
    return np.concatenate([band.clip(0, 255).astype(np.uint8) for band in noised]).squeeze()


def processes(folder: Path) -> list[dict[str, Any]]:
    """Seconds of whole commands."""
    grey, colour = folder / "grey.png", folder / "colour.png"
    PIL.Image.fromarray(noisy(512, 512)).save(grey)
    PIL.Image.fromarray(noisy(512, 512, 3)).save(colour)
    to = ("-o", folder / "out.png", "--overwrite")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "grainless --help": [*GRAINLESS, "--help"],
        "grainless inspect, 512 x 512 grey": [*GRAINLESS, "inspect", grey],
        "grainless denoise, 512 x 512 grey": [*GRAINLESS, "denoise", grey, *to],
        "grainless denoise, 512 x 512 colour": [*GRAINLESS, "denoise", colour, *to],
    }
    return [
        {"command": name, "seconds": min(_seconds(command) for _ in range(5))}
        for name, command in commands.items()
    ]


def memory(folder: Path) -> list[dict[str, Any]]:
    """The peak of denoising images of several sizes."""
    small = _peak(folder, "small.png", 64, 64)
    rows = []
    for name, height, width, options in (
        ("1.png", 1000, 1000, ()),
        ("10.png", 2500, 4000, ()),
        ("100.tif", 10_000, 10_000, ()),
        ("100.tif", 10_000, 10_000, ("--memory", "1GB")),
    ):
        rows.append(
            {
                "image": f"grey {name.rpartition('.')[2].upper()}, {height * width / 1e6:.0f} megapixels",
                "options": " ".join(options),
                "growth, MB": (_peak(folder, name, height, width, *options) - small) / 1e3,
            }
        )
    return rows


def runtimes(folder: Path) -> list[dict[str, Any]]:
    """Milliseconds of an image in onnxruntime and in PyTorch."""
    rows = []
    for name, options in NETS.items():
        torch.manual_seed(0)
        network = NETWORKS[name](**{"channels": 1, **options}).eval()
        height, width = network.size or (256, 256)
        batch = 64 if network.size else 1
        image = torch.rand(batch, network.channels, height, width)
        path = folder / f"{name}.onnx"
        card = Card(name, network.channels, network.size, network.multiple, network.least)
        export(network, path, card, image)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        given = {session.get_inputs()[0].name: image.numpy()}

        def ours(session: Any = session, given: Any = given) -> float:
            return _timed(lambda: session.run(None, given))

        def theirs(network: Any = network, image: Any = image) -> float:
            with torch.inference_mode():
                return _timed(lambda: network(image))

        found = compare(ours, theirs, pairs=9)
        names = {"ours, ms": "onnxruntime, ms", "theirs, ms": "PyTorch, ms"}
        told = {names.get(key, key): value for key, value in found.items()}
        rows.append({"network": name, "images": f"{batch} x {height} x {width}", **told})
    return rows


def _peak(folder: Path, name: str, height: int, width: int, *options: str) -> int:
    """Of a process that denoises such an image, at most, in kB."""
    path = folder / name
    if not path.exists() and path.suffix == ".tif":
        tifffile.imwrite(path, noisy(height, width), photometric="minisblack", rowsperstrip=256)
    elif not path.exists():
        PIL.Image.fromarray(noisy(height, width)).save(path)
    out = folder / f"out{path.suffix}"
    command = [sys.executable, "-c", PEAK, "denoise", path, "-o", out, "--overwrite", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stderr.split("PEAK")[-1])


def _seconds(command: list[Any]) -> float:
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


ABOUT = {
    "processes": "Whole processes, the best of five",
    "memory": "What grainless denoise takes over what it takes for 64 x 64 pixels",
    "runtimes": "onnxruntime beside PyTorch; ratio: onnxruntime's time over PyTorch's",
}
TABLES = {"processes": processes, "memory": memory, "runtimes": runtimes}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for asked in sys.argv[1:] or TABLES:
            tell_and_keep(f"speed/denoising-{asked}", TABLES[asked](Path(place)), ABOUT[asked])
