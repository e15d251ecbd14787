"""README, CONTRIBUTING and the pages of the manual, with the blocks of code in them."""

from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING, CHANGELOG = (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))
MANUAL = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [README, CONTRIBUTING, CHANGELOG, *MANUAL]


class Block(NamedTuple):
    """A fenced block: what stands behind the fence, and the lines within."""

    kind: str
    text: str


def blocks(path):
    """All of a page, in their order."""
    tokens = MarkdownIt().parse(path.read_text("utf-8"))
    return [Block(token.info.strip(), token.content) for token in tokens if token.type == "fence"]


def words(path):
    """What stands outside of them."""
    tokens = MarkdownIt().parse(path.read_text("utf-8"))
    return "\n".join(token.content for token in tokens if token.type == "inline")


def name_of(path):
    """A page's name, the same on every machine."""
    return str(path.relative_to(ROOT))
