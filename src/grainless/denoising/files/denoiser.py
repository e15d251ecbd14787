"""From noisy files to denoised ones: each image of a file goes through `process`, and what became of it is told."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.around import mirrored, unlike, with_neighbours
from grainless.denoising.files.comparison import side_by_side
from grainless.denoising.files.form import form_of, remarks
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult
from grainless.denoising.files.streaming import Callback, denoise_tiff, must_stream
from grainless.denoising.policy import Policy
from grainless.denoising.process import Outcome, process
from grainless.disk.places import check_free, taken
from grainless.disk.whole import whole
from grainless.errors import GrainlessError, InputError, RunError
from grainless.image.files import MAX_PIXELS, Image, check_output, frames, is_of_format, write_frames

WHOLE_ONLY = "No picture to compare was made: the image was never whole in memory."


class FileDenoiser:
    """Denoises a file into another; frames and pages one after the other.

    Args:
        policy: how; what it leaves as it is is copied, byte for byte, where the format stays the same.
        compare: also write a picture of before, after and what was removed.
        overwrite: replace what stands at the target.
        skip: a target that is there is done already; else it is a mistake.
        memory: bytes by which the process may grow; larger TIFFs are streamed. None: no limit.
        max_pixels: refuse files of more.
        callback: is shown each image, before and after; of one that is streamed, its first rows.
        sequence: files that are the frames of one, in their order: a model that looks at neighbours is shown those
            before and after each in its folder.

    Raises:
        InputError: there is no such model or device.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        compare: bool = False,
        overwrite: bool = False,
        skip: bool = False,
        memory: int | None = None,
        max_pixels: int = MAX_PIXELS,
        callback: Callback | None = None,
        sequence: Sequence[Path] = (),
    ) -> None:
        given = policy or Policy()
        self._policy = replace(given, model=given.own or given.model)  # loaded now: mistakes are told at once
        self._compare, self._overwrite, self._skip = compare, overwrite, skip
        self._memory, self._max_pixels, self._callback = memory, max_pixels, callback
        self._sequence = tuple(sequence)

    def __call__(self, job: Job) -> JobResult:
        """Do a job.

        Raises:
            InputError: the source cannot be read or denoised, or the target stands there.
            RunError: the system could not write, or memory ran out.
        """
        self._check(job)
        if self._skip and not self._overwrite and (there := [path for path in job.places if path.exists()]):
            return JobResult(replace(job, target=there[0]), "skipped")
        try:
            return self._streamed(job) or self._whole(job)
        except MemoryError as error:
            raise RunError(f"{job.source} needs more memory than there is.") from error

    def _check(self, job: Job) -> None:
        """Refuse targets that must not be written, before long work."""
        source, target = job.source, job.target
        if job.fault:
            raise InputError(job.fault)
        if not self._overwrite and source.exists() and target.exists() and source.samefile(target):
            raise taken(f"{source} would be overwritten")
        check_output(target, overwrite=self._overwrite or self._skip)
        for kept in job.places[1:]:
            check_free(kept, overwrite=self._overwrite or self._skip)
        if self._compare:
            check_output(job.picture, overwrite=self._overwrite or self._skip)

    def _whole(self, job: Job) -> JobResult:
        """Image by image. Nothing is encoded until one is changed: what is merely left is copied."""
        form, done, copied = form_of(job), job, False
        work = _Work(self._policy, keep=self._compare, callback=self._callback)
        images = work.on(self._frames(job), self._before_and_after(job.source))
        changed = next((image for image in images if work.outcomes[-1].changed), None)
        if changed is not None:
            before = len(work.outcomes) - 1
            left = islice(self._frames(job), before) if before else ()
            write_frames(chain(left, [changed], images), job.target, overwrite=True, form=form)
        elif copied := bool(job.kept) or is_of_format(job.source, form):
            done = replace(job, target=job.kept or job.target)
            _copy(done)
        else:
            write_frames(self._frames(job), job.target, overwrite=True, form=form)
        if work.compared:
            with whole(job.picture) as lent:
                side_by_side(*work.compared).save(lent)
        told = remarks(job, form, len(work.outcomes))
        result = JobResult.of(done, work.outcomes, (*(() if copied else work.converted), *told))
        return replace(result, picture=job.picture if work.compared else None)

    def _streamed(self, job: Job) -> JobResult | None:
        """By rows, where the whole image would be too much; None where it would not."""
        if self._memory is None or not job.source.is_file():
            return None
        if not must_stream(job.source, job.target, self._policy, self._memory):
            return None
        done = denoise_tiff(
            job.source,
            job.target,
            self._policy,
            budget=self._memory,
            overwrite=True,
            max_pixels=self._max_pixels,
            callback=self._callback,
        )
        if not done.written:
            _copy(job)
        return JobResult.of(job, done.outcomes, (*done.notes, *((WHOLE_ONLY,) if self._compare else ())))

    def _before_and_after(self, source: Path) -> list[Path]:
        """The frames that are other files of its sequence, as far as the model looks, mirrored at the ends."""
        half = self._policy.own.card.neighbours if self._policy.own else 0
        beside = [path for path in self._sequence if path.parent == source.parent] if half else []
        if len(beside) < 2:
            return []
        at = beside.index(source)
        return [beside[mirrored(at + step, len(beside))] for step in range(-half, half + 1) if step]

    def _frames(self, job: Job) -> Iterator[Image]:
        return frames(job.source, max_pixels=self._max_pixels)


