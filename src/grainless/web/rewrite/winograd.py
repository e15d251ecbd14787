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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grainless.web.rewrite.graph import GRAPH, Graph, Made, Node
from grainless.web.rewrite.wire import fields, message

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
    return message(
        *(
            (number, _rewritten(value) if number == GRAPH and isinstance(value, bytes) else value)
            for number, value in fields(model)
        )
    )


def _rewritten(content: bytes) -> bytes:
    graph = Graph.of(content)
    shapes, made = graph.shapes, Convolutions()
    for node in graph.nodes:
        way = _way(node, shapes)
        made.add(node, shapes[node.inputs[1]], way) if way else made.keep(node)
    return graph.with_nodes(made)


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


class Convolutions(Made):
    """Convolutions in products that are half or a quarter as many."""

    def add(self, node: Node, weights_shape: list[int], way: Way) -> None:
        """One of them."""
        out, into, count = *weights_shape[:2], way.products
        name = node.outputs[0]
        weights = self._weights(node.inputs[1], weights_shape, way, name)
        bias = [self._bias(node.inputs[2], out, way, name)] if len(node.inputs) > 2 else []
        kernel, ends = way.each(SEEN, 1), way.each(STEP, 0)
        x = self.shaped(node.inputs[0], (into, 1, 0, 0), f"{name}/planes")
        tiles = self.constant(f"winograd/B{count}", way.of(B).reshape(count, 1, *kernel))
        # To whole tiles, whatever the size: what is too much is cut off at the end.
        pads = way.each(1, 0) + ends
        shape = {"kernel_shape": kernel, "strides": way.each(STEP, 1), "pads": pads}
        x = self.node("Conv", [x, tiles], f"{name}/tiles", **shape)
        x = self.node("Transpose", [x], f"{name}/by product", perm=[1, 0, 2, 3])
        x = self.shaped(x, (1, count * into, 0, 0), f"{name}/groups")
        around = {"kernel_shape": way.each(1, 3), "pads": 2 * way.each(0, 1)}
        x = self.node("Conv", [x, weights, *bias], f"{name}/products", **around, group=count)
        x = self._rows(x, out, name) if way == COLUMNS else self._squares(x, out, name)
        self._cut(x, node.inputs[0], way, name)

    def _rows(self, x: str, out: int, name: str) -> str:
        """The results of products down the columns: one matrix product, then rows find their places."""
        width = self.node("Shape", [x], f"{name}/width", start=3, end=4)
        x = self._results(x, [STEP, out], COLUMNS, name)
        x = self.node("Transpose", [x], f"{name}/by channel", perm=[1, 2, 0, 3])
        before = self.constant(f"winograd/1 x {out} x", np.array([1, out, -1], np.int64))
        return self.node("Reshape", [x, self.joined([before, width], f"{name}/as one")], f"{name}/whole")

    def _squares(self, x: str, out: int, name: str) -> str:
        """The results of products down and across: one matrix product, then each finds its place."""
        x = self._results(x, [1, STEP**2 * out], BOTH, name)
        return self.node("DepthToSpace", [x], f"{name}/whole", blocksize=STEP)

    def _results(self, x: str, before: list[int], way: Way, name: str) -> str:
        """The sums of products, the results of a tile first: on all threads, as a transposed convolution is not."""
        sides = self.node("Shape", [x], f"{name}/sides", start=2, end=4)
        x = self.shaped(x, (way.products, -1), f"{name}/flat")
        sums = self.constant(f"winograd/A{way.products}", way.of(A))
        x = self.node("MatMul", [sums, x], f"{name}/results")
        first = self.constant(f"winograd/{' x '.join(map(str, before))} x", np.array(before, np.int64))
        return self.node("Reshape", [x, self.joined([first, sides], f"{name}/apart")], f"{name}/in places")

    def _weights(self, weights: str, shape: list[int], way: Way, name: str) -> str:
        """G w, of all channels: one matrix product, which the runtime makes once."""
        last = [axis for axis in range(4) if axis not in way.axes]
        x = self.node("Transpose", [weights], f"{name}/w", perm=[*way.axes, *last])
        x = self.shaped(x, (3 ** len(way.axes), -1), f"{name}/w rows")
        x = self.node("MatMul", [self.constant(f"winograd/G{way.products}", way.of(G)), x], f"{name}/G w")
        return self.shaped(x, (way.products * shape[0], shape[1], *way.each(1, 3)), f"{name}/weights")

    def _bias(self, bias: str, out: int, way: Way, name: str) -> str:
        """The bias in the one product that counts once for each result, and none in the others."""
        before, after = way.even * out, (way.products - way.even - 1) * out
        zeros = [
            self.constant(f"winograd/0 x {each}", np.zeros(each, np.float32)) for each in (before, after)
        ]
        return self.joined([zeros[0], bias, zeros[1]], f"{name}/bias")

    def _cut(self, x: str, like: str, way: Way, name: str) -> None:
        """As large as what came in."""
        sides = self.node("Shape", [like], f"{name}/size", start=2, end=2 + len(way.axes))
        first = self.constant(f"winograd/first {len(way.axes)}", np.zeros(len(way.axes), np.int64))
        axes = self.constant(f"winograd/axes {len(way.axes)}", np.array(way.axes, np.int64))
        self.node("Slice", [x, first, sides, axes], name)
