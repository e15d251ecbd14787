"""What denoising does to what is no noise: clean pictures, colours, brightness, thin lines; and what settings keep.

    python -m benchmarks.quality.harm

Images are as 8-bit files hold them; noise of image number n takes the seed n. Results are clamped, not rounded.
Writes results/quality/harm-*.json and the page docs/harm.md.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.measuring import tell_and_keep
from benchmarks.quality.choosing import photos, stored
from grainless.denoising.policy import Policy
from grainless.denoising.process import blend
from grainless.disk.whole import write_text
from grainless.evaluation.reports.markdown import table
from grainless.image.luma import LUMA
from grainless.model.denoiser import load
from grainless.noise import NumpyDraw, noise_from

PAGE = Path(__file__).parents[2] / "docs" / "harm.md"
CELL = 32  # pixels a side: a mean over them holds no noise to speak of
NEAR = 40.0  # decibels between a clean picture and what a model makes of it: one sees no difference
FEW = 12  # images that tell what is a law of arithmetic
WIDTHS = (1, 2, 3)  # pixels, of lines
COLOURS = {"red": (220, 30, 30), "green": (20, 150, 60), "blue": (30, 60, 210)}

Pixels = np.ndarray
"""(c, h, w), 0 black, 1 full scale."""
Rows = list[dict[str, Any]]


def denoised(pixels: Pixels, model: str) -> Pixels:
    return np.clip(load(model)(pixels, channel_axis=0), 0, 1)


def floats(images: Iterator[np.ndarray]) -> Iterator[Pixels]:
    return (image.astype(np.float32) / 255 for image in images)


def decibels(one: Pixels, other: Pixels) -> float:
    return float(-10 * np.log10(max(((one - other) ** 2).mean(), 1e-10)))


CLEAN = {
    "grey": ("BSD68", photos("bsd68")),
    "color": ("CBSD68", photos("cbsd68")),
    "photo": ("CBSD68", photos("cbsd68")),
    "document": ("clean pages of Dirty Documents", stored("documents", noisy=False)),
}
"""Model -> clean images of what it is for."""


def clean_rows() -> Rows:
    """How far a clean picture is from what a model that was named makes of it."""
    rows: Rows = []
    for model, (name, images) in CLEAN.items():
        found = np.array([decibels(image, denoised(image, model=model)) for image in floats(images())])
        rows.append(
            {
                "model": model,
                "clean images": name,
                "of them": len(found),
                f"within {NEAR:.0f} dB": int((found >= NEAR).sum()),
                "mean, dB": float(found.mean()),
                "worst, dB": float(found.min()),
            }
        )
    return rows


NOISY = {
    "photo": ("PolyU", stored("polyu", noisy=True)),
    "color": ("CBSD68, sigma 25", photos("cbsd68", "gaussian:sigma=25/255")),
    "grey": ("BSD68, sigma 25", photos("bsd68", "gaussian:sigma=25/255")),
}
"""Model -> noisy images of what it is for."""


def cells(pixels: Pixels) -> Pixels:
    """Means over CELL x CELL pixels."""
    height, width = (side // CELL * CELL for side in pixels.shape[1:])
    cut = pixels[:, :height, :width].reshape(len(pixels), height // CELL, CELL, width // CELL, CELL)
    return cut.mean(axis=(2, 4))


def shift_rows() -> Rows:
    """How far mean colours move, in 255ths: of whole pictures and of parts of them. Clipped parts are left out."""
    rows: Rows = []
    for model, (name, images) in NOISY.items():
        whole, parts = [], []
        for image in floats(images()):
            taken = denoised(image, model=model) - image
            open_ = cells(((image > 0) & (image < 1)).all(axis=0, keepdims=True).astype(np.float32)) == 1
            whole.append(float(np.abs(taken.mean(axis=(1, 2))).max()))
            parts.append(np.abs(cells(taken))[:, open_[0]].ravel())
        inside = np.concatenate(parts)
        rows.append(
            {
                "model": model,
                "noisy images": name,
                "of them": len(whole),
                "whole picture, mean": 255 * float(np.mean(whole)),
                "worst": 255 * max(whole),
                f"{CELL} x {CELL} pixels, mean": 255 * float(inside.mean()),
                "99 in 100 under": 255 * float(np.quantile(inside, 0.99)),
            }
        )
    return rows


def luma(pixels: Pixels) -> Pixels:
    return np.einsum("c,chw->hw", LUMA, pixels)


def law_rows() -> Rows:
    """What the settings promise, as the largest departure over all pixels of a few noisy photographs, in 255ths."""
    worst = dict.fromkeys(
        (
            "strength 0 gives the picture itself",
            "strength 0.5 goes half of the way",
            "chroma 1, strength 0 leaves the brightness",
            "chroma 0, strength 1 leaves the colours",
        ),
        0.0,
    )
    for number, image in enumerate(floats(photos("cbsd68", "gaussian:sigma=15/255")())):
        if number == FEW:
            break
        taken, none, half, colours, brightness = (
            blend(image, load("color"), Policy("color", **options)) - image
            for options in (
                {},
                {"strength": 0.0},
                {"strength": 0.5},
                {"strength": 0.0, "chroma": 1.0},
                {"strength": 1.0, "chroma": 0.0},
            )
        )
        off = (none, half - taken / 2, luma(colours), brightness - brightness.mean(axis=0))
        worst = {
            name: max(worst[name], 255 * float(np.abs(each).max()))
            for name, each in zip(worst, off, strict=True)
        }
    return [{"setting": name, "largest departure": each} for name, each in worst.items()]


def line_rows() -> Rows:
    """Saturated lines on paper: how much of their colour is left where there was noise, and where there was none."""
    rows: Rows = []
    for model, noises in (("color", (0, 10, 25, 50)), ("photo", (0, 10, 25))):
        for sigma in noises:
            kept = {
                f"{width} px": float(np.mean([_kept(model, sigma, width, each) for each in COLOURS.values()]))
                for width in WIDTHS
            }
            rows.append({"model": model, "white noise, sigma": sigma, **kept})
    return rows


def _kept(model: str, sigma: float, width: int, colour: tuple[int, int, int]) -> float:
    """Share of the lines' colourfulness, largest channel minus smallest, that is left on average."""
    drawn = Image.new("RGB", (256, 256), (240, 240, 240))
    pen = ImageDraw.Draw(drawn)
    for at in range(20, 256, 40):
        pen.line((at, 0, at, 255), fill=colour, width=width)
        pen.line((0, at, 255, at), fill=colour, width=width)
    clean = np.moveaxis(np.asarray(drawn, np.float32) / 255, -1, 0)
    noise = noise_from(f"gaussian:sigma={sigma}/255" if sigma else "none")
    noisy = np.clip(noise(clean[None], NumpyDraw(np.random.default_rng(0)))[0], 0, 1).astype(np.float32)
    line = (clean[0] != clean[0, 0, 0]) | (clean[2] != clean[2, 0, 0])
    means = [each[:, line].mean(axis=1) for each in (clean, denoised(noisy, model=model))]
    before, after = (float(each.max() - each.min()) for each in means)
    return after / before


