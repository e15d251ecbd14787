"""A model's convolutions, written anew for WebAssembly: with half or a quarter of the multiplications.

Four neighbouring results of a row of three weights are made of six products instead of twelve:

    Y = Aᵀ [(G w) * (Bᵀ x)]

x are six pixels, w three weights, Y four results; the products are summed over the channels. Of 3 x 3 weights this is
done down the columns alone (18 products for 4 results instead of 36), or down and across (36 for 16 instead of 144).
The second takes more room and more sums beside the products, so it pays where there are many channels.

The graph gets other nodes; the weights stay as they are, and the runtime makes G w once, as it opens the file. The
result is the same but for rounding, 1e-5 of full scale at most. onnxruntime does none of this, and in WebAssembly,
whose vectors have four numbers, the multiplications are what takes the time; on a processor's own wide vectors it
would not pay.

Source: Lavin, Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, arXiv:1509.09308, F(4, 3).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grainless.web.wire import fields, message, numbers, texts

GRAPH = 7  # numbers of fields: of a model,
NODE, INITIALIZER = 1, 5  # of a graph,
INPUT, OUTPUT, OPERATOR, ATTRIBUTE = 1, 2, 4, 5  # of a node,
NAME, INTEGER, INTEGERS, KIND = 1, 3, 8, 20  # of an attribute, whose kind is 2 or 7,
SIDES, NUMBERS, CALLED, RAW = 1, 2, 8, 9  # of a tensor, whose numbers are float (1) or int64 (7)

B = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    np.float32,
)
G = np.array(
    [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]], np.float32
) / np.float32(24)
A = np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], np.float32)

STEP, SEEN = A.shape  # results of a tile, and pixels that it is made of
EVEN = 1  # the product that counts once for each result of a tile: where a bias goes

FEW, MANY = 24, 48
"""Channels: from the first on it pays down the columns, from the second on down and across (docs/lab.md)."""

PLAIN = {"kernel_shape": [3, 3], "pads": [1] * 4, "strides": [1, 1], "dilations": [1, 1], "group": [1]}


@dataclass(frozen=True)
class Way:
    """How a convolution is made.

    Args:
        axes: along which it is done: (2,) down the columns, (2, 3) also across.
    """

    axes: tuple[int, ...]

    @property
    def products(self) -> int:
        return int(SEEN ** len(self.axes))

    @property
    def even(self) -> int:
        """Which product counts once for each result."""
        return sum(EVEN * SEEN**each for each in range(len(self.axes)))

    def each(self, step: int, other: int) -> list[int]:
        """A number for both axes of a picture: one where it is done, another where not."""
        return [step if axis in self.axes else other for axis in (2, 3)]

    def of(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """A matrix along all the axes."""
        return matrix if len(self.axes) == 1 else np.kron(matrix, matrix)


COLUMNS, BOTH = Way((2,)), Way((2, 3))


def faster(model: bytes) -> bytes:
    """An ONNX file with its convolutions of 3 x 3 written anew, for batches of one image.

    Those of few channels, and all that are otherwise (strides, groups, other borders), stay.

    Args:
        model: the file.
    """
    parts = list(fields(model))
    return message(
        *(((number, _graph(value)) if number == GRAPH else (number, value)) for number, value in parts)
    )


def _graph(graph: bytes | int) -> bytes:
    assert isinstance(graph, bytes)
    found = list(fields(graph))
    shapes = dict(_shapes(value for number, value in found if number == INITIALIZER))
    nodes = [Node(value) for number, value in found if number == NODE and isinstance(value, bytes)]
    for node in nodes:
        if node.operator == "Cast" and node.inputs[0] in shapes:
            shapes[node.outputs[0]] = shapes[node.inputs[0]]  # weights lie there in half precision
    made = Made()
    for node in nodes:
        way = _way(node, shapes)
        made.convolution(node, shapes[node.inputs[1]], way) if way else made.nodes.append(node.content)
    kept = [(number, value) for number, value in found if number != NODE]
    constants = [(INITIALIZER, _tensor(name, value)) for name, value in made.constants.items()]
    return message(*((NODE, node) for node in made.nodes), *kept, *constants)


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


def _shapes(tensors: Iterator[bytes | int]) -> Iterator[tuple[str, list[int]]]:
    for tensor in tensors:
        assert isinstance(tensor, bytes)
        yield texts(tensor, CALLED)[0], numbers(tensor, SIDES)


def _way(node: Node, shapes: Mapping[str, list[int]]) -> Way | None:
    """How a node is made anew; None: it stays."""
    if node.operator != "Conv" or len(shapes.get(node.inputs[1], ())) != 4:
        return None
    told = node.attributes
    if any(told.get(name, value) != value for name, value in PLAIN.items()) or "pads" not in told:
        return None
    channels = min(shapes[node.inputs[1]][:2])
    if shapes[node.inputs[1]][2:] != [3, 3] or channels < FEW:
        return None
    return BOTH if channels >= MANY else COLUMNS


@dataclass
class Made:
    """The nodes of the new graph, and the constants that they need."""

    nodes: list[bytes] = field(default_factory=list)
    constants: dict[str, NDArray] = field(default_factory=dict)

    def convolution(self, node: Node, shape: list[int], way: Way) -> None:
        """A convolution, in products that are a quarter or half as many."""
        out, into, count = shape[0], shape[1], way.products
        name = node.outputs[0]
        weights = self._weights(node.inputs[1], shape, way, name)
        bias = [self._bias(node.inputs[2], out, way, name)] if len(node.inputs) > 2 else []
        kernel, ends = way.each(SEEN, 1), way.each(STEP, 0)
        x = self._shaped(node.inputs[0], (into, 1, 0, 0), f"{name}/planes")
        tiles = self._constant(f"winograd/B{count}", way.of(B).reshape(count, 1, *kernel))
        pads = [
            *way.each(1, 0),
            *ends,
        ]  # to whole tiles, whatever the size: what is too much is cut off at the end
        x = self._node(
            "Conv", [x, tiles], f"{name}/tiles", kernel_shape=kernel, strides=way.each(STEP, 1), pads=pads
        )
        x = self._node("Transpose", [x], f"{name}/by product", perm=[1, 0, 2, 3])
        x = self._shaped(x, (1, count * into, 0, 0), f"{name}/groups")
        row = way.each(1, 3)
        x = self._node(
            "Conv",
            [x, weights, *bias],
            f"{name}/products",
            kernel_shape=row,
            pads=2 * way.each(0, 1),
            group=count,
        )
        x = self._shaped(x, (count, out, 0, 0), f"{name}/apart")
        x = self._node("Transpose", [x], f"{name}/by channel", perm=[1, 0, 2, 3])
        back = self._constant(f"winograd/A{count}", way.of(A).T.reshape(count, 1, *way.each(STEP, 1)))
        x = self._node(
            "ConvTranspose",
            [x, back],
            f"{name}/back",
            kernel_shape=way.each(STEP, 1),
            strides=way.each(STEP, 1),
        )
        x = self._shaped(x, (1, out, 0, 0), f"{name}/whole")
        self._cut(x, node.inputs[0], way, name)

    def _weights(self, weights: str, shape: list[int], way: Way, name: str) -> str:
        """G w, of all channels: one matrix product, which the runtime makes once."""
        last = [axis for axis in range(4) if axis not in way.axes]
        x = self._node("Transpose", [weights], f"{name}/w", perm=[*way.axes, *last])
        x = self._shaped(x, (3 ** len(way.axes), -1), f"{name}/w rows")
        x = self._node("MatMul", [self._constant(f"winograd/G{way.products}", way.of(G)), x], f"{name}/G w")
        return self._shaped(x, (way.products * shape[0], shape[1], *way.each(1, 3)), f"{name}/weights")

    def _bias(self, bias: str, out: int, way: Way, name: str) -> str:
        """The bias in the one product that counts once for each result, and none in the others."""
        before, after = way.even * out, (way.products - way.even - 1) * out
        zeros = [
            self._constant(f"winograd/0 x {each}", np.zeros(each, np.float32)) for each in (before, after)
        ]
        return self._node("Concat", [zeros[0], bias, zeros[1]], f"{name}/bias", axis=0)

    def _cut(self, x: str, like: str, way: Way, name: str) -> None:
        """As large as what came in."""
        sides = self._node("Shape", [like], f"{name}/size", start=2, end=2 + len(way.axes))
        first = self._constant(f"winograd/first {len(way.axes)}", np.zeros(len(way.axes), np.int64))
        axes = self._constant(f"winograd/axes {len(way.axes)}", np.array(way.axes, np.int64))
        self._node("Slice", [x, first, sides, axes], name)

    def _shaped(self, x: str, shape: tuple[int, ...], name: str) -> str:
        """Reshaped; a side of 0 stays."""
        sides = self._constant(f"winograd/{' x '.join(map(str, shape))}", np.array(shape, np.int64))
        return self._node("Reshape", [x, sides], name)

    def _constant(self, name: str, value: NDArray) -> str:
        self.constants[name] = value
        return name

    def _node(self, operator: str, inputs: list[str], name: str, **attributes: int | list[int]) -> str:
        self.nodes.append(
            message(
                *((INPUT, each) for each in inputs),
                (OUTPUT, name),
                (OPERATOR, operator),
                *((ATTRIBUTE, _attribute(key, value)) for key, value in attributes.items()),
            )
        )
        return name


def _attribute(name: str, value: int | list[int]) -> bytes:
    if isinstance(value, int):
        return message((NAME, name), (INTEGER, value), (KIND, 2))
    return message((NAME, name), *((INTEGERS, each) for each in value), (KIND, 7))


def _tensor(name: str, value: NDArray) -> bytes:
    kind = 7 if value.dtype == np.int64 else 1
    raw = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes()
    return message(*((SIDES, side) for side in value.shape), (NUMBERS, kind), (CALLED, name), (RAW, raw))
