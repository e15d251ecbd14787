"""Our docstrings, taken apart: as Markdown for pages of parts, as reStructuredText for autodoc.

They are paragraphs, indented formulas, examples behind >>>, and the sections Args, Returns and Raises.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from inspect import cleandoc
from textwrap import dedent

SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields):\s*$")
ENTRY = re.compile(r"^([\w*.]+): (.*)$")
CODE = re.compile(r"(``?[^`]+``?)")


@dataclass
class Docstring:
    """The parts of a docstring.

    Args:
        blocks: paragraphs and indented blocks, in their order: ("text" or "formula" or "python", words).
        sections: the section's name -> its entries, name -> words; a section without names has one, "".
    """

    blocks: list[tuple[str, str]] = field(default_factory=list)
    sections: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, str]:
        """The keywords and what they mean."""
        return self.sections.get("Args", {})


def read(text: str | None) -> Docstring:
    """A docstring taken apart."""
    found = Docstring()
    for block in re.split(r"\n\s*\n", cleandoc(text or "").strip("\n")):
        first, _, rest = block.partition("\n")
        if section := SECTION.match(first):
            found.sections[section[1]] = dict(_entries(dedent(rest)))
        elif block.strip():
            found.blocks.append((_kind(block), dedent(block)))
    return found


def _kind(block: str) -> str:
    if block.startswith(">>>"):
        return "python"
    return "formula" if block.startswith(" ") else "text"


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Names with their words; lines that are indented further go on."""
    for entry in re.split(r"\n(?=\S)", text):
        line = " ".join(entry.split())
        named = ENTRY.match(line)
        yield (named[1], named[2]) if named else ("", line)


def as_markdown(found: Docstring) -> str:
    """All but the options, which pages show as a table."""
    lines = [
        plain(words) if kind == "text" else f"```{'python' if kind == 'python' else 'text'}\n{words}\n```"
        for kind, words in found.blocks
    ]
    for name in ("Returns", "Raises"):
        for entry, words in found.sections.get(name, {}).items():
            lines.append(f"*{name}* " + (f"`{entry}`: " if entry else "") + plain(words))
    return "\n\n".join(lines)


def plain(words: str) -> str:
    r"""Words in which only `code` is more than words, for Markdown, also in a table's cell.

    >>> plain("a * b_c < `d*` | e")
    'a \\* b_c \\< `d*` \\| e'
    """
    return _outside_code(" ".join(words.split()), lambda text: re.sub(r"([*<|\[\]])", r"\\\1", text))


def as_rst(text: str) -> str:
    """A docstring as autodoc takes it."""
    found = read(text)
    lines = [_rst(words) if kind == "text" else _literal(kind, words) for kind, words in found.blocks]
    fields = {"Args": "param", "Attributes": "ivar", "Raises": "raises"}
    entries = [
        f":{fields[section]} {name}: {_rst(words)}" if section in fields else f":returns: {_rst(words)}"
        for section, named in found.sections.items()
        for name, words in named.items()
    ]
    return "\n\n".join([*lines, "\n".join(entries)])


def _literal(kind: str, words: str) -> str:
    if kind == "python":
        return words
    return "::\n\n" + "\n".join(f"    {line}" for line in words.splitlines())


def _rst(words: str) -> str:
    """In reStructuredText, code has two backticks; stars and trailing underscores mean something."""
    words = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", " ".join(words.split()))
    return _outside_code(words, lambda text: re.sub(r"([*|]|_\b)", r"\\\1", text))


def _outside_code(words: str, change: Callable[[str], str]) -> str:
    return "".join(each if each.startswith("`") else change(each) for each in CODE.split(words))
