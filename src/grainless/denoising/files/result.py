"""What became of a file, for a person and for programs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from grainless.denoising.files.jobs import Job
from grainless.denoising.process import Outcome
from grainless.errors import GrainlessError
from grainless.plain import as_object

State = Literal["denoised", "left", "skipped", "failed"]


class Source(NamedTuple):
    """What tells one version of a file from another."""

    size: int
    modified: int  # nanoseconds

    @classmethod
    def of(cls, path: Path) -> "Source | None":
        """Of a file; None: there is none."""
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(found.st_size, found.st_mtime_ns)


@dataclass(frozen=True)
class JobResult:
    """What became of a job.

    Args:
        job: the files.
        state: "denoised"; "left": the result is the source, byte for byte where it is of the same format; "skipped":
            its result was there already; "failed": there is none.
        model: the name of the first model that was taken.
        adapt: whether a curve was fitted to an image of it, along which the model was shown it.
        sigma: of the noise found in the first image, in full scales.
        remarks: what a person should be told, a sentence each.
        error: why it failed.
        chosen: what was done was the choice of "auto".
        picture: of before, after and removed; None: none was made.
        read: the version of the source that was read; None: none was, or nobody looked.
        seconds: that it took; 0: nobody looked.
    """

    PLAIN: ClassVar = (
        "source",
        "target",
        "picture",
        "state",
        "model",
        "adapt",
        "sigma",
        "remarks",
        "error",
        "fault",
    )

    job: Job
    state: State
    model: str | None = None
    sigma: float | None = None
    remarks: tuple[str, ...] = ()
    error: GrainlessError | None = None
    chosen: bool = False
    picture: Path | None = None
    read: Source | None = None
    seconds: float = 0.0
    adapt: bool = False

    @classmethod
    def of(cls, job: Job, outcomes: Iterable[Outcome], notes: Iterable[str] = ()) -> "JobResult":
        """Of what was done with each image of the file; each sentence is told once, and of which pages."""
        outcomes = list(outcomes)
        model = next((each.model for each in outcomes if each.model), None)
        remarks = dict.fromkeys(chain(said([each.remarks for each in outcomes]), notes))
        chosen = any(each.why for each in outcomes)
        state: State = "denoised" if model else "left"
        adapt = any(each.adapt for each in outcomes)
        return cls(job, state, model, outcomes[0].sigma, tuple(remarks), chosen=chosen, adapt=adapt)

    @property
    def source(self) -> Path:
        """The file that was given."""
        return self.job.source

    @property
    def target(self) -> Path:
        """The file that is its result."""
        return self.job.target

    @property
    def fault(self) -> str | None:
        """Of the error: "input", the file is wrong and stays so; or "world", another try may help."""
        return self.error.fault if self.error else None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return as_object(self)


def said(remarks: Sequence[Sequence[str]]) -> Iterator[str]:
    """What was said of the pages of a file: first what holds of all, then of which the rest was said."""
    pages: dict[str, list[int]] = {}
    for number, each in enumerate(remarks, 1):
        for remark in each:
            pages.setdefault(remark, []).append(number)
    every = "Every page: " if len(remarks) > 1 else ""
    yield from (f"{every}{remark}" for remark, of in pages.items() if len(of) == len(remarks))
    for remark, of in pages.items():
        if len(of) < len(remarks):
            yield f"Page{'s' if len(of) > 1 else ''} {_ranges(of)}: {remark}"


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, those in a row as one.

    >>> _ranges([1, 2, 3, 5, 8, 9])
    '1 to 3, 5, 8, 9'
    """
    runs = [list(run) for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    ends = [[number for _, number in run] for run in runs]
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in ends)
