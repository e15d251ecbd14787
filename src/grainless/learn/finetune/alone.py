"""Noisy images and nothing else: what noise they have, and whether one can learn from it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from grainless.data.checks.survey import survey
from grainless.data.decode import decode
from grainless.denoising.look import inspect
from grainless.errors import InputError
from grainless.image.folder import image_files
from grainless.inspection import Report
from grainless.inspection.kinds import level
from grainless.inspection.report import NOISY
from grainless.learn.finetune.own import Own, dealt

LOOKED_AT, SIDE = 9, 512
"""So many images, spread evenly over all, and the middles of them, pixels a side."""

ALIKE = 0.15
"""Correlation of neighbours from which noise is not white (docs/lab.md)."""

METHOD = "neighbours"
"""It asks for no sigma, and takes noise that grows with brightness as it is."""

CELLS = 16
"""Of the sides of crops: half of it is what shipped models take."""

MORE = " (docs/noisy-only.md: what learns from which noise)."

STEADY = 1.25
"""Times the least sigma is the greatest, if all images have the same."""


def noisy_images(folder: Path) -> tuple[Own, str]:
    """Noisy images without clean ones, and what was found in them, a sentence.

    Raises:
        InputError: the folder will not do, or nothing can learn from such noise.
    """
    looked = survey(folder)
    found = checked(folder, _reports(folder, 1 if looked.grey else 3))
    data = {"name": "folder", "path": str(folder.resolve())} | dealt(looked)
    return Own(f"noisy {looked}", looked.shortest // CELLS * CELLS, data, [], METHOD), found


def checked(folder: Path, reports: Sequence[Report]) -> str:
    """What noise some images have, a sentence; each is looked at with its brightest pixel as white.

    Raises:
        InputError: nothing can learn from it: most images are too small to tell, have noise that neighbours share,
            or next to none.
    """
    told = [report for report in reports if report.sigma is not None]
    if 2 * len(told) <= len(reports):
        raise InputError(
            f"The images in {folder} are too small to tell their noise: 100 x 100 pixels are enough{MORE}"
        )
    alike = float(np.median([report.correlation or 0.0 for report in told]))
    flat = float(np.median([report.flat_sigma or 0.0 for report in told]))
    if (alike > ALIKE and flat > NOISY) or 2 * sum(report.correlated for report in told) > len(told):
        raise InputError(
            f"The noise of the images in {folder} has neighbours alike (correlation {alike:.2f}), as cameras, JPEG "
            "and resizing leave it: nothing can be learned from it alone. Take the model photo as it is, or two shots "
            f"of each scene: --noisy ONE --clean OTHER{MORE}"
        )
    sigmas = [report.sigma or 0.0 for report in told]
    if np.median(sigmas) < NOISY:
        raise InputError(
            f"The images in {folder} have hardly any noise: there is nothing to learn from it{MORE}"
        )
    grows = sum(report.curve is not None for report in told)
    if 2 * grows > len(told):
        what = f"The noise grows with brightness in {grows} of {len(told)} images looked at"
    elif max(sigmas) <= STEADY * min(sigmas):
        what = f"The noise is white, about {level(float(np.median(sigmas)))} of the brightest"
    else:
        what = f"The noise is white, {level(min(sigmas))} to {level(max(sigmas))} of the brightest"
    return f"{what}, and neighbouring pixels do not share it: they teach each other."


def _reports(folder: Path, channels: int) -> list[Report]:
    files = image_files(folder)
    rows = np.unique(np.linspace(0, len(files) - 1, LOOKED_AT).round().astype(int))
    return [inspect(_middle(decode(files[row], channels)), channel_axis=0) for row in rows]


def _middle(image: np.ndarray) -> np.ndarray:
    """Of an image of integers, as full scales of its brightest pixel."""
    top, left = (max(0, side - SIDE) // 2 for side in image.shape[1:])
    middle = image[:, top : top + SIDE, left : left + SIDE]
    return np.asarray(middle / np.float32(max(1, middle.max())), dtype=np.float32)
