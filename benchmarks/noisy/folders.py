"""What `grainless train --noisy DIR` comes to in a minute or two, by each method, on frames of one microscope.

    python -m benchmarks.noisy.folders [FOLDER [METHOD...]]      each method trains for a minute or two

Steps are counted, not seconds, so that other work on the computer changes nothing: as many of each method as take a
minute on one busy core; steps of "neighbours" show images of half the size, and are twice as many.

Folders: "fish", the 16 tiles of 128 x 128 pixels of a confocal frame; "bacteria", the upper left nine tiles of each
of three frames of bacteria, in bytes, two thirds of white being their 99.9 % brightest. The model that comes out, and
grey and --adapt beside it, denoise the whole frames; PSNR in dB against the mean of many, as in microscopes.py, to
which nobody looks before. Runs stay in runs/noisy-folders: what is there is judged only.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from benchmarks.microscopes import Specimen, specimens
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.image.image import Image
from grainless.learn.finetune.plan import plan
from grainless.learn.training import train

RUNS = Path("runs/noisy-folders")
SIDE, BRIGHTEST, WHITE = 128, 0.999, 1.5
FOLDERS = {"fish": ("confocal_fish", 512), "bacteria": ("myxo", 384)}
"""What names of frames begin with, and how far from their upper left corner tiles are cut."""

METHODS = {"calibrated": 5, "neighbours": 10}
"""Method -> steps of each of 20 epochs."""

Floats = np.ndarray


def frames(folder: str) -> Iterator[tuple[Specimen, float]]:
    """Grey frames, and what of their scale is white."""
    begins, _ = FOLDERS[folder]
    for each in specimens():
        if each.name.startswith(begins) and len(each.noisy) == 1:
            yield each, float(np.quantile(each.noisy, BRIGHTEST)) * WHITE if folder == "bacteria" else 1.0


def cut(folder: str) -> Path:
    """The tiles, as files."""
    path, end, number = RUNS / folder, FOLDERS[folder][1], 0
    path.mkdir(parents=True, exist_ok=True)
    for each, white in frames(folder):
        whole = np.clip(each.noisy[0] / white, 0, 1)[:end, :end]
        for top in range(0, whole.shape[0] - SIDE + 1, SIDE):
            for left in range(0, whole.shape[1] - SIDE + 1, SIDE):
                tile = np.rint(255 * whole[top : top + SIDE, left : left + SIDE]).astype(np.uint8)
                Pillow.fromarray(tile).save(path / f"{number:03}.png")
                number += 1
    return path


def trained(folder: str, method: str) -> Path:
    out = RUNS / f"{folder}-{method}"
    if not out.is_dir():
        changes = [f"learn.name={method}", "train.epochs=20", f"train.steps={METHODS[method]}"]
        planned = plan(out, noisy=cut(folder), minutes=1.0, changes=changes)
        print(*planned.remarks, sep="\n", flush=True)
        train(planned.recipe, out, data=planned.data)
    return out


def tell(folder: str, methods: tuple[str, ...]) -> None:
    ways = {"grey": Policy("grey"), "--adapt": Policy(adapt=True)}
    ways |= {method: Policy(trained(folder, method)) for method in methods}
    for each, white in frames(folder):
        noisy = np.clip(each.noisy / white, 0, 1).astype(np.float32)
        made = {name: each.score(process(Image(noisy), way)[0].pixels * white) for name, way in ways.items()}
        scores = ", ".join(f"{name} {score:.2f}" for name, score in made.items())
        print(f"{each.name}: noisy {each.score(each.noisy):.2f}, {scores} dB", flush=True)


if __name__ == "__main__":
    for name in sys.argv[1:2] or FOLDERS:
        tell(name, tuple(sys.argv[2:]) or METHODS)
