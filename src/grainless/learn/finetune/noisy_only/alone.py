"""Noisy images and nothing else: what noise they have, and what learns from it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grainless.data.checks.survey import survey
from grainless.data.decode import decode
from grainless.denoising.look import inspect
from grainless.denoising.policy import AUTO
from grainless.errors import InputError, counted
from grainless.image.folder import image_files
from grainless.inspection import Report
from grainless.learn.finetune.noisy_only.choice import asked, chosen, trained_on
from grainless.learn.finetune.noisy_only.found import SHARED, WHITE, Found, found
from grainless.learn.finetune.noisy_only.teacher import Teacher
from grainless.learn.finetune.own import Own, dealt

LOOKED_AT, SIDE = 9, 512
"""So many images, spread evenly over all, and the middles of them, pixels a side."""

CELLS = 16
"""Of the sides of crops: half of it is what shipped models take."""

WHY = {
    "neighbours": "neighbouring pixels, which do not share it, teach each other",
    "calibrated": "what {by} makes of them teaches, under noise as measured",
}
"""Method -> what it does, for a person who did not choose it."""

MIXED = (
    " Some images have several times the noise of others: those of weak noise may come out worse. Train them apart, "
    "in a folder of their own."
)

SHARING = " Halves of an image share such noise, and their scores favour what leaves it: look at the images."

Floats = NDArray[np.float32]


def noisy_images(
    folder: Path, wanted: str | None = None, tell: Callable[[str], object] = lambda line: None
) -> tuple[Own, str]:
    """Noisy images without clean ones, and in words what was found in them and what learns from it.

    Args:
        folder: of the images.
        wanted: the method that a person names; None: the one that fits the noise.
        tell: takes a line before each wait.

    Raises:
        InputError: the folder will not do, or nothing can learn from such noise, or not what is wanted.
    """
    looked = survey(folder)
    noise, reports, samples = look_at(folder, 1 if looked.grey else 3, tell=tell)
    method = chosen(folder, noise, wanted, grey=looked.grey)
    teacher = Teacher.of(reports, noise.kind)
    data = {"name": "folder", "path": str(folder.resolve())} | dealt(looked)
    options: dict[str, Any] = {}
    if "sigma" in asked(method):
        options["sigma"] = _rounded(np.median(_sigmas(samples, reports)))
    if "measured" in asked(method):
        tell(f"Measuring their noise by what {teacher.words} makes of them ...")
        teacher = teacher.settled(samples, reports)
        white = noise.kind == WHITE
        options["measured"] = _white(samples, reports) if white else _measured(folder, teacher, samples)
        data |= {"name": "denoised"} | teacher.options
    start = teacher.by if trained_on(noise, method, grey=looked.grey) and teacher.by != AUTO else None
    own = Own(f"noisy {looked}", looked.shortest // CELLS * CELLS, data, [], method, options, start)
    why = WHY.get(method, "as you say").format(by=teacher.words)
    shared = SHARING if noise.kind == SHARED and "measured" not in options else ""
    return own, f"{noise.words}. Learned by {method}: {why}.{shared}{MIXED if noise.mixed else ''}"


class Looked(NamedTuple):
    """What was seen of a folder: its noise, and reports of (c, h, w) middles of some of the images, full scales."""

    noise: Found
    reports: list[Report]
    samples: list[Floats]


def look_at(
    folder: Path,
    channels: int,
    *,
    stacks: bool = False,
    tell: Callable[[str], object] = lambda line: None,
) -> Looked:
    """Look at the noise of some images of a folder; of stacks, at the first planes of some.

    Args:
        folder: of the images.
        channels: of the samples.
        stacks: its files may hold many planes, or lie in folders inside it.
        tell: takes a line before the wait.

    Raises:
        InputError: most are too small to tell, or have next to none.
    """
    files = image_files(folder, recursive=stacks)
    rows = np.unique(np.linspace(0, len(files) - 1, LOOKED_AT).round().astype(int))
    tell(f"Looking at the noise of {len(rows)} of {counted(len(files), 'image')} in {folder} ...")
    samples = [_middle(decode(files[row], channels)) for row in rows]
    reports = [inspect(_brightened(sample), channel_axis=0) for sample in samples]
    return Looked(found(folder, reports), reports, samples)


def _measured(folder: Path, teacher: Teacher, samples: Sequence[Floats]) -> list[str]:
    noises = teacher.noises(samples)
    if not noises:
        raise InputError(
            f"{teacher.words} leaves the images in {folder} as they are, so that no noise can be measured by it; take "
            "--set learn.name=neighbours."
        )
    return noises


def _white(samples: Sequence[Floats], reports: Sequence[Report]) -> list[str]:
    """White noise of all strengths that were found, cut where files end."""
    sigmas = _sigmas(samples, reports)
    return [f"gaussian:sigma={_rounded(min(sigmas))}..{_rounded(max(sigmas))},clip=true"]


def _sigmas(samples: Sequence[Floats], reports: Sequence[Report]) -> list[float]:
    """Of the noise as the files have it; none of images that are too small to tell."""
    pairs = zip(samples, reports, strict=True)
    return [report.white_sigma * float(sample.max()) for sample, report in pairs if report.white_sigma]


def _rounded(sigma: float) -> float:
    """Four digits."""
    return float(f"{sigma:.4g}")


def _middle(image: NDArray[np.unsignedinteger]) -> Floats:
    top, left = (max(0, side - SIDE) // 2 for side in image.shape[1:])
    middle = image[:, top : top + SIDE, left : left + SIDE]
    return np.asarray(middle / np.float32(np.iinfo(image.dtype).max), dtype=np.float32)


def _brightened(sample: Floats) -> Floats:
    """With its brightest pixel as white."""
    return sample / max(float(sample.max()), 1 / 65_535)
