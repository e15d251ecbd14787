"""The page's samples and icons: scikit-image's free photographs with a camera's noise. python docs/samples.py"""

import json
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
from skimage import data

from grainless.noise import NumpyDraw, noise_from

PAGE = Path(__file__).parent.parent / "src/grainless/web/page"
SAMPLES = {
    "cat": (data.chelsea, "A cat", "camera:shot=0.005,luma=0,chroma=0,saturation=0.3,balance=1.6"),
    "astronaut": (
        data.astronaut,
        "A portrait",
        "camera:shot=0.003,luma=0,chroma=0,saturation=0.2,balance=1.4",
    ),
    "coffee": (data.coffee, "Coffee", "camera:shot=0.004,luma=0,chroma=1,saturation=0.3,balance=1.6"),
}
"""name -> the photograph, what the page calls it, its noise."""

TERMS = (
    "From scikit-image, with a camera's noise added: the cat by Stefan van der Walt (CC0), the portrait of Eileen "
    "Collins by NASA (public domain), coffee by Rachel Michetti (CC0)."
)
TEAL, WHITE = "#0b6b5d", "#ffffff"


def main() -> None:
    folder = PAGE / "samples"
    folder.mkdir(exist_ok=True)
    for number, (name, (clean, _, noise)) in enumerate(SAMPLES.items()):
        planes = np.moveaxis(clean()[None] / 255, -1, 1)
        noisy = noise_from(noise)(planes, NumpyDraw(np.random.default_rng(number)))[0]
        image = PIL.Image.fromarray(np.rint(255 * np.moveaxis(noisy, 0, -1).clip(0, 1)).astype(np.uint8))
        image.save(folder / f"{name}.jpg", quality=92, optimize=True)
        image.resize((288, 288 * image.height // image.width), PIL.Image.Resampling.NEAREST).save(
            folder / f"{name}-small.jpg", quality=70, optimize=True
        )
    samples = [
        {"file": f"{name}.jpg", "thumb": f"{name}-small.jpg", "title": title}
        for name, (_, title, _) in SAMPLES.items()
    ]
    (folder / "samples.json").write_text(json.dumps({"terms": TERMS, "samples": samples}, indent=1) + "\n")
    for side in (192, 512):
        icon(side).save(PAGE / f"icon-{side}.png", optimize=True)


def icon(side: int) -> PIL.Image.Image:
    """What icon.svg shows: a disc, half grains and half smooth."""
    large = PIL.Image.new("RGB", (256, 256), TEAL)
    pen = PIL.ImageDraw.Draw(large)
    pen.pieslice((48, 48, 208, 208), -90, 90, fill=WHITE)
    for x, y in (
        (27, 15),
        (20, 20),
        (27, 23),
        (15, 28),
        (22, 30),
        (28, 32),
        (15, 37),
        (22, 40),
        (28, 42),
        (20, 46),
        (27, 49),
    ):
        pen.ellipse((4 * x - 7, 4 * y - 7, 4 * x + 7, 4 * y + 7), fill=WHITE)
    return large.resize((side, side), PIL.Image.Resampling.LANCZOS).quantize(32)


if __name__ == "__main__":
    main()
