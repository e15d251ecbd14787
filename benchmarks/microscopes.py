"""The pairs of one noisy microscope frame and a mean of many, and how results are scored against them.

Where intensities of partners differ (bacteria), each result is first brought to the clean one by the best gain and
offset, and the peak is the clean image's range.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image as Pillow

MICROSCOPY = Path(os.environ["GRAINLESS_DATA"]) / "microscopy"
MATCHED = {"fmd": False, "bacteria": True}
"""Folder -> whether intensities are matched first."""

Floats = np.ndarray


class Specimen(NamedTuple):
    """A pair; pixels are (c, h, w) full scales."""

    name: str
    noisy: Floats
    clean: Floats
    matched: bool

    def score(self, image: Floats, rows: slice = slice(None)) -> float:
        """PSNR of a result, or of some rows of it."""
        clean = self.clean[:, rows]
        if not self.matched:
            return psnr(image[:, rows], clean)
        gain, offset = np.polyfit(image[:, rows].ravel().astype(float), clean.ravel().astype(float), 1)
        return psnr(gain * image[:, rows] + offset, clean, float(np.ptp(self.clean)))


def specimens() -> Iterator[Specimen]:
    """All pairs, by folder and name."""
    for folder, matched in MATCHED.items():
        for path in sorted((MICROSCOPY / folder / "noisy").glob("*")):
            clean = path.parent.parent / "clean" / path.name
            yield Specimen(path.stem, opened(path), opened(clean), matched)


def opened(path: Path) -> Floats:
    """(c, h, w) full scales."""
    pixels = np.asarray(Pillow.open(path))
    white = 255 if pixels.dtype == np.uint8 else 65535
    return np.moveaxis(np.atleast_3d(pixels), -1, 0).astype(np.float32) / white


def psnr(image: Floats, clean: Floats, peak: float = 1.0) -> float:
    return float(10 * np.log10(peak**2 / np.mean((image - clean) ** 2, dtype=np.float64)))
