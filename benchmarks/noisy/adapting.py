"""What a curve fitted to one noisy image wins: `denoise --adapt` on noise that grows with brightness.

    python -m benchmarks.noisy.adapting [photographs] [microscopy] [seconds]

Each row is kept in runs/adapting.jsonl as soon as it is there: what was stopped goes on, and the table is written when
all rows of a part are there.

Photographs: every twelfth of BSD68 and of Set12 under photons (gain) and read-out, floats, unclipped, image number n
with seed n; and under noise that no line tells. PSNR, mean over images: of the noisy image, of the model as it is, of
--adapt, and of the model told the true noise: the same curve and way back from the true variance (for photons the
generalised Anscombe transform with its exact unbiased inverse). "worst" is the least of --adapt minus told.

Microscopy: the pairs of one noisy frame and a mean of many. BM3D is given the sigma that is best for each image, found
by the clean partner. Scores as in benchmarks/microscopes.py. Needs the package bm3d.

Seconds: of --adapt on 512 x 512 pixels with photons, wall clock, two threads, the median of five.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.inspection.sigma import photographs
from benchmarks.measuring import tell_and_keep
from benchmarks.microscopes import Specimen, psnr, specimens
from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.growth import Growth
from grainless.denoising.adapt.transform import Transform
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.evaluation.baselines.bm3d import Bm3d
from grainless.image.image import Image
from grainless.model.denoiser import load

Floats = np.ndarray
STEP = 12
ADAPT = Policy(adapt=True, threads=1)
ROWS = Path("runs/adapting.jsonl")
SIGMAS = (1.0, 1.4, 2.0, 2.8, 4.0)
"""Times the noise's root mean square, of which BM3D gets the best."""


def counted(gain: float, read: float, clean: Floats, chance: np.random.Generator) -> Floats:
    return gain * chance.poisson(clean / gain) + read * chance.standard_normal(clean.shape)


def speckled(share: float, read: float, clean: Floats, chance: np.random.Generator) -> Floats:
    return clean * (1 + share * chance.standard_normal(clean.shape)) + read * chance.standard_normal(
        clean.shape
    )


def of_speckle(share: float, read: float) -> Growth:
    """The true variance, share² x² + read², as bends of a line."""
    x = np.linspace(0, 1.5, 80)
    return Growth(0.0, read**2, 0.0, tuple(x), tuple(np.log1p((share * x / read) ** 2)))


NOISES: dict[str, tuple[Callable[..., Floats], Growth]] = {
    **{
        f"gain {name}, read {read}": (partial(counted, gain, read), Growth(gain, read**2))
        for name, gain in (
            ("1/4", 1 / 4),
            ("1/10", 0.1),
            ("1/30", 1 / 30),
            ("1/100", 0.01),
            ("1/400", 1 / 400),
        )
        for read in (0.0, 0.03)
    },
    "white, 25/255": (partial(speckled, 0.0, 25 / 255), Growth(0.0, (25 / 255) ** 2)),
    "speckle 0.2 x, read 0.02": (partial(speckled, 0.2, 0.02), of_speckle(0.2, 0.02)),
    "speckle 0.4 x, read 0.02": (partial(speckled, 0.4, 0.02), of_speckle(0.4, 0.02)),
}


Row = dict[str, object]


def on_photographs() -> Iterator[tuple[str, Callable[[], Row]]]:
    photos = [*photographs("bsd68", STEP), *photographs("set12", STEP)]
    for name, (noise, growth) in NOISES.items():
        yield name, partial(of_noise, noise, growth, photos)


def of_noise(noise: Callable[..., Floats], growth: Growth, photos: list[Floats]) -> Row:
    grey, scores = load("grey", threads=1), []
    for seed, clean in enumerate(photos):
        noisy = noise(clean, np.random.default_rng(seed)).astype(np.float32)
        adapted = process(Image(noisy), ADAPT)[0].pixels
        true = Transform.of(growth, (float(noisy.min()), float(noisy.max())))
        told = Adapted.of(grey, true, noisy).visible(noisy)
        plain = grey.run(noisy[None])[0]
        scores.append([psnr(each, clean) for each in (noisy, plain, adapted, told)])
    mean, off = np.mean(scores, axis=0), np.diff(scores, axis=1)[:, -1]
    columns = zip(("noisy", "grey", "--adapt", "told the truth"), map(float, mean), strict=True)
    return {**dict(columns), "worst": float(-off.max())}


def on_microscopy() -> Iterator[tuple[str, Callable[[], Row]]]:
    for each in sorted(specimens(), key=lambda each: len(each.noisy)):  # grey first: colours take the longest
        yield each.name, partial(scored, each)


def scored(each: Specimen) -> Row:
    """PSNR of each way."""
    noisy, off = each.noisy, each.noisy - each.clean
    sigma = float(np.std(off))
    by_bm3d = {times: each.score(Bm3d()(noisy[None], times * sigma)[0]) for times in SIGMAS}
    best = max(by_bm3d, key=lambda times: by_bm3d[times])
    plain = load("grey" if len(noisy) == 1 else "color", threads=1).run(noisy[None])[0]
    adapted, outcome = process(Image(noisy), ADAPT)
    auto = process(Image(noisy), Policy(threads=1))[0].pixels
    return {
        "noisy": each.score(noisy),
        "BM3D, best sigma": by_bm3d[best],
        "at": f"{best:g} x {255 * sigma:.1f}",
        "auto": each.score(auto),
        "grey or color": each.score(plain),
        "--adapt": each.score(adapted.pixels) if outcome.model else "left as it was",
    }


def timed() -> Iterator[tuple[str, Callable[[], Row]]]:
    yield "512 x 512", seconds


def seconds() -> Row:
    clean = np.tile(photographs("set12", STEP)[0], (1, 2, 2))[:, :512, :512]
    noisy = counted(1 / 30, 0.03, clean, np.random.default_rng(0)).astype(np.float32)
    walls, processor = [], []
    for _ in range(5):
        began, spent = time.perf_counter(), time.process_time()
        process(Image(noisy), Policy(adapt=True, threads=2))
        walls.append(time.perf_counter() - began)
        processor.append(time.process_time() - spent)
    return {
        "wall, s": float(np.median(walls)),
        "processor, s": float(np.median(processor)),
        "load": os.getloadavg()[0],
    }


PARTS = {"photographs": on_photographs, "microscopy": on_microscopy, "seconds": timed}


def kept() -> dict[str, Row]:
    lines = ROWS.read_text("utf-8").splitlines() if ROWS.is_file() else []
    return {row.pop("key"): row for row in map(json.loads, lines)}


def run(part: str) -> None:
    names = []
    for name, made in PARTS[part]():
        names.append(name)
        if f"{part}: {name}" in kept():
            continue
        row = {"key": f"{part}: {name}", **made()}
        print(row, flush=True)
        ROWS.parent.mkdir(parents=True, exist_ok=True)
        with ROWS.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    rows = kept()
    told = [{"what": name, **rows[f"{part}: {name}"]} for name in names]
    tell_and_keep(
        f"noisy/adapting-{part}",
        told,
        f"--adapt, {part}, PSNR in dB" if part != "seconds" else "--adapt, seconds",
    )


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        run(part)
