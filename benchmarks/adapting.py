"""What a curve fitted to one noisy image wins: `denoise --adapt` on noise that grows with brightness.

    python benchmarks/adapting.py [photographs] [microscopy]

Photographs: every fourth of BSD68 and of Set12 under photons (gain) and read-out, as floats, unclipped, image number n
with seed n; and under noise that no line tells. PSNR, mean over images: of the noisy image, of the model as it is, of
--adapt, and of the model told the true noise: the same curve and way back from the true variance (for photons the
generalised Anscombe transform with its exact unbiased inverse). "worst" is the least of --adapt minus told.

Microscopy: the pairs of one noisy frame and a mean of many. BM3D is given the sigma that is best for each image, found
by the clean partner. Where intensities of partners differ (bacteria), each result is first brought to the clean
one by the best gain and offset, and the peak is the clean image's range. Needs the package bm3d.
"""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from inspecting import DATA, photographs
from measuring import tell_and_keep
from PIL import Image as Pillow

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.growth import Growth
from grainless.denoising.adapt.transform import Transform
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.evaluation.baselines.bm3d import Bm3d
from grainless.image.image import Image
from grainless.model.denoiser import load

Floats = np.ndarray
STEP = 4
SIGMAS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
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


def psnr(image: Floats, clean: Floats, peak: float = 1.0) -> float:
    return float(10 * np.log10(peak**2 / np.mean((image - clean) ** 2, dtype=np.float64)))


def on_photographs() -> list[dict[str, object]]:
    grey, rows = load("grey"), []
    photos = [*photographs("bsd68", STEP), *photographs("set12", STEP)]
    for name, (noise, growth) in NOISES.items():
        scores, seconds = [], []
        for seed, clean in enumerate(photos):
            noisy = noise(clean, np.random.default_rng(seed)).astype(np.float32)
            began = time.perf_counter()
            adapted = process(Image(noisy), Policy(adapt=True))[0].pixels
            seconds.append(time.perf_counter() - began)
            true = Transform.of(growth, (float(noisy.min()), float(noisy.max())))
            told = Adapted.of(grey, true, noisy).visible(noisy)
            plain = grey.run(noisy[None])[0]
            scores.append([psnr(each, clean) for each in (noisy, plain, adapted, told)])
        mean, off = np.mean(scores, axis=0), np.diff(scores, axis=1)[:, -1]
        columns = zip(("noisy", "grey", "--adapt", "told the truth"), mean, strict=True)
        rows.append({"noise": name, **dict(columns), "worst": -off.max(), "s an image": np.median(seconds)})
    return rows


def on_microscopy() -> list[dict[str, object]]:
    rows = []
    for folder in ("fmd", "bacteria"):
        for path in sorted((DATA.parent / "microscopy" / folder / "noisy").glob("*")):
            noisy, clean = opened(path), opened(path.parent.parent / "clean" / path.name)
            rows.append({"image": path.stem, **scored(noisy, clean, matched=folder == "bacteria")})
    return rows


def opened(path: Path) -> Floats:
    """(c, h, w) full scales."""
    pixels = np.asarray(Pillow.open(path))
    white = 255 if pixels.dtype == np.uint8 else 65535
    return np.moveaxis(np.atleast_3d(pixels), -1, 0).astype(np.float32) / white


def scored(noisy: Floats, clean: Floats, *, matched: bool) -> dict[str, float | str]:
    """PSNR of each way."""
    peak = float(np.ptp(clean)) if matched else 1.0

    def score(image: Floats) -> float:
        if matched:
            gain, offset = np.polyfit(image.ravel().astype(float), clean.ravel().astype(float), 1)
            image = gain * image + offset
        return psnr(image, clean, peak)

    sigma = float(np.sqrt(np.mean((noisy - clean - (noisy - clean).mean()) ** 2)))
    by_bm3d = max(score(Bm3d()(noisy[None], times * sigma)[0]) for times in SIGMAS)
    plain = load("grey" if len(noisy) == 1 else "color").run(noisy[None])[0]
    adapted, outcome = process(Image(noisy), Policy(adapt=True))
    auto = process(Image(noisy), Policy())[0].pixels
    return {
        "noisy": score(noisy),
        "BM3D, best sigma": by_bm3d,
        "auto": score(auto),
        "grey or color": score(plain),
        "--adapt": score(adapted.pixels) if outcome.model else "left as it was",
    }


PARTS = {"photographs": on_photographs, "microscopy": on_microscopy}

if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for part in sys.argv[1:] or PARTS:
        tell_and_keep(f"adapting-{part}", PARTS[part](), f"--adapt, {part}, PSNR in dB")
