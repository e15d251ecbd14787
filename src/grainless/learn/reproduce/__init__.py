"""The five published systems, run whole; their numbers beside ours. One system a file.

The page is written by a command alone; a number in it that nobody measured cannot be.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from grainless.atomic import write_text
from grainless.learn.reproduce import a, b, c, d, e
from grainless.learn.reproduce.table import Effort, Reproduce, machine
from grainless.learn.studies.study import Study
from grainless.parts import choose

SYSTEMS: dict[str, Reproduce] = {
    "A": a.reproduce,
    "B": b.reproduce,
    "C": c.reproduce,
    "D": d.reproduce,
    "E": e.reproduce,
}

INTRODUCTION = """# Reproductions

Five published denoising autoencoders, run as published and surpassed, each from one command. This page is written by
`grainless reproduce`; nothing in it is typed. A run's name is its recipe with the lines that were changed, as
`grainless train RECIPE --set LINE` takes them.

Scores are means over the images named, protocol float (output clamped to 0..1, not rounded, peak 1), the noise from
the recipe's seed. The entropy floor of binary cross-entropy is what a perfect reconstruction scores: 0.0581 on MNIST's
test images, 0.2422 on Fashion-MNIST's. Times are of training alone, validation left out, on the machine named.
"""


def reproduce(letters: Sequence[str], study: Study, page: Path, effort: Effort) -> None:
    """Run systems and write their sections into the page; those of other systems stay as they are.

    Args:
        letters: "A" to "E".
        study: where the runs lie; what is done already is reused.
        page: the Markdown file; its pictures go into a folder of the same name beside it.
        effort: how long to train.

    Raises:
        InputError: no such system.
    """
    for letter in letters:
        choose("system", SYSTEMS, letter)
    for letter in letters:
        section = SYSTEMS[letter](study, page.with_suffix(""), effort)
        command = f"`grainless reproduce {letter}{'' if effort == 'standard' else f' --{effort}'}`"
        text = section.markdown() + f"\n*{command}, on {machine()}.*\n"
        known = page.read_text("utf-8") if page.is_file() else INTRODUCTION
        write_text(page, put(known, letter, text))


def put(page: str, letter: str, section: str) -> str:
    """The page with this system's section new, all in the order of their letters.

    >>> print(put("intro", "B", "## B. new"))
    intro
    <BLANKLINE>
    ## B. new
    <BLANKLINE>
    """
    head, *sections = re.split(r"^(?=## [A-Z]\. )", page, flags=re.MULTILINE)
    by_letter = {text[3]: text.strip() for text in sections} | {letter: section.strip()}
    return "\n\n".join([head.strip(), *(by_letter[key] for key in sorted(by_letter))]) + "\n"