class _Work:
    """What is done to each image of a file, and what is remembered of it.

    Args:
        policy: how.
        keep: whether the first image that is denoised is kept, to be compared.
        callback: is shown each image, before and after.
    """

    def __init__(self, policy: Policy, *, keep: bool, callback: Callback | None = None) -> None:
        self._policy, self._keep, self._callback = policy, keep, callback
        self._converted: dict[str, None] = {}  # an ordered set
        self.outcomes: list[Outcome] = []
        self.compared: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @property
    def converted(self) -> tuple[str, ...]:
        """What reading made of the images, a sentence each."""
        return tuple(self._converted)

    def on(self, images: Iterator[Image], others: Sequence[Path] = ()) -> Iterator[Image]:
        """Image by image; a model that looks at neighbours is shown these, too: pages, or others of the sequence."""
        own = self._policy.own
        if own is None or not own.card.neighbours or self._policy.idle(own.card.channels):
            yield from map(self, images)
            return
        first = list(islice(images, 2))
        if len(first) == 1 and others:
            around = [next(frames(path)).pixels for path in others]
            if any(plane.shape != first[0].pixels.shape for plane in around):
                raise unlike(first[0].name)
            yield self(first[0], around)
            return
        for image, planes in with_neighbours(chain(first, images), own.card):
            yield self(image, planes)

    def __call__(self, image: Image, around: Sequence[NDArray[np.float32]] = ()) -> Image:
        """The image, denoised if there is noise."""
        self._converted |= dict.fromkeys(image.notes)
        denoised, outcome = process(image, self._policy, around=around)
        if self._callback:
            self._callback(image.pixels, denoised.pixels)
        if self._keep and not any(each.changed for each in self.outcomes):
            self.compared = (
                (image.pixels, denoised.pixels) if outcome.changed or not self.compared else self.compared
            )
        self.outcomes.append(outcome)
        return denoised


def denoise_files(
    todo: Iterable[Job], denoiser: Callable[[Job], JobResult], jobs: int = 1
) -> Iterator[JobResult]:
    """Do jobs, several at once; what fails is told as a result, and the others go on.

    No more than twice as many wait as are done at once, so that a million cost no more memory than a hundred.

    Args:
        todo: the files; taken as they are needed.
        denoiser: does one.
        jobs: how many at once.

    Yields:
        Results as they come, not in order.
    """

    def result(job: Job) -> JobResult:
        try:
            return denoiser(job)
        except GrainlessError as error:
            return JobResult(job, "failed", error=error)

    if jobs == 1:  # in this thread: ctrl-C stops it at once
        yield from map(result, todo)
        return
    pool = ThreadPoolExecutor(jobs)
    waiting: set[Future[JobResult]] = set()
    try:
        for job in todo:
            waiting.add(pool.submit(result, job))
            if len(waiting) > 2 * jobs:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        for each in as_completed(waiting):
            yield each.result()
    finally:
        pool.shutdown(cancel_futures=True)  # those begun are finished, whole


def _copy(job: Job) -> None:
    """The source as the result, byte for byte."""
    if job.target.exists() and job.source.samefile(job.target):
        return
    with whole(job.target) as lent:
        shutil.copyfile(job.source, lent)
