"""An ONNX file's graph: its nodes read, and new ones made, without ONNX's own package.

Source: ONNX, onnx.proto: ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grainless.web.rewrite.wire import Field, fields, message, numbers, texts

GRAPH = 7  # numbers of fields: of a model,
NODE, INITIALIZER = 1, 5  # of a graph,
INPUT, OUTPUT, OPERATOR, ATTRIBUTE = 1, 2, 4, 5  # of a node,
NAME, INTEGER, INTEGERS, KIND = 1, 3, 8, 20  # of an attribute, whose kind is 2 or 7,
SIDES, NUMBERS, CALLED, RAW = 1, 2, 8, 9  # of a tensor, whose numbers are float (1) or int64 (7)


@dataclass(frozen=True)
class Node:
    """A node of a graph, read."""

    content: bytes

    @cached_property
    def operator(self) -> str:
        return texts(self.content, OPERATOR)[0]

    @cached_property
    def inputs(self) -> list[str]:
        return texts(self.content, INPUT)

    @cached_property
    def outputs(self) -> list[str]:
        return texts(self.content, OUTPUT)

    @cached_property
    def attributes(self) -> dict[str, list[int]]:
        """Those that are whole numbers."""
        each = [
            value
            for number, value in fields(self.content)
            if number == ATTRIBUTE and isinstance(value, bytes)
        ]
        return {texts(one, NAME)[0]: numbers(one, INTEGER) or numbers(one, INTEGERS) for one in each}


@dataclass(frozen=True)
class Graph:
    """A graph, read.

    Args:
        parts: its fields.
    """

    parts: list[Field]

    @classmethod
    def of(cls, content: bytes) -> "Graph":
        return cls(list(fields(content)))

    @property
    def nodes(self) -> list[Node]:
        return [Node(each) for each in self._held(NODE)]

    @property
    def shapes(self) -> dict[str, list[int]]:
        """Of its constants, and of what a Cast makes of them: weights lie there in half precision."""
        found = {texts(each, CALLED)[0]: numbers(each, SIDES) for each in self._held(INITIALIZER)}
        for node in self.nodes:
            if node.operator == "Cast" and node.inputs[0] in found:
                found[node.outputs[0]] = found[node.inputs[0]]
        return found

    def with_nodes(self, made: "Made") -> bytes:
        """The same graph with other nodes, and more constants."""
        kept = [(number, value) for number, value in self.parts if number != NODE]
        constants = [(INITIALIZER, _tensor(name, value)) for name, value in made.constants.items()]
        return message(*((NODE, node) for node in made.nodes), *kept, *constants)

    def _held(self, wanted: int) -> Iterator[bytes]:
        return (value for number, value in self.parts if number == wanted and isinstance(value, bytes))


@dataclass
class Made:
    """New nodes, and the constants that they need. Each method gives the name of what it makes."""

    nodes: list[bytes] = field(default_factory=list)
    constants: dict[str, NDArray] = field(default_factory=dict)

    def keep(self, node: Node) -> None:
        self.nodes.append(node.content)

    def shaped(self, x: str, shape: tuple[int, ...], name: str) -> str:
        """Reshaped; a side of 0 stays."""
        sides = self.constant(f"sides {' x '.join(map(str, shape))}", np.array(shape, np.int64))
        return self.node("Reshape", [x, sides], name)

    def constant(self, name: str, value: NDArray) -> str:
        self.constants[name] = value
        return name

    def node(self, operator: str, inputs: list[str], name: str, **attributes: int | list[int]) -> str:
        self.nodes.append(
            message(
                *((INPUT, each) for each in inputs),
                (OUTPUT, name),
                (OPERATOR, operator),
                *((ATTRIBUTE, _attribute(key, value)) for key, value in attributes.items()),
            )
        )
        return name

    def joined(self, parts: list[str], name: str) -> str:
        return self.node("Concat", parts, name, axis=0)


def _attribute(name: str, value: int | list[int]) -> bytes:
    if isinstance(value, int):
        return message((NAME, name), (INTEGER, value), (KIND, 2))
    return message((NAME, name), *((INTEGERS, each) for each in value), (KIND, 7))


def _tensor(name: str, value: NDArray) -> bytes:
    kind = 7 if value.dtype == np.int64 else 1
    raw = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes()
    return message(*((SIDES, side) for side in value.shape), (NUMBERS, kind), (CALLED, name), (RAW, raw))
