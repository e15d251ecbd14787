"""Hundreds of planes within --memory: does the process stay in it, and how quiet is the sequence in time?

    python -m benchmarks.scale.stacks [PLANES [MEMORY [MODEL]]]        # 300 planes of 512 x 512 within 200MB

A scene at rest with white noise of 20/255, its own in each plane, is denoised as one sequence in a process of its own.
Told are by how much the process grew at its highest, over one that had two planes of 64 x 64, against what
was allowed and what the planes take unpacked, and how much pixels change from plane to plane: sigma in time, before
and after, and as `--sequence` tells it. Linux only.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tifffile
from skimage import data

from benchmarks.measuring import tell_and_keep

SIGMA = 20 / 255
SIDE = 512


def stack(path: Path, planes: int, side: int = SIDE) -> None:
    """The photographer, again and again, with other noise."""
    scene = data.camera()[:side, :side].astype(np.float32) / 255
    chance = np.random.default_rng(0)
    with tifffile.TiffWriter(path) as writer:
        for _ in range(planes):
            noisy = scene + SIGMA * chance.standard_normal(scene.shape, np.float32)
            plane = np.rint(noisy.clip(0, 1) * 65535).astype(np.uint16)
            writer.write(plane, photometric="minisblack", contiguous=False)


def peak(*arguments: str) -> tuple[int, str]:
    """The most memory that a command held, in bytes, and what it said."""
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "print(done.stderr)"
    )
    command = [sys.executable, "-c", code, sys.executable, "-m", "grainless", *arguments]
    highest, _, told = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.partition("\n")
    return 1024 * int(highest), told


def change(path: Path) -> float:
    """Sigma in time of a stack, times 255: the root of half the mean square from plane to plane."""
    with tifffile.TiffFile(path) as file:
        total, last = [], None
        for page in file.pages:
            now = page.asarray().astype(np.float64) / 257
            if last is not None:
                total.append(np.mean((now - last) ** 2) / 2)
            last = now
    return float(np.sqrt(np.mean(total)))


def measured(planes: int, memory: str, model: str = "auto") -> dict[str, object]:
    """What became of a stack of so many planes."""
    with tempfile.TemporaryDirectory() as folder:
        source, target, small = (Path(folder) / f"{name}.tif" for name in ("stack", "clean", "small"))
        stack(source, planes)
        stack(small, 2, 64)
        how = ("--sequence", "--memory", memory, "--threads", "1", "--model", model)
        started, _ = peak("denoise", str(small), *how)
        highest, told = peak("denoise", str(source), "-o", str(target), *how)
        said = re.search(r"sigma ([\d.]+)/255, and now by ([\d.]+)/255", told)
        assert said, told
        return {
            "planes": planes,
            "allowed": memory,
            "grew, MB": (highest - started) / 1e6,
            "file, MB": source.stat().st_size / 1e6,
            "in floats, MB": 4e-6 * planes * SIDE**2,
            "sigma in time before": change(source),
            "after": change(target),
            "as it was told": " and ".join(said.groups()),
        }


if __name__ == "__main__":
    number, allowed = int((sys.argv[1:2] or ["300"])[0]), (sys.argv[2:3] or ["200MB"])[0]
    tell_and_keep(
        "-".join(["scale/stacks", *(Path(model).name for model in sys.argv[3:4])]),
        [measured(number, allowed, *sys.argv[3:4])],
        "A stack of 512 x 512, 16 bits; sigma in time times 255",
    )
