"""Image sequences and stacks: one choice for all frames, and a measure of how quiet they are in time."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.choose import advise
from grainless.denoising.files.streaming import told_of
from grainless.denoising.look import look, look_at_rows
from grainless.denoising.policy import AUTO, Policy
from grainless.denoising.process import with_curve
from grainless.errors import InputError
from grainless.image.files import MAX_PIXELS, format_of, frames
from grainless.image.formats.tiff import strips
from grainless.inspection import Report
from grainless.inspection.sampling import Sample, rows_of, sampled

LOOKED_AT = 9
"""Frames of a sequence, evenly spaced, that choose for all: odd, so that two opinions do not draw."""

FITTED_TO = 2**21
"""Pixels of frames that a curve is fitted to, about."""

SEEN = 512
"""Pixels a side of the middle of a frame in which change over time is measured."""

Floats = NDArray[np.float32]
Item = TypeVar("Item")
Look = tuple[Report, Sample]
"""At a frame: what was found, and what of it was looked at."""


@dataclass(frozen=True)
class Settled:
    """One policy for all frames.

    Args:
        policy: what each frame is denoised with; at strength 0 where most frames shall be left as they are.
        why: a sentence for a person.
    """

    policy: Policy
    why: str


def settle(paths: Sequence[Path], policy: Policy, *, max_pixels: int = MAX_PIXELS) -> Settled:
    """Choose once for a sequence, so that no frame is denoised otherwise than its neighbours.

    Of frames spread evenly over the sequence each says which model it would be denoised with, or none; what most say
    counts for all. Of a draw those decide whose strongest noise is stronger, where a frame that asks for no model
    counts as one without noise: noise that is found is hardly ever none, and some that is there is not found. A model
    that a person named is taken without a look. Files that cannot be read have no say. Where a curve is asked for, or
    most frames want one, one is fitted to several together.

    Args:
        paths: the files in their order; each may hold several frames or pages.
        policy: how.
        max_pixels: refuse files of more.

    Raises:
        InputError: there is no such model.
    """
    if policy.model != AUTO and not policy.adapt:
        return Settled(policy, "All frames are denoised by the model that was named.")
    looks = list(_looks(paths, policy, max_pixels))
    if not looks:
        return Settled(policy, "No frame could be looked at.")
    reports = [report for report, _ in looks]
    greys = {report.channels == 1 for report in reports}
    mixed = " Some frames are grey, some in colour." if len(greys) > 1 else ""
    idle = replace(policy, strength=0.0, chroma=0.0)
    if policy.adapt or 2 * sum(advise(report).adapt for report in reports) > len(reports):
        adapted, why = _together(looks, policy)
        if adapted:
            fitted = replace(policy, model=adapted.model, adapt=False, fitted=adapted)
            return Settled(fitted, f"All frames are denoised along one curve. {why}{mixed}")
        if policy.adapt:
            return Settled(idle, f"All frames are left as they are. {why}{mixed}")
    votes = _counted(reports)
    model, looked = next(iter(votes)), _told(votes)
    if model is None:
        return Settled(idle, f"All frames are left as they are: {looked}.{mixed}")
    chosen = replace(policy, model=policy.load(model))
    return Settled(chosen, f"All frames are denoised by model {model}: {looked}.{mixed}")


def _together(looks: Sequence[Look], policy: Policy) -> tuple[Adapted | None, str]:
    """A model with the curve that fits frames of one size together, or why none can help."""
    asking = [each for each in looks if policy.adapt or advise(each[0]).adapt]
    report, first = asking[0]
    used = max(other.used for other, _ in asking)  # the brightest that any frame uses is 1 here
    tiles = [
        sample.seen * np.float32(other.used / used)
        for other, sample in asking
        if (len(sample.seen), sample.seen.shape[2:]) == (len(first.seen), first.seen.shape[2:])
    ]
    some = _spread(tiles, max(1, FITTED_TO // first.seen[0].size))
    all_grey = all(sample.colourless for _, sample in asking)
    sample = Sample(np.concatenate(some, axis=1), all_grey, hidden=None)
    adapted, outcome = with_curve(report, policy, sample)
    return adapted and adapted.counting_in(1 / used), outcome.why or ""


def _counted(reports: Sequence[Report]) -> dict[str | None, int]:
    """Model, or none -> how many frames ask for it: first what counts for all, whatever the order of frames."""
    votes: dict[str | None, list[float]] = {}
    for report in reports:
        model = advise(report, curves=False).model
        votes.setdefault(model, []).append((report.sigma or 0.0) if model else 0.0)
    ranked = sorted(votes.items(), key=lambda vote: (-len(vote[1]), -max(vote[1]), vote[0] or ""))
    return {model: len(sigmas) for model, sigmas in ranked}


def _told(votes: Mapping[str | None, int]) -> str:
    """How many frames say what counts for all, and what the others say."""
    (_, count), *others = votes.items()
    told = f"so say {count} of the {sum(votes.values())} that were looked at"
    for model, fewer in others:
        told += f"; {fewer} {'says' if fewer == 1 else 'say'} {model or 'none'}"
    return f"{told}: of a draw the noisier frames decide" if others and others[0][1] == count else told


@dataclass
class Flicker:
    """How much pixels change from one frame to the next, before and after.

        sigma = sqrt(mean((x[t + 1] - x[t])²) / 2)

    over the middle of all frames: of a scene at rest, the standard deviation of its noise in time. What moves counts
    before and after alike. A change of the frame's size begins anew.
    """

    _last: tuple[Floats, Floats] | None = None
    _sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    _count: int = 0

    def add(self, noisy: Floats, denoised: Floats) -> None:
        """The next frame, (c, h, w) full scales, before and after."""
        now = _middle(noisy), _middle(denoised)
        if self._last is not None and self._last[0].shape == now[0].shape:
            pairs = zip(now, self._last, strict=True)
            self._sums += [float(np.square(one - other, dtype=np.float64).sum()) for one, other in pairs]
            self._count += now[0].size
        self._last = now

    @property
    def sigmas(self) -> tuple[float, float] | None:
        """Before and after, in full scales; None: there were no two frames of one size."""
        if not self._count:
            return None
        before, after = (math.sqrt(total / self._count / 2) for total in self._sums)
        return before, after

    @property
    def sentence(self) -> str | None:
        """For a person."""
        if self.sigmas is None:
            return None
        before, after = (255 * sigma for sigma in self.sigmas)
        return f"From frame to frame pixels changed by sigma {before:.1f}/255, and now by {after:.1f}/255."


def _middle(pixels: Floats) -> Floats:
    """A copy of the middle."""
    top, left = (max(0, side - SEEN) // 2 for side in pixels.shape[1:])
    return pixels[:, top : top + SEEN, left : left + SEEN].copy()


def _looks(paths: Sequence[Path], policy: Policy, max_pixels: int) -> Iterator[Look]:
    """Of frames spread evenly over the files, and over the pages of each."""
    several = -(-LOOKED_AT // max(1, len(paths)))
    for path in _spread(paths, LOOKED_AT):
        with suppress(InputError):
            yield from _of_file(path, several, policy, max_pixels)


def _of_file(path: Path, several: int, policy: Policy, max_pixels: int) -> Iterator[Look]:
    """Of some of its pages, read by rows, or of its first frames."""
    if format_of(path) != "TIFF":
        for image in islice(frames(path, max_pixels=max_pixels), several):
            yield look(image, policy), sampled(rows_of(image), image.size)
        return
    with told_of(path), strips.opened(path, max_pixels) as pages:
        for page in _spread(pages, several):
            yield look_at_rows(page.rows, page.size, path.name, policy), sampled(page.rows, page.size)


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """So many of them, evenly spaced."""
    places = np.linspace(0, len(items) - 1, min(count, len(items)))
    return [items[round(place)] for place in places]
