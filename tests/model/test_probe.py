import numpy as np
import onnx
import pytest
from numpy.testing import assert_allclose
from onnx import TensorProto, helper

from grainless.errors import InputError
from grainless.model.card import Card
from grainless.model.denoiser import load

FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16


def saved(path, inputs, outputs, *nodes):
    """A model of these (name, type, shape) ends, without a card."""
    ends = [[helper.make_tensor_value_info(*end) for end in each] for each in (inputs, outputs)]
    graph = helper.make_graph(list(nodes), "elsewhere", *ends)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)
    return path


def same(path, shape, kind=FLOAT, given=None):
    node = helper.make_node("Identity", ["x"], ["y"])
    return saved(path, [("x", kind, shape)], [("y", kind, given or shape)], node)


def blocks(path, side, shape=("n", 1, "h", "w")):
    """Identity by way of blocks: sides must be multiples of theirs."""
    down = helper.make_node("SpaceToDepth", ["x"], ["z"], blocksize=side)
    up = helper.make_node("DepthToSpace", ["z"], ["y"], blocksize=side)
    return saved(path, [("x", FLOAT, shape)], [("y", FLOAT, shape)], down, up)


@pytest.mark.parametrize("side", [1, 2, 4, 8, 32, 64])
def test_the_multiple_is_found_by_trial(tmp_path, side):
    denoiser = load(blocks(tmp_path / "blocks.onnx", side))
    assert denoiser.card == Card("blocks", channels=1, multiple=side, least=3 * side, reach=None)
    noisy = np.random.default_rng(0).random((2, 3, 7, 11), dtype=np.float32)
    assert_allclose(denoiser.run(noisy), noisy)
    assert denoiser.card.cutting(100) is None


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_come_from_the_shape(tmp_path, channels):
    assert load(same(tmp_path / "a.onnx", ("n", channels, "h", "w"))).card.channels == channels


def test_channels_that_the_shape_does_not_tell_are_tried(tmp_path):
    assert load(same(tmp_path / "a.onnx", (None, None, None, None))).card.channels == 3
    assert load(blocks(tmp_path / "b.onnx", 2, ("n", "c", "h", "w"))).card.channels == 3


def test_a_fixed_size_is_kept(tmp_path):
    assert load(same(tmp_path / "a.onnx", (1, 1, 28, 30))).card == Card("a", channels=1, size=(28, 30))


def test_models_of_one_image_get_one_at_a_time(tmp_path):
    denoiser = load(same(tmp_path / "a.onnx", (1, 1, "h", "w")))
    noisy = np.random.default_rng(0).random((2, 3, 5, 7), dtype=np.float32)
    assert_allclose(denoiser.run(noisy), noisy)


def test_half_floats_are_run(tmp_path):
    denoiser = load(same(tmp_path / "a.onnx", ("n", 1, "h", "w"), HALF))
    denoised = denoiser.run(np.full((1, 1, 4, 4), 0.1, np.float32))
    assert denoised.dtype == np.float32
    assert_allclose(denoised, 0.1, rtol=1e-3)


def test_further_inputs_are_refused_by_name(tmp_path):
    ends = [("x", FLOAT, ("n", 1, "h", "w")), ("sigma", FLOAT, ("n", 1, 1, 1))]
    node = helper.make_node("Mul", ["x", "sigma"], ["y"])
    path = saved(tmp_path / "ffdnet.onnx", ends, [("y", FLOAT, ("n", 1, "h", "w"))], node)
    with pytest.raises(
        InputError,
        match=r'ffdnet\.onnx takes more than the image "x": "sigma" \(tensor\(float\) of \(n, 1, 1, 1\)\)\. '
        "Models of one image alone are run: export one that needs no noise level or map",
    ):
        load(path)


def test_further_outputs_are_refused(tmp_path):
    shape = ("n", 1, "h", "w")
    nodes = [helper.make_node("Identity", ["x"], [name]) for name in ("y", "map")]
    path = saved(
        tmp_path / "a.onnx", [("x", FLOAT, shape)], [("y", FLOAT, shape), ("map", FLOAT, shape)], *nodes
    )
    with pytest.raises(InputError, match='gives more than the image "y": "map"'):
        load(path)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (("n", 4, "h", "w"), FLOAT),
        (("n", "h", "w", 3, 1), FLOAT),
        (("n", 10), FLOAT),
        (("n", 1, "h", "w"), TensorProto.UINT8),
    ],
)
def test_what_is_no_image_is_refused(tmp_path, shape, kind):
    with pytest.raises(
        InputError, match=r"takes tensor\(.* float images of \(n, c, h, w\) are run, c = 1 or 3"
    ):
        load(same(tmp_path / "a.onnx", shape, kind))


def test_one_fixed_side_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"takes images of one fixed side alone \(\(n, 1, 64, w\)\)"):
        load(same(tmp_path / "a.onnx", ("n", 1, 64, "w")))


def test_a_fixed_number_of_images_is_refused(tmp_path):
    with pytest.raises(
        InputError, match="takes 4 images at once: export it for one image, or for any number"
    ):
        load(same(tmp_path / "a.onnx", (4, 1, "h", "w")))


def test_models_that_change_the_size_are_refused(tmp_path):
    shape = ("n", 1, "h", "w")
    node = helper.make_node("Concat", ["x", "x"], ["y"], axis=3)
    path = saved(tmp_path / "a.onnx", [("x", FLOAT, shape)], [("y", FLOAT, ("n", 1, "h", "v"))], node)
    with pytest.raises(
        InputError,
        match=r"not give an image of the size it takes: it makes \(1, 1, 192, 640\) of \(1, 1, 192, 320\)",
    ):
        load(path)


def test_models_that_take_no_size_are_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"does not give an image of the size it takes: it fails: .*SpaceToDepth"
    ):
        load(blocks(tmp_path / "a.onnx", 7))
