"""The five published systems, run whole; their numbers beside ours. One system a file.

The page is written by a command alone; a number in it that nobody measured cannot be.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from grainless.disk.whole import write_text
from grainless.learn.reproduce.earlier import HEAD, kept
from grainless.learn.reproduce.section import Effort, Reproduce
from grainless.learn.reproduce.systems import a, b, e, half, once
from grainless.learn.reproduce.systems.c import alike, capacity
from grainless.learn.reproduce.systems.c import system as c
from grainless.learn.reproduce.systems.d import system as d
from grainless.learn.studies.page import machine
from grainless.learn.studies.study import Study, Unfinished
from grainless.parts import choose

SYSTEMS: dict[str, Reproduce] = {
    "A": a.reproduce,
    "B": b.reproduce,
    "C": c.reproduce,
    "C-alike": alike.reproduce,
    "C-ladder": capacity.reproduce,
    "D": d.reproduce,
    "E": e.reproduce,
    "Half": half.reproduce,
    "Noise": once.reproduce,
}
"""In the order of the page, which is that of their names."""

INTRODUCTION = """# Reproductions

Five published denoising autoencoders, run as published and, where it could be done, surpassed, each from one command.
This page is written by `grainless reproduce`; nothing in it is typed. What of a row is not as published (layers, loss,
noise, length, split, metric) stands in that row; nothing there means as published. The command of a run makes it
again. What was not trained at its length says so.

Scores are means over the images named, protocol float (output clamped to 0..1, not rounded, peak 1), the noise from
the recipe's seed. The entropy floor of binary cross-entropy is what a perfect reconstruction scores. Times are of
training alone, validation left out, on the machine named; where it was busy with other work, the seconds that the
processor spent on the training stand beside those of the clock. They grow, too, where others use its cache: no time on
this page is that of a quiet machine. A run that a graphics card trained says so, with its arithmetic: its time is not
one of the machine's, other trainings shared the card, and it is to be compared with no other.
"""

EARLIER = f"""What the page had before of a row that was not trained at its length stays below, under
"{HEAD.removeprefix("### ")}", its day in each row."""
"""Follows the introduction where a section has such a part."""


def reproduce(letters: Sequence[str], study: Study, page: Path, effort: Effort) -> list[str]:
    """Run systems and write their sections into the page; those of other systems stay as they are.

    Where the study trains nothing, a section is made of the runs that are finished, and says which are not: what the
    page had before stays below it, with its date. One that cannot be made without them stays as it is.

    Args:
        letters: names in `SYSTEMS`: "A" to "E", and studies of them.
        study: where the runs lie; what is done already is reused.
        page: the Markdown file; its pictures go into a folder of the same name beside it.
        effort: how long to train.

    Returns:
        What stayed as it is, and why; a sentence each.

    Raises:
        InputError: no such system.
    """
    for letter in letters:
        choose("system", SYSTEMS, letter)
    stayed = []
    for letter in letters:
        try:
            section = SYSTEMS[letter](study, page.with_suffix(""), effort)
        except Unfinished as error:
            stayed.append(f"{letter} needs {error}")
            continue
        command = f"`grainless reproduce {letter}{'' if effort == 'standard' else f' --{effort}'}`"
        text = section.markdown() + f"\n*{command}, on {machine()}.*\n"
        known = page.read_text("utf-8") if page.is_file() else ""
        if section.missing and letter in (before := sections(known)):
            text += "\n" + kept(before[letter], text)
        write_text(page, put(known, letter, text))
    return stayed


def put(page: str, letter: str, section: str) -> str:
    """The page with this system's section new, all in the order of their letters, under the introduction.

    >>> print(put("", "B", "## B. new").removeprefix(INTRODUCTION))
    <BLANKLINE>
    ## B. new
    <BLANKLINE>
    """
    by_letter = sections(page) | {letter: section.strip()}
    earlier = [EARLIER] if any(HEAD in text for text in by_letter.values()) else []
    ordered = (by_letter[key] for key in sorted(by_letter))
    return "\n\n".join([INTRODUCTION.strip(), *earlier, *ordered]) + "\n"


def sections(page: str) -> dict[str, str]:
    r"""The sections of a page, by letter, each with its title.

    >>> sections("# Page\n\n## A. one\n\nwords\n\n## B. two\n")
    {'A': '## A. one\n\nwords', 'B': '## B. two'}
    """
    _, *found = re.split(r"^(?=## [\w-]+\. )", page, flags=re.MULTILINE)
    return {text[3 : text.index(". ")]: text.strip() for text in found}
