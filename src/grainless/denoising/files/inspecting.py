"""Images that are looked at and not changed: what is in each, and what Grainless would do about it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from grainless.denoising.choose import Choice, advise
from grainless.denoising.look import inspect
from grainless.errors import GrainlessError
from grainless.image.files import MAX_PIXELS, format_of, frames
from grainless.image.formats.tiff import strips
from grainless.image.image import Image
from grainless.inspection import Report
from grainless.plain import as_object


@dataclass(frozen=True)
class Inspection:
    """What noise is in an image, and what Grainless would do about it.

    Args:
        report: what was found.
        advice: what `auto` does with it.
    """

    report: Report
    advice: Choice

    @classmethod
    def of(cls, image: Image) -> "Inspection":
        """Look at an image.

        Raises:
            InputError: its floats are no full scales.
        """
        report = inspect(image)
        return cls(report, advise(report))

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return as_object(self)


@dataclass(frozen=True)
class FileInspection:
    """The same of a file, of whose frames the first is looked at; or why it cannot be.

    Args:
        source: the file.
        found: what is in it; None: it could not be looked at.
        error: why it could not be.
        pages: how many pages or frames it holds; None: it could not be looked at, or a later one is broken.
    """

    PLAIN: ClassVar = ("source", "pages", "report", "advice", "error", "fault")

    source: Path
    found: Inspection | None = None
    error: GrainlessError | None = None
    pages: int | None = None

    @classmethod
    def of(cls, source: Path) -> "FileInspection":
        """Look at a file; what is wrong with it is told, not raised."""
        try:
            images = frames(source)
            return cls(source, Inspection.of(next(images)), pages=_counted(source, images))
        except GrainlessError as error:
            return cls(source, error=error)

    @property
    def report(self) -> Report | None:
        """What was found."""
        return self.found.report if self.found else None

    @property
    def advice(self) -> Choice | None:
        """What `auto` does with it."""
        return self.found.advice if self.found else None

    @property
    def fault(self) -> str | None:
        """Of the error: "input", the file is wrong and stays so; or "world", another try may help."""
        return self.error.fault if self.error else None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return as_object(self)


def _counted(source: Path, others: Iterator[Image]) -> int | None:
    """The pages of a file whose first was read; a TIFF's are counted without their pixels."""
    with suppress(GrainlessError):
        if format_of(source) != "TIFF":
            return 1 + sum(1 for _ in others)
        with strips.opened(source, MAX_PIXELS) as pages:
            return len(pages)
    return None
