"""What planes before and after are worth: the same small network, start and steps, shown 0, 1 or 2 of them a side.

    python -m benchmarks.scale.neighbours [STEPS]        needs $GRAINLESS_DATA; a minute or two of a core for each row

Sequences are made of photographs: a crop of 128 x 128 pixels that moves by whole pixels from plane to plane, 0 to 2
down and 0 to 2 across, on another way in each; white noise of sigma 25/255, its own in each plane. Learned are
sequences of 300 photographs of BSD that are not in BSD68; judged is the middle plane of seven of each of the 68, moved
by 0, 1, 2 and 4 pixels a plane. PSNR in dB, mean over the 68, unclipped; seconds are of one core's time for a
megapixel denoised. All start from one network that was trained on planes alone for as many steps, and go on for as
many again. "noisy alone" is learned by the method "neighbours": noise is put on, and the clean planes are forgotten;
of crops of twice the side, which that method halves. What was trained lies in runs/neighbours, and a call that was
stopped goes on there.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import tifffile

from benchmarks.measuring import tell_and_keep
from grainless.cli.allocator import keep_freed_memory
from grainless.denoising.around import mirrored
from grainless.learn.run import Run
from grainless.learn.training import train
from grainless.model.denoiser import Denoiser, load

DATA = Path(os.environ["GRAINLESS_DATA"])
OUT = Path("runs/neighbours")
SIGMA, SIDE, PLANES, LEARNED = 25 / 255, 128, 7, 300
SPEEDS, AROUND = (0, 1, 2, 4), (0, 1, 2)
LEARNED_BY = {"given": "", "neighbours": ", noisy alone"}
CROPS = {"given": 48, "neighbours": 96}

RECIPE = """
seed = 7
[data]
name = "stacks"
path = "{place}"
neighbours = {around}
grey = true
validation = 8
test = 8
[noise]
name = "gaussian"
sigma = "25/255"
[network]
name = "unet"
widths = [16, 32, 64]
fold = 2
bias = false
[learn]
name = "{learn}"
[train]
epochs = 4
steps = {steps}
batch = 8
crop = {crop}
optimizer = "muon"
rate = 6e-3
schedule = "linear"
ema = 0.999
precision = "half"
{start}
"""


def grey(path: Path) -> np.ndarray:
    """A photograph, (h, w) bytes."""
    return np.asarray(PIL.Image.open(path).convert("L"))


def moved(photograph: np.ndarray, down: int, across: int) -> np.ndarray:
    """A crop of its middle that moves so many pixels from plane to plane, (PLANES, SIDE, SIDE)."""
    rooms = [
        length - SIDE - (PLANES - 1) * step
        for length, step in zip(photograph.shape, (down, across), strict=True)
    ]
    top, left = (room // 2 for room in rooms)
    return np.stack(
        [
            photograph[
                top + at * down : top + at * down + SIDE, left + at * across : left + at * across + SIDE
            ]
            for at in range(PLANES)
        ]
    )


def sequences(place: Path) -> Path:
    """Those that are learned from, a file each."""
    place.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(7)
    for path in sorted((DATA / "bsd432-color").rglob("*.jpg"))[:LEARNED]:
        planes = moved(grey(path), *chance.integers(0, 3, 2))
        tifffile.imwrite(place / f"{path.stem}.tif", planes, photometric="minisblack", metadata=None)
    return place


def trained(learn: str, name: str, around: int, place: Path, steps: int, start: str = "") -> Denoiser:
    """A network that looks at so many planes before, and after."""
    folder, recipe = OUT / f"{name}{LEARNED_BY[learn]}", OUT / f"{name}{LEARNED_BY[learn]}.toml"
    options = {"around": around, "steps": steps, "start": start, "learn": learn, "crop": CROPS[learn]}
    recipe.write_text(RECIPE.format(place=place.resolve(), **options))
    if not (folder.is_dir() and Run(folder).finished):
        train(recipe, folder, resume=folder.is_dir())
    return load(folder)


def judged(denoiser: Denoiser, speed: int) -> tuple[float, float]:
    """PSNR of middle planes at a speed, and seconds a megapixel."""
    scores, spent = [], 0.0
    for number, path in enumerate(sorted((DATA / "test" / "bsd68").iterdir())):
        clean = moved(grey(path), speed // 2, speed) / np.float32(255)
        noisy = clean + SIGMA * np.random.default_rng(number).standard_normal(clean.shape, np.float32)
        half, middle = denoiser.card.neighbours, PLANES // 2
        shown = noisy[[mirrored(middle + step, PLANES) for step in range(-half, half + 1)]]
        started = time.process_time()
        denoised = denoiser.run(shown[None])[0, 0]
        spent += time.process_time() - started
        scores.append(-10 * np.log10(np.mean((denoised - clean[middle]) ** 2)))
    return float(np.mean(scores)), spent / (len(scores) * SIDE**2 / 1e6)


def told(learn: str, place: Path, steps: int) -> Iterator[dict[str, object]]:
    """A row for each number of planes around."""
    alone = trained(learn, "alone", 0, place, steps)
    start = f'start = "{alone.path.parent.resolve()}"'
    for around in AROUND:
        denoiser = trained(learn, f"around-{around}", around, place, steps, start)
        found = {speed: judged(denoiser, speed) for speed in SPEEDS}
        psnr = {f"{speed} px a plane": score for speed, (score, _) in found.items()}
        seconds = float(np.median([spent for _, spent in found.values()]))
        yield {"planes around": f"{around}{LEARNED_BY[learn]}"} | psnr | {"s a megapixel": seconds}


if __name__ == "__main__":
    keep_freed_memory()
    steps = int((sys.argv[1:2] or ["250"])[0])
    place = sequences(OUT / "sequences")
    rows = [row for learn in LEARNED_BY for row in told(learn, place, steps)]
    tell_and_keep("scale/neighbours", rows, "PSNR of the middle plane, by how fast the scene moves")
