"""A tutorial's cell that begins with %%sh is shown as what a person types in a terminal, and what came out, whole."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

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


def joined(outputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The outputs of a cell, stdout and stderr as one each.

    In place of MyST-NB's own, which ends every chunk with a line feed: IPython sends what a shell says in chunks of
    100 bytes, in the middle of lines.

    >>> joined([{"output_type": "stream", "name": "stdout", "text": each} for each in ("19.", "7/255")])
    [{'output_type': 'stream', 'name': 'stdout', 'text': '19.7/255'}]
    """
    found: list[Mapping[str, Any]] = []
    streams: dict[str, Any] = {}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
            continue
        found.append(output)
        if output["output_type"] == "stream":
            streams[output["name"]] = output
    return found
