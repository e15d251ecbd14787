"""What `auto` chooses for images of every kind, as counts.

    python -m benchmarks.quality.choosing [PART OF A KIND'S NAME ...]

All images are as 8-bit files hold them; noise of image number n takes the seed n. Writes
results/quality/choosing.json and, of all kinds, the table docs/choosing.md. The choice is what
`grainless inspect` tells and `grainless denoise` does.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.inspection.sigma import photographs
from benchmarks.measuring import tell_and_keep
from grainless.data.find import DataRoots
from grainless.data.images import Images
from grainless.denoising.choose import advise
from grainless.denoising.look import inspect
from grainless.disk.whole import write_text
from grainless.evaluation.auto import CURVE, LEFT
from grainless.evaluation.benchmark.real import pairs
from grainless.evaluation.reports.markdown import table
from grainless.image.arrays import image_of
from grainless.noise import NumpyDraw, noise_from

PAGE = Path(__file__).parents[2] / "docs" / "choosing.md"
DRAWINGS = 40

Bytes = np.ndarray
"""(c, h, w) uint8."""
Kind = Callable[[], Iterator[Bytes]]


def photos(name: str, noise: str = "none") -> Kind:
    """The photographs of a test set under a noise."""

    def made() -> Iterator[Bytes]:
        law = noise_from(noise)
        for seed, photo in enumerate(photographs(name)):
            noisy = law(photo[None], NumpyDraw(np.random.default_rng(seed)))[0]
            yield np.rint(np.clip(noisy, 0, 1) * 255).astype(np.uint8)

    return made


def three_alike(name: str, noise: str) -> Kind:
    """Grey photographs stored as RGB."""
    return lambda: (np.repeat(image, 3, axis=0) for image in photos(name, noise)())


def stored(name: str, *, noisy: bool) -> Kind:
    """One side of real pairs."""

    def made() -> Iterator[Bytes]:
        clean, _ = pairs(name, DataRoots())
        images = clean.noisy if noisy else clean
        assert isinstance(images, Images)
        return (images[index] for index in range(len(images)))

    return made


def drawings() -> Iterator[Bytes]:
    """Windows, words and charts, as screenshots have them."""
    for seed in range(DRAWINGS):
        chance = np.random.default_rng(seed)
        yield np.moveaxis(np.asarray(_drawing(chance)), -1, 0).copy()


def _drawing(chance: np.random.Generator) -> Image.Image:
    def colour() -> tuple[int, ...]:
        return tuple(map(int, chance.integers(0, 256, 3)))

    image = Image.new("RGB", (480, 320), colour())
    pen = ImageDraw.Draw(image)
    for _ in range(int(chance.integers(4, 20))):
        left, top = map(int, chance.integers(0, (440, 280)))
        box = (left, top, left + int(chance.integers(10, 200)), top + int(chance.integers(8, 120)))
        [pen.rectangle, pen.ellipse][int(chance.integers(2))](box, fill=colour(), outline=colour())
        font = ImageFont.load_default(int(chance.integers(9, 24)))
        pen.text((left, top), "File  Edit  View  1,234.5", fill=colour(), font=font)
        pen.line((left, top, *map(int, chance.integers(0, 320, 2))), fill=colour(), width=2)
    return image


def lines() -> Iterator[Bytes]:
    """Diagrams of many thin lines in many colours, their edges made smooth."""
    for seed in range(DRAWINGS):
        chance = np.random.default_rng(seed)
        image = Image.new("RGB", (1600, 1200), ("white", "black")[seed % 2])
        pen = ImageDraw.Draw(image)
        for _ in range(int(chance.integers(15, 121))):
            corners = [tuple(map(int, chance.integers(0, 1600, 2))) for _ in range(3)]
            colour = tuple(map(int, chance.integers(0, 255, 3)))
            pen.line(corners, fill=colour, width=int(chance.integers(2, 9)))
        small = image.resize((400, 300), Image.Resampling.LANCZOS)
        yield np.moveaxis(np.asarray(small), -1, 0).copy()


INKS = (
    ("#d4d4d4", "#1e1e1e"),
    ("#abb2bf", "#282c34"),
    ("white", "black"),
    ("#333", "white"),
    ("#839496", "#002b36"),
)


def text() -> Iterator[Bytes]:
    """A window of an editor, dark or light, in letters of 10 to 24 pixels."""
    for size in (10, 12, 14, 16, 18, 20, 22, 24):
        for ink, paper in INKS:
            image = Image.new("RGB", (640, 400), paper)
            pen = ImageDraw.Draw(image)
            for row, top in enumerate(range(4, 400, int(1.4 * size))):
                words = f"def f{row}(self, xs: list[int]) -> None: return [2 * x for x in xs if x]  # {row}"
                font = ImageFont.load_default(size)
                pen.text((6 + 12 * (row % 4), top), words, fill=ink, font=font)
            yield np.moveaxis(np.asarray(image), -1, 0).copy()


KINDS: dict[str, tuple[str, Kind]] = {
    "clean photographs, BSD68": (LEFT, photos("bsd68")),
    "clean photographs, CBSD68": (LEFT, photos("cbsd68")),
    "clean photographs, Set12": (LEFT, photos("set12")),
    **{
        f"white noise, sigma {sigma}, {name.upper()}": (model, photos(name, f"gaussian:sigma={sigma}/255"))
        for sigma in (5, 10, 15, 25, 50)
        for name, model in (("bsd68", "grey"), ("cbsd68", "color"))
    },
    "white noise, sigma 25, grey stored as RGB, BSD68": (
        "grey or color",
        three_alike("bsd68", "gaussian:sigma=25/255"),
    ),
    **{
        f"photons, {gain} of full scale each, {name.upper()}": (
            model,
            photos(name, f"poisson-gaussian:peak={peak},read=0.01"),
        )
        for gain, peak in (("1/30", 30), ("1/200", 200))
        for name, model in (("bsd68", f"grey{CURVE}"), ("cbsd68", "color"))
    },
    "PolyU, noisy": ("photo", stored("polyu", noisy=True)),
    "PolyU, mean of many shots": (LEFT, stored("polyu", noisy=False)),
    "camera noise made in code, CBSD68": ("photo", photos("cbsd68", "camera:clip=true")),
    "the same, saved as JPEG of quality 70 to 95": (
        "photo",
        photos("cbsd68", "camera:clip=true+jpeg:quality=70..95"),
    ),
    "film grain, sigma 8 to 25, CBSD68": ("photo", photos("cbsd68", "grain:sigma=8/255..25/255,clip=true")),
    **{
        f"JPEG of quality {quality}, CBSD68": (expected, photos("cbsd68", f"jpeg:quality={quality},twice=0"))
        for quality, expected in ((30, "photo"), (50, "photo"), (70, "photo"), (90, LEFT))
    },
    "dirty documents": ("document", stored("documents", noisy=True)),
    "clean documents": (LEFT, stored("documents", noisy=False)),
    "drawings and windows made in code": (LEFT, drawings),
    "diagrams of many thin lines made in code": (LEFT, lines),
    "text of editors made in code": (LEFT, text),
}
"""Kind -> what is right for it, and its images."""


@dataclass(frozen=True)
class Choices:
    """What was chosen for a kind: model or `LEFT` -> images."""

    kind: str
    chosen: Counter[str]

    @property
    def right(self) -> str:
        return KINDS[self.kind][0]

    @property
    def share(self) -> float:
        good = sum(count for name, count in self.chosen.items() if name in self.right.split(" or "))
        return good / self.chosen.total()

    def plain(self, names: list[str]) -> dict[str, Any]:
        """For JSON, with a count for each of these names."""
        counts = {name: self.chosen[name] for name in names}
        return {
            "kind": self.kind,
            "images": self.chosen.total(),
            "right": self.right,
            **counts,
            "share": self.share,
        }

    def cells(self, names: list[str]) -> tuple[str, ...]:
        """For the page; a count of none is left empty."""
        counts = (str(self.chosen[name] or "") for name in names)
        return (self.kind, str(self.chosen.total()), self.right, *counts, f"{self.share:.0%}")


def choices(kind: str) -> Choices:
    """Look at all images of a kind."""
    images = KINDS[kind][1]()
    found = [advise(inspect(image_of(each, 0))) for each in images]
    return Choices(kind, Counter((each.model or LEFT) + CURVE * each.adapt for each in found))


def page(rows: list[Choices], names: list[str]) -> str:
    return (
        "# What auto chooses\n\nWritten by `python -m benchmarks.quality.choosing`, never typed. For images of each "
        "kind, as 8-bit files hold them: which model `grainless denoise` takes unasked. The limits of what counts as "
        "noise were set on these same sets (`benchmarks/inspection/finding.py`): expect somewhat less on pictures "
        "of other kinds.\n\n"
        + table(("", "images", "right would be", *names, "right"), [each.cells(names) for each in rows])
        + "\n"
    )


if __name__ == "__main__":
    asked = sys.argv[1:]
    found = [choices(kind) for kind in KINDS if not asked or any(part in kind for part in asked)]
    models = sorted({name for each in found for name in each.chosen})
    tell_and_keep("quality/choosing", [each.plain(models) for each in found], "what auto chooses, images")
    if not asked:
        write_text(PAGE, page(found, models))
