"""Pictures on the page, which lie in a folder beside it."""

from pathlib import Path


def picture(path: Path, page: Path, words: str) -> str:
    """A picture on the page."""
    return f"![{words}]({path.relative_to(page.parent).as_posix()})\n\n*{words}*"


def copied(source: Path, pictures: Path, name: str, words: str) -> str:
    """A study's picture, brought beside the page."""
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / name).write_bytes(source.read_bytes())
    return picture(pictures / name, pictures, words)
