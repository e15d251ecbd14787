"""From noisy files to denoised ones: look, choose, denoise, check what was taken, write."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grainless.atomic import whole
from grainless.denoising.choose import AUTO, choose
from grainless.denoising.comparison import side_by_side
from grainless.denoising.detail import MANY, detail_taken
from grainless.denoising.jobs import Errand
from grainless.denoising.process import check_strength, denoise_image
from grainless.denoising.streaming import denoise_tiff, middle, must_stream
from grainless.errors import GrainlessError, InputError, RunError
from grainless.image.files import MAX_PIXELS, Image, check_output, frames, write_frames
from grainless.model import zoo
from grainless.model.denoiser import Denoiser, load

COMPARED = "-compare.png"
"""What the name of the picture of before, after and removed ends in, beside the result."""

WHOLE_ONLY = "No picture to compare was made: the image was never whole in memory."
LARGEST = "color"
SEEN = 2048  # pixels a side of the part in whose middle lost detail is looked for

State = Literal["denoised", "left", "skipped", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of an errand.

    Args:
        errand: the files.
        state: "denoised"; "left": the result is the source, byte for byte where it is of the same format; "skipped":
            its result was there already; "failed": there is none.
        model: the name of the model that was taken.
        sigma: of the noise found in the first image, in full scales.
        remarks: what a person should be told, a sentence each.
        error: why it failed.
    """

    errand: Errand
    state: State
    model: str | None = None
    sigma: float | None = None
    remarks: tuple[str, ...] = ()
    error: GrainlessError | None = None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "source": str(self.errand.source),
            "target": str(self.errand.target),
            "state": self.state,
            "model": self.model,
            "sigma": self.sigma,
            "remarks": self.remarks,
            "error": str(self.error) if self.error else None,
        }


