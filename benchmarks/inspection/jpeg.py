"""How far off the quality of a JPEG is told, from its pixels alone.

    python -m benchmarks.inspection.jpeg

Every eighth of the photographs of BSD432, its first 3 columns and 5 rows cut off so that the blocks of the JPEG that
it is itself lie elsewhere, is saved with each quality and each subsampling, and read again. Then images that are no
JPEGs, or were changed since: how often a quality is told all the same. Writes results/inspection/jpeg.json.
"""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measuring import tell_and_keep
from grainless.inspection.estimators.compression import quality

DATA = Path(os.environ["GRAINLESS_DATA"])
QUALITIES = (30, 40, 50, 60, 70, 75, 80, 85, 90, 95)
SAMPLINGS = ("4:4:4", "4:2:0", "grey")


def photographs() -> list[Image.Image]:
    files = sorted((DATA / "bsd432-color").glob("*.jpg"))[::8]
    photos = [Image.open(file) for file in files]
    return [photo.crop((3, 5, *photo.size)) for photo in photos]


def told(image: Image.Image) -> int | None:
    pixels = np.asarray(image, np.float32) / 255
    return quality(np.moveaxis(np.atleast_3d(pixels), -1, 0)[:, None].copy())


def saved(image: Image.Image, of: int, sampling: str) -> Image.Image:
    file = io.BytesIO()
    if sampling == "grey":
        image.convert("L").save(file, "JPEG", quality=of)
    else:
        image.save(file, "JPEG", quality=of, subsampling=sampling)
    return Image.open(file)


def told_rows(photos: list[Image.Image]) -> list[dict[str, object]]:
    """For each quality and subsampling: how far off."""
    rows: list[dict[str, object]] = []
    for sampling in SAMPLINGS:
        for of in QUALITIES:
            found = [told(saved(photo, of, sampling)) for photo in photos]
            off = np.array([abs(each - of) for each in found if each is not None])
            counts = {"images": len(found), "not told": found.count(None), "exact": int((off == 0).sum())}
            rows.append({"saved": sampling, "quality": of} | counts | {"worst": int(max(off, default=0))})
    return rows


def halved(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC)


def noisy(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image) + np.random.default_rng(0).normal(0, 3, np.asarray(image).shape)
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


OTHERS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "halved, never a JPEG since": halved,
    "JPEG of quality 80, then noise of sigma 3": lambda photo: noisy(saved(photo, 80, "4:2:0")),
    "JPEG of quality 80, then halved": lambda photo: halved(saved(photo, 80, "4:2:0")),
    "JPEG of quality 99": lambda photo: saved(halved(photo), 99, "4:4:4"),
}


def other_rows(photos: list[Image.Image]) -> list[dict[str, object]]:
    """What is no JPEG, or no more."""
    return [
        {
            "images": name,
            "of them": len(photos),
            "told a quality": sum(told(change(each)) is not None for each in photos),
        }
        for name, change in OTHERS.items()
    ]


if __name__ == "__main__":
    photos = photographs()
    tell_and_keep("inspection/jpeg", told_rows(photos), "The quality of JPEGs, told from their pixels")
    tell_and_keep("inspection/jpeg-others", other_rows(photos), "What is no JPEG, or was changed since")