Part = tuple[str, str, Callable[[], Rows]]
"""A name for its file, what the page says above it, what gives its rows."""

PARTS: tuple[Part, ...] = (
    (
        "clean",
        "## Clean pictures through a model that was named\n\n`auto` leaves a clean picture alone, byte for byte "
        "([choosing.md](choosing.md)). A model that is named is always run: so far are its results from the "
        "clean picture.",
        clean_rows,
    ),
    (
        "shifts",
        "## Brightness and colour\n\nHow far mean colours move, in 255ths. Parts that are clipped are left out: noise "
        "that is cut at black or white has a mean of its own.",
        shift_rows,
    ),
    (
        "settings",
        "## `--strength` and `--chroma`\n\nWhat they promise, and the largest departure from it over all pixels, "
        "in 255ths.",
        law_rows,
    ),
    (
        "lines",
        "## Thin lines of full colour\n\nRed, green and blue lines on light paper, as drawings and maps have them: "
        "the share of their colour that is left, 1 for all.",
        line_rows,
    ),
)


def shown(rows: Rows) -> str:
    cells = [
        [f"{value:.3g}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows
    ]
    return table(tuple(rows[0]), cells)


if __name__ == "__main__":
    page = [
        "# No harm\n\nWritten by `python -m benchmarks.quality.harm`, never typed: what denoising does to what is no "
        "noise, each with a figure."
    ]
    for name, about, rows_of in PARTS:
        rows = rows_of()
        tell_and_keep(f"quality/harm-{name}", rows, about.partition("\n")[0].removeprefix("## "))
        page.append(f"{about}\n\n{shown(rows)}")
    write_text(PAGE, "\n\n".join(page) + "\n")
