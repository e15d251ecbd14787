"""What noise a folder of noisy images has: white, growing with brightness, or shared by neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grainless.errors import InputError
from grainless.inspection import Report
from grainless.inspection.kinds import level
from grainless.inspection.report import NOISY
from grainless.learn.methods.calibrated import ALIKE

STEADY = 1.25
"""Times the least sigma is the greatest, if all images have the same."""

MIXED = 3.0
"""Times the least sigma: from there on one training does not suit all (docs/noisy-only.md)."""

GROWS = 1 / 3
"""The share of images in which noise must grow with brightness: those of even brightness do not tell."""

CLEAN = 3 / 4
"""The share of images in which nobody found noise, from which on what is alike in flat blocks is texture."""

MORE = " (docs/noisy-only.md: what learns from which noise)."

WHITE, GROWING, SHARED = "white", "growing", "shared"


@dataclass(frozen=True)
class Found:
    """The noise of a folder.

    Args:
        kind: `WHITE`; `GROWING` with brightness; or `SHARED` by neighbouring pixels.
        words: the same as the beginning of a sentence.
        sigma: the median, in full scales of the brightest pixel of each image.
        steady: all images that were looked at have about that.
        mixed: white, and several times as strong in some as in others.
    """

    kind: str
    words: str
    sigma: float
    steady: bool
    mixed: bool = False


def found(folder: Path, reports: Sequence[Report]) -> Found:
    """What noise most of some images have; each was looked at with its brightest pixel as white.

    Raises:
        InputError: most are too small to tell, or have next to none: nothing can learn from them.
    """
    told = [report for report in reports if report.white_sigma is not None]
    if 2 * len(told) <= len(reports):
        raise InputError(
            f"The images in {folder} are too small to tell their noise: 100 x 100 pixels are enough{MORE}"
        )
    sigmas = [report.white_sigma or 0.0 for report in told]
    middle, steady = float(np.median(sigmas)), max(sigmas) <= STEADY * min(sigmas)
    alike = float(np.median([report.correlation or 0.0 for report in told]))
    clean = sum(report.noisy is False and report.removed is not None for report in told)
    if middle < NOISY and clean >= CLEAN * len(told):
        raise _too_clean(folder)
    if _shared(told, alike, middle):
        return Found(SHARED, f"The noise has neighbours alike (correlation {alike:.2f})", middle, steady)
    if middle < NOISY:
        raise _too_clean(folder)
    grows = sum(report.curve is not None for report in told)
    if grows >= GROWS * len(told):
        words = f"The noise grows with brightness in {grows} of {len(told)} images looked at"
        return Found(GROWING, words, middle, steady)
    range_ = f"about {level(middle)}" if steady else f"{level(min(sigmas))} to {level(max(sigmas))}"
    return Found(
        WHITE,
        f"The noise is white, {range_} of the brightest",
        middle,
        steady,
        max(sigmas) >= MIXED * min(sigmas),
    )


def _too_clean(folder: Path) -> InputError:
    return InputError(
        f"The images in {folder} have hardly any noise: there is nothing to learn from it{MORE}"
    )


def _shared(told: Sequence[Report], alike: float, white: float) -> bool:
    """Noise is alike in flat blocks; or most images have some that a denoiser sees, and it is alike or not white."""
    flat = float(np.median([report.flat_sigma or 0.0 for report in told]))
    seen = 2 * sum(report.correlated for report in told) > len(told)
    return (alike > ALIKE and (flat > NOISY or seen)) or (seen and white < NOISY)
