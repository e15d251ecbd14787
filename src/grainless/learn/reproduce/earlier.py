"""What a page had before: sections come apart, and what was not made again is kept, with its date in each row."""

import re

from grainless.learn.reproduce.section import NOT_RUN

HEAD = "### Earlier runs"
SIGNED = re.compile(r"^\*(`grainless reproduce .*), (\d{4}-\d\d-\d\d)\.\*$", re.MULTILINE)
"""The last line of a section: by which command, on which machine, when."""
PICTURE = re.compile(r"!\[(.*)\]\((.+)\)")


def kept(before: str, section: str) -> str:
    r"""What of a section stays on the page under a new one that lacks some runs; "" if it had nothing.

    Pictures that the new section has written anew are left out, since their files are others now.

    Args:
        before: the section as the page has it, title and all.
        section: the new one.

    >>> print(kept("## B. b\n\n| a |\n| --- |\n| 1 |\n\n*`grainless reproduce B`, on X, 2026-11-21.*", ""))
    ### Earlier runs
    <BLANKLINE>
    Of 2026-11-21, by `grainless reproduce B`, on X; not made again since. The rows name that day.
    <BLANKLINE>
    | a |
    | --- |
    | 2026-11-21: 1 |
    """
    body = before.partition("\n")[2]
    if (again := body.find(f"{HEAD}\n\nOf ")) >= 0:
        return "\n\n".join(_left(body[again:], section))
    if NOT_RUN in body.lower() or not (signed := SIGNED.search(body)):
        return ""  # of a section that lacked runs itself, all that it had is made again now
    who, when = signed.groups()
    told = f"Of {when}, by {who}; not made again since. The rows name that day."
    parts = _left(SIGNED.sub("", body).replace(HEAD, ""), section)
    return "\n\n".join([HEAD, told, *(_dated(part, when) for part in parts)]) if parts else ""


def _left(text: str, section: str) -> list[str]:
    """The paragraphs without pictures that the new section has written anew, and without their words."""
    replaced = {words for words, path in PICTURE.findall(text) if f"({path})" in section}
    parts = [part.strip("\n") for part in text.split("\n\n") if part.strip()]
    return [
        part
        for part in parts
        if part.strip("*") not in replaced and part.partition("]")[0][2:] not in replaced
    ]


def _dated(part: str, when: str) -> str:
    """A table with the day in its rows, a heading one step lower; anything else as it is."""
    if part.startswith("### "):
        return f"#{part}"
    if not part.startswith("|"):
        return part
    head, line, *rows = part.split("\n")
    return "\n".join([head, line, *(f"| {when}: {row[2:]}" for row in rows)])
