"""What the manual shows of the code: the directive `from-code`, our docstrings for autodoc, shell in tutorials.

    ```{from-code} noises
    ```

puts all noises, with every option of each, where it stands; with `:deeper:` under a heading of its own. To add a
kind of page: a function that writes Markdown, and its line in `PAGES`.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core import render
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from extension import commands, formats, http, parts, recipes, told
from extension.docstring import as_rst
from extension.shell import ShellCells, joined

PAGES: dict[str, Callable[[], str]] = {
    "commands": commands.page,
    "http": http.page,
    "told": told.page,
    "formats": formats.page,
    "recipes": recipes.page,
    "training": parts.training,
    **{kind: parts.page_of(kind) for kind in parts.TABLES},
}


class FromCode(SphinxDirective):
    """Markdown that is made of the code, in the directive's place."""

    required_arguments = 1
    option_spec: ClassVar = {"deeper": directives.flag}

    def run(self) -> list[nodes.Node]:
        text = PAGES[self.arguments[0]]()
        if "deeper" in self.options:
            text = re.sub(r"^## ", "### ", text, flags=re.MULTILINE)
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _docstring(app: Sphinx, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    lines[:] = as_rst("\n".join(lines)).splitlines()


def _unbroken(app: Sphinx, page: nodes.document) -> None:
    """A mean and half its interval stay in one line, however narrow the table."""
    cells = page.findall(nodes.entry)
    for text in [text for cell in cells for text in cell.findall(nodes.Text)]:
        if " ± " in text:
            text.parent.replace(
                text, nodes.Text(text.replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"))
            )


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("from-code", FromCode)
    app.add_transform(ShellCells)
    render.coalesce_streams = joined
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("doctree-read", _unbroken)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