class FileDenoiser:
    """Denoises a file into another; frames and pages one after the other.

    Args:
        model: "auto", or a model's name, ONNX file or run.
        strength: 0 gives the source, byte for byte where the result is of the same format; 1 what the model gives.
        device: "auto", "cpu" or "cuda".
        compare: also write a picture of before, after and what was removed.
        overwrite: replace what stands at the target.
        skip: a target that is there is done already; else it is a mistake.
        memory: bytes by which the process may grow; larger TIFFs are streamed. None: no limit.
        max_pixels: refuse files of more.

    Raises:
        InputError: strength is not in 0..1, there is no such model or device.
    """

    def __init__(
        self,
        model: str | Path = AUTO,
        *,
        strength: float = 1.0,
        device: str = "auto",
        compare: bool = False,
        overwrite: bool = False,
        skip: bool = False,
        memory: int | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        check_strength(strength)
        known = model == AUTO or model in zoo.SHIPPED
        self._model: str | Denoiser = str(model) if known else load(model, device)
        self._strength, self._device = strength, device
        self._compare, self._overwrite, self._skip = compare, overwrite, skip
        self._memory, self._max_pixels = memory, max_pixels

    def __call__(self, errand: Errand) -> Outcome:
        """Do an errand.

        Raises:
            InputError: the source cannot be read or denoised, or the target stands there.
            RunError: the system could not write, or memory ran out.
        """
        self._check(errand)
        if self._skip and errand.target.exists() and not self._overwrite:
            return Outcome(errand, "skipped")
        try:
            return self._streamed(errand) or self._whole(errand)
        except MemoryError as error:
            raise RunError(f"{errand.source} needs more memory than there is.") from error

    def _check(self, errand: Errand) -> None:
        """Refuse targets that must not be written, before long work."""
        source, target = errand.source, errand.target
        if not self._overwrite and source.exists() and target.exists() and source.samefile(target):
            raise InputError(
                f"{source} would be overwritten: choose another target, or allow it by --overwrite."
            )
        check_output(target, overwrite=self._overwrite or self._skip)
        if self._compare:
            check_output(_compared(target), overwrite=self._overwrite or self._skip)

    def _whole(self, errand: Errand) -> Outcome:
        """Image by image."""
        work = _Work(self._model, self._device, self._strength)
        write_frames(
            map(work, frames(errand.source, max_pixels=self._max_pixels)), errand.target, overwrite=True
        )
        same = not work.name and errand.source.suffix.lower() == errand.target.suffix.lower()
        if same:
            _copy(errand)
        if self._compare and work.compared:
            with whole(_compared(errand.target)) as lent:
                side_by_side(*work.compared).save(lent)
        remarks = work.remarks if same else (*work.remarks, *work.converted)
        return Outcome(errand, "denoised" if work.name else "left", work.name, work.sigma, remarks)

    def _streamed(self, errand: Errand) -> Outcome | None:
        """By rows, where the whole image would be too much; None where it would not."""
        if self._memory is None or not self._strength or not errand.source.is_file():
            return None
        if not must_stream(errand.source, errand.target, self._sizer, self._memory):
            return None
        choice = choose(middle(errand.source, max_pixels=self._max_pixels), self._model, device=self._device)
        if choice.denoiser is None:
            _copy(errand)
            return Outcome(errand, "left", None, choice.sigma, choice.remarks)
        notes = denoise_tiff(
            errand.source,
            errand.target,
            choice.denoiser,
            self._strength,
            budget=self._memory,
            overwrite=True,
            max_pixels=self._max_pixels,
        )
        notes += (WHOLE_ONLY,) if self._compare else ()
        remarks = (*choice.denoiser.remarks, *choice.remarks, *notes)
        return Outcome(errand, "denoised", choice.denoiser.card.name, choice.sigma, remarks)

    @cached_property
    def _sizer(self) -> Denoiser:
        """A model that takes as much memory as the one that will be chosen; the shipped ones are alike."""
        if isinstance(self._model, Denoiser):
            return self._model
        return load(LARGEST if self._model == AUTO else self._model, self._device)


class _Work:
    """What is done to each image of a file, and what is remembered of it.

    Args:
        model: as `choose` takes it.
        device: "auto", "cpu" or "cuda".
        strength: 0..1.
    """

    def __init__(self, model: str | Denoiser, device: str, strength: float) -> None:
        self._model, self._device, self._strength = model, device, strength
        self._said: dict[str, None] = {}  # an ordered set, and so is this:
        self._converted: dict[str, None] = {}
        self.name: str | None = None
        self.sigma: float | None = None
        self.compared: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        return tuple(self._said)

    @property
    def converted(self) -> tuple[str, ...]:
        """What reading made of the images, a sentence each."""
        return tuple(self._converted)

    def __call__(self, image: Image) -> Image:
        """The image, denoised if there is noise."""
        self._converted |= dict.fromkeys(image.notes)
        if self._strength == 0:
            self.compared = self.compared or (image.pixels, image.pixels)
            return image
        choice = choose(image, self._model, device=self._device)
        self.sigma = choice.sigma if self.sigma is None else self.sigma
        self._say(choice.remarks)
        if choice.denoiser is None:
            self.compared = self.compared or (image.pixels, image.pixels)
            return image
        denoised = denoise_image(image, choice.denoiser, self._strength)
        self._say((*choice.denoiser.remarks, *_lost(image, denoised)))
        if self.name is None:
            self.name, self.compared = choice.denoiser.card.name, (image.pixels, denoised.pixels)
        return denoised

    def _say(self, remarks: Iterable[str]) -> None:
        self._said |= dict.fromkeys(remarks)


def denoise_files(
    errands: Iterable[Errand], denoiser: Callable[[Errand], Outcome], jobs: int = 1
) -> Iterator[Outcome]:
    """Do errands, several at once; what fails is told as an outcome, and the others go on.

    Args:
        errands: the files.
        denoiser: does one.
        jobs: how many at once.

    Yields:
        Outcomes as they come, not in order.
    """

    def outcome(errand: Errand) -> Outcome:
        try:
            return denoiser(errand)
        except GrainlessError as error:
            return Outcome(errand, "failed", error=error)

    if jobs == 1:  # in this thread: ctrl-C stops it at once
        yield from map(outcome, errands)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        for done in as_completed([pool.submit(outcome, errand) for errand in errands]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # those begun are finished, whole


def _lost(image: Image, denoised: Image) -> tuple[str, ...]:
    """A word where more than noise was taken."""
    top, left = (max(0, side - SEEN) // 2 for side in image.size)
    part = (slice(None), slice(top, top + SEEN), slice(left, left + SEEN))
    taken = detail_taken(image.pixels[part], denoised.pixels[part])
    if taken is None or taken <= MANY:
        return ()
    return (
        f"Detail was taken with the noise: {taken:.1f} times as much went from busy parts as from flat ones. "
        "--compare shows it, --strength keeps more.",
    )


def _compared(target: Path) -> Path:
    """Where the picture to compare goes; by the whole name, as a.png and a.jpg may be neighbours."""
    return target.with_name(target.name + COMPARED)


def _copy(errand: Errand) -> None:
    """The source as the result, byte for byte."""
    if errand.target.exists() and errand.source.samefile(errand.target):
        return
    with whole(errand.target) as lent:
        shutil.copyfile(errand.source, lent)
