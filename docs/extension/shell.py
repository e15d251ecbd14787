"""A tutorial's cell that begins with %%sh is shown as what a person types in a terminal."""

from typing import ClassVar

from docutils import nodes
from sphinx.transforms import SphinxTransform

MAGIC = "%%sh\n"


class ShellCells(SphinxTransform):
    """Takes the first line of such cells away, once they have run."""

    default_priority: ClassVar = 500

    def apply(self) -> None:
        for block in self.document.findall(nodes.literal_block):
            if block.astext().startswith(MAGIC):
                text = block.astext().removeprefix(MAGIC)
                block.children = [nodes.Text(text)]
                block.rawsource = text
                block["language"] = "sh"
