"""Convolutions written anew for WebAssembly: the same results, from fewer products."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from onnx import TensorProto, helper, numpy_helper

from grainless.model import zoo
from grainless.web.rewrite.winograd import FEW, MANY, A, B, G, faster
from grainless.web.rewrite.wire import fields, message, numbers, texts

CLOSE = 1e-5  # of full scale: what rounding may make


def convolution(into, out, *, bias=False, half=False, kernel=3, **attributes):
    """A model of one convolution with random weights."""
    chance = np.random.default_rng(into * out)
    weights = (chance.standard_normal((out, into, kernel, kernel)) / kernel / into**0.5).astype(np.float32)
    held = [numpy_helper.from_array(weights.astype(np.float16) if half else weights, "half" if half else "w")]
    nodes = [helper.make_node("Cast", ["half"], ["w"], to=TensorProto.FLOAT)] if half else []
    if bias:
        held.append(numpy_helper.from_array(chance.standard_normal(out).astype(np.float32), "b"))
    nodes.append(helper.make_node("Conv", ["x", "w", *(["b"] if bias else [])], ["y"], **attributes))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "one", ends[:1], ends[1:], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return model.SerializeToString()


def run(model, given):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    return session.run(None, {session.get_inputs()[0].name: given})[0]


def image(channels, height, width):
    return np.random.default_rng(height * width).random((1, channels, height, width), np.float32)


def operators(model):
    return [node.op_type for node in onnx.load_from_string(model).graph.node]


def test_a_tile_is_what_three_weights_make_of_six_pixels():
    chance = np.random.default_rng(0)
    pixels, weights = chance.random(6), chance.random(3)
    wanted = [pixels[at : at + 3] @ weights for at in range(4)]
    np.testing.assert_allclose(A @ ((G @ weights) * (B @ pixels)), wanted, rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(
    height=some.integers(1, 13),
    width=some.integers(1, 13),
    channels=some.sampled_from([FEW, MANY]),
    bias=some.booleans(),
    half=some.booleans(),
)
def test_pictures_of_every_size_come_out_the_same(height, width, channels, bias, half):
    model = convolution(channels, channels + 4, bias=bias, half=half, pads=[1] * 4)
    new, given = faster(model), image(channels, height, width)
    assert "MatMul" in operators(new)
    wanted = run(model, given)
    assert np.abs(run(new, given) - wanted).max() <= CLOSE * max(1, np.abs(wanted).max())


@pytest.mark.parametrize(
    ("into", "out", "attributes"),
    [
        (FEW - 1, MANY, {"pads": [1] * 4}),
        (MANY, FEW - 1, {"pads": [1] * 4}),
        (MANY, MANY, {"pads": [0] * 4}),
        (MANY, MANY, {"auto_pad": "SAME_UPPER"}),
        (MANY, MANY, {"pads": [1] * 4, "strides": [2, 2]}),
        (MANY, MANY, {"pads": [1] * 4, "dilations": [2, 2]}),
        (MANY, MANY, {"pads": [1] * 4, "kernel": 2}),
    ],
)
def test_others_stay(into, out, attributes):
    model = convolution(into, out, **attributes)
    assert onnx.load_from_string(faster(model)) == onnx.load_from_string(model)


@pytest.mark.parametrize("name", zoo.SHIPPED)
def test_a_shipped_model_gives_the_same_and_grows_by_little(name):
    model = zoo.find(name).read_bytes()
    new = faster(model)
    onnx.checker.check_model(onnx.load_from_string(new))
    card = zoo.card_of(zoo.find(name))
    given = image(card.channels, 5 * card.multiple, 7 * card.multiple)
    assert np.abs(run(new, given) - run(model, given)).max() <= CLOSE
    assert (
        operators(new).count("Slice") - operators(model).count("Slice") == 20
    )  # of 24: not door, downs and exit
    assert len(new) < 1.05 * len(model)
    assert onnx.load_from_string(new).metadata_props == onnx.load_from_string(model).metadata_props


@given(
    some.lists(some.tuples(some.integers(1, 2**29 - 1), some.integers(0, 2**63) | some.binary(max_size=300)))
)
def test_messages_are_read_as_they_were_written(parts):
    assert list(fields(message(*parts))) == parts


def test_a_repeated_field_may_be_packed():
    told = onnx.TensorProto(dims=[3, 300], name="w", float_data=[1.5]).SerializeToString()
    assert numbers(told, 1) == [3, 300]
    assert numbers(message((1, bytes([3, 0xAC, 2]))), 1) == [3, 300]
    assert texts(told, 8) == ["w"]
