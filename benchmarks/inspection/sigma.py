"""How well the noise of an image is told, against what was put in.

    python -m benchmarks.inspection.sigma

Noise of known strength on all of BSD68 (grey) and CBSD68 (each channel), as floats and as 8-bit images clipped to
0..255; image number n takes the seed n. Errors are in % of the truth: mean is the mean of |estimate - truth|, bias
that of the estimate's surplus, worst the largest. The photographs are light JPEGs and have a little noise of their
own. "None" tells what is found in them as they are, in 255ths.
"""

import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measuring import tell_and_keep
from grainless.inspection import Report, measure
from grainless.noise import NumpyDraw, noise_from

DATA = Path(os.environ["GRAINLESS_DATA"]) / "test"
SIGMAS = (2, 5, 10, 15, 25, 35, 50)
GAINS = ("poisson:peak=30", "poisson-gaussian:peak=100,read=0.02", "poisson-gaussian:peak=300,read=0.01")
SHARES = (0.005, 0.02, 0.1, 0.2)
QUALITIES = (30, 50, 70, 90)

Floats = np.ndarray
Look = Callable[[Report], float]


def photographs(name: str, step: int = 1) -> list[Floats]:
    """(c, h, w) of BSD68 or CBSD68."""
    files = sorted((DATA / name).glob("*.png"))[::step]
    pixels = [np.asarray(Image.open(file), np.float32) / 255 for file in files]
    return [np.moveaxis(each.reshape(*each.shape[:2], -1), -1, 0).copy() for each in pixels]


def reports(photos: list[Floats], noise: str, *, stored: bool) -> Iterator[Report]:
    """What is found in each photograph under a noise."""
    law = noise_from(noise)
    for seed, photo in enumerate(photos):
        noisy = law(photo[None], NumpyDraw(np.random.default_rng(seed)))[0]
        if stored:
            noisy = np.rint(np.clip(noisy, 0, 1) * 255).astype(np.uint8)
        yield measure(noisy, channel_axis=0)


def errors(estimates: Floats, truth: float) -> dict[str, float]:
    """Mean, bias and worst, in % of the truth."""
    off = 100 * (estimates / truth - 1)
    return {"mean, %": np.abs(off).mean(), "bias, %": off.mean(), "worst, %": np.abs(off).max()}


def sigma_rows() -> list[dict[str, object]]:
    """Sigma per channel."""
    rows: list[dict[str, object]] = []
    for name in ("bsd68", "cbsd68"):
        photos = photographs(name)
        for stored in (False, True):
            for sigma in SIGMAS:
                found = list(reports(photos, f"gaussian:sigma={sigma}/255", stored=stored))
                estimates = np.array([each.sigmas for each in found]) * 255
                said = {"growing, of 68": sum(each.curve is not None for each in found)}
                head = {"data": name, "as": "8 bit" if stored else "floats", "sigma": sigma}
                rows.append(head | errors(estimates, sigma) | said)
    return rows


def gain_rows() -> list[dict[str, object]]:
    """The gain of noise that grows with brightness."""
    rows: list[dict[str, object]] = []
    photos = photographs("bsd68")
    for noise in GAINS:
        truth = 1 / noise_from(noise).parts[0].peak
        for stored in (False, True):
            found = [each.curve for each in reports(photos, noise, stored=stored)]
            gains = np.array([each.gain for each in found if each])
            head = {"noise": noise, "as": "8 bit" if stored else "floats", "told, of 68": len(gains)}
            rows.append(head | errors(gains, truth))
    return rows


def share_rows() -> list[dict[str, object]]:
    """Salt and pepper: the share of stuck pixels."""
    rows: list[dict[str, object]] = []
    photos = photographs("bsd68")
    for noise in ("none", "gaussian:sigma=25/255", "gaussian:sigma=50/255"):
        alarms = sum(each.impulses > 0 for each in reports(photos, noise, stored=True))
        rows.append({"noise": noise, "told, of 68": alarms} | dict.fromkeys(errors(np.ones(1), 1), "-"))
    for share in SHARES:
        noise = f"salt-pepper:share={share}"
        shares = np.array([each.impulses for each in reports(photos, noise, stored=True)])
        rows.append({"noise": noise, "told, of 68": int((shares > 0).sum())} | errors(shares, share))
    return rows


def clean_rows() -> list[dict[str, object]]:
    """What is found in photographs as they are, and saved once more as JPEG; levels in 255ths."""
    photos = photographs("bsd68")
    kinds: dict[str, list[Floats]] = {"as they are": photos}
    kinds |= {f"JPEG, quality {q}": [saved(photo, q) for photo in photos] for q in QUALITIES}
    rows: list[dict[str, object]] = []
    for kind, images in kinds.items():
        found = list(reports(images, "none", stored=False))
        flat = np.array([each.flat_sigma or 0 for each in found]) * 255
        sigmas = np.array([each.sigma or 0 for each in found]) * 255
        counts = {
            "noisy": sum(bool(each.noisy) for each in found),
            "blocky": sum(each.blocky for each in found),
        }
        levels = {"sigma, mean": sigmas.mean(), "worst": sigmas.max(), "flattest blocks, worst": flat.max()}
        rows.append({"BSD68": kind} | levels | counts)
    return rows


def saved(photo: Floats, quality: int) -> Floats:
    """A grey photograph through JPEG."""
    file = io.BytesIO()
    Image.fromarray(np.rint(photo[0] * 255).astype(np.uint8)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file), np.float32)[None] / 255


def seconds_rows() -> list[dict[str, object]]:
    """Processor seconds a megapixel, the quickest of three."""
    rows: list[dict[str, object]] = []
    for channels, side in ((1, 512), (1, 1024), (1, 4096), (3, 1024), (3, 4096)):
        image = np.random.default_rng(7).normal(0.5, 0.1, (side, side, channels)).astype(np.float32)
        taken = []
        for _ in range(3):
            started = time.process_time()
            measure(image)
            taken.append(time.process_time() - started)
        size = f"{side} x {side} x {channels}"
        rows.append({"image": size, "s": min(taken), "s/megapixel": min(taken) / side**2 * 1e6})
    return rows


if __name__ == "__main__":
    tell_and_keep("inspection/sigma-seconds", seconds_rows(), "Processor seconds to look at an image")
    tell_and_keep("inspection/sigma-clean", clean_rows(), "What is found in photographs without added noise")
    tell_and_keep("inspection/sigma-stuck", share_rows(), "The share of salt and pepper on BSD68, 8 bit")
    tell_and_keep(
        "inspection/sigma-gain", gain_rows(), "The gain of noise that grows with brightness, on BSD68"
    )
    tell_and_keep("inspection/sigma", sigma_rows(), "Sigma of Gaussian noise, per channel")
