"""A section of the page: rows of what was reported beside ours, parts below them, and what was not run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from grainless.evaluation.reports.markdown import table
from grainless.learn.studies.study import Study, Unfinished

Effort = Literal["quick", "standard", "full"]
"""Minutes, to see that all runs; hours, C shortened; as long as the publications."""

NOT_RUN = "not run at this length"
"""In the place of a figure whose run is not finished: no shorter one stands in for it."""


@dataclass(frozen=True)
class Figure:
    """One number of a publication beside ours.

    Args:
        what: is measured, on which images; no two rows of a table say the same.
        reported: by the publication; empty where it gives none.
        published: ours by the published recipe.
        best: ours by our best recipe, where there is one.
        differs: what of ours is not as published; "" where nothing is, or there is no run.
        run: by which command, in what time.
    """

    what: str
    reported: str = ""
    published: str = ""
    best: str = ""
    differs: str = ""
    run: str = ""


@dataclass
class Section:
    """A published system on the page.

    Args:
        letter: "A" to "E", or the word of a study.
        title: what it is.
        figures: its numbers.
        parts: Markdown that follows the table: pictures, further tables, findings.
        missing: runs that rows or parts wait for, since nothing was to be trained.
    """

    letter: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def rows(self, make: Callable[[], list[Figure]], what: str) -> None:
        """Add what is made to the table; without the run that it needs, a row that says so.

        Args:
            make: gives the rows.
            what: of such a row, in words.
        """
        try:
            self.figures += make()
        except Unfinished as error:
            self.figures.append(Figure(what, "", NOT_RUN, "", "", str(error)))
            self.missing.append(str(error))

    def part(self, make: Callable[[], str | list[str]], what: str) -> None:
        """Add what is made below the table; without the run that it needs, say so."""
        try:
            made = make()
            self.parts += [made] if isinstance(made, str) else made
        except Unfinished as error:
            self.parts.append(f"*{what}: {NOT_RUN} ({error}).*")
            self.missing.append(str(error))

    def markdown(self) -> str:
        """The section, ended by a newline."""
        head = ("", "reported", "ours, published recipe", "ours, best recipe", "not as published", "run")
        rows = [
            (row.what, row.reported, row.published, row.best, row.differs, row.run) for row in self.figures
        ]
        tables = [table(head, rows)] if rows else []
        return "\n\n".join([f"## {self.letter}. {self.title}", *tables, *self.parts]) + "\n"


Reproduce = Callable[[Study, Path, Effort], Section]
"""(study, folder for pictures, effort) -> the section."""
