import numpy as np
import PIL.Image
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from grainless.card import KEY, Card
from grainless.denoiser import Denoiser, denoise, denoise_image, load
from grainless.errors import InputError, RunError
from grainless.image import Image, Metadata

GREY = Card("tiny", channels=1)
COLOUR = Card("tiny-colour", channels=3)


@pytest.fixture
def generator():
    return np.random.default_rng(4)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def same(folder):
    return Denoiser(tiny.identity(folder / "identity.onnx", GREY))


@pytest.fixture(scope="session")
def half(folder):
    return Denoiser(tiny.times(folder / "half.onnx", GREY, 0.5))


@pytest.fixture(scope="session")
def half_colour(folder):
    return Denoiser(tiny.times(folder / "half-colour.onnx", COLOUR, [[[[0.25]], [[0.5]], [[0.75]]]]))


@pytest.fixture(scope="session")
def blur(folder):
    return Denoiser(tiny.blur(folder / "blur.onnx", Card("blur", channels=1, multiple=1, reach=1)))


@pytest.fixture(scope="session")
def by_four(folder):
    return Denoiser(tiny.needs_four(folder / "four.onnx", Card("four", channels=1, multiple=4)))


@pytest.fixture(scope="session")
def fixed(folder):
    card = Card("a-mnist-coded", channels=1, size=(28, 28))
    return Denoiser(tiny.identity(folder / "fixed.onnx", card, sides=(28, 28)))


@settings(max_examples=30, deadline=None)
@given(count=some.integers(1, 3), height=some.integers(1, 11), width=some.integers(1, 11))
def test_padding_is_cut_off_again(by_four, count, height, width):
    noisy = np.random.default_rng(0).random((count, 1, height, width), dtype=np.float32)
    assert_array_equal(by_four(noisy), noisy)


def test_padding_is_needed(by_four):
    with pytest.raises(Exception, match="SpaceToDepth"):
        by_four._run(np.zeros((1, 1, 5, 8), np.float32))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (4, 3), (5, 5), (6, 2)])
def test_small_images_are_padded_to_the_least(folder, size):
    least = Denoiser(tiny.needs_five(folder / "five.onnx", Card("five", channels=1, multiple=2, least=5)))
    noisy = np.ones((2, 1, *size), np.float32)
    assert least(noisy).shape == noisy.shape
    with pytest.raises(Exception, match="Invalid input shape"):
        least._run(np.ones((1, 1, 4, 9), np.float32))


def test_padding_is_by_reflection(folder):
    card = Card("blur", channels=1, multiple=4)
    denoised = Denoiser(tiny.blur(folder / "blur-four.onnx", card))(np.float32([[[[0, 0, 1, 9, 5]] * 4]]))
    assert_allclose(denoised[0, 0, 1], np.float32([0, 1, 10, 15, 23]) / 3)  # right of 5 stands 9 again


def test_the_blur_is_the_mean_of_nine(blur):
    dot = np.zeros((1, 1, 5, 5), np.float32)
    dot[0, 0, 2, 2] = 9
    expected = np.zeros((5, 5), np.float32)
    expected[1:4, 1:4] = 1
    assert_allclose(blur(dot)[0, 0], expected, atol=1e-6)


def test_the_card_comes_from_inside_the_model(blur):
    assert blur.card == Card("blur", channels=1, multiple=1, reach=1)


def test_grey_models_take_colours_one_by_one(blur, generator):
    noisy = generator.random((2, 3, 6, 7), dtype=np.float32)
    each = np.concatenate([blur(noisy[:, [c]]) for c in range(3)], axis=1)
    assert_array_equal(blur(noisy), each)


def test_colour_models_take_grey_as_three_colours_and_their_mean(half_colour):
    assert_allclose(half_colour(np.ones((2, 1, 4, 4), np.float32)), np.full((2, 1, 4, 4), 0.5))


def test_many_images_run_in_chunks(blur, generator, monkeypatch):
    noisy = generator.random((7, 1, 8, 8), dtype=np.float32)
    together = blur(noisy)
    seen = []
    run = blur._run
    monkeypatch.setattr("grainless.denoiser.PIXELS_AT_ONCE", 200)
    monkeypatch.setattr(blur, "_run", lambda some: seen.append(len(some)) or run(some))
    assert_array_equal(blur(noisy), together)
    assert seen == [3, 3, 1]


def test_no_images_give_none(blur):
    assert blur(np.zeros((0, 1, 8, 8), np.float32)).shape == (0, 1, 8, 8)


def test_one_size_only(fixed):
    assert fixed(np.zeros((1, 1, 28, 28), np.float32)).shape == (1, 1, 28, 28)
    with pytest.raises(
        InputError, match=r"^a-mnist-coded takes images of 28 x 28, and moon.png is 640 x 480\.$"
    ):
        denoise_image(Image(np.zeros((1, 480, 640), np.float32), name="moon.png"), fixed)


def test_two_channels_are_refused(same):
    with pytest.raises(InputError, match="tiny takes images of 1 channels, and the image has 2"):
        same(np.zeros((1, 2, 4, 4), np.float32))


def test_no_pixels_are_refused(same):
    with pytest.raises(InputError, match="the image is 4 x 0: it has no pixels"):
        same(np.zeros((1, 1, 0, 4), np.float32))


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x09" * 50])
def test_what_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "notes.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"notes\.onnx is no ONNX model that can be run"):
        Denoiser(path)


def test_a_missing_model_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.onnx: no such model file"):
        Denoiser(tmp_path / "gone.onnx")


def test_a_model_without_card_is_refused(tmp_path):
    with pytest.raises(InputError, match="is an ONNX model without a card"):
        Denoiser(tiny.identity(tmp_path / "bare.onnx"))


def test_a_broken_card_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Card, "to_json", lambda card: '{"name": "x"}')
    with pytest.raises(InputError, match=r"bad\.onnx: The model's card cannot be read"):
        Denoiser(tiny.identity(tmp_path / "bad.onnx", GREY))


def test_load_takes_a_file_or_a_run(tmp_path):
    path = tiny.identity(tmp_path / "model.onnx", GREY)
    assert load(path).card == load(str(tmp_path)).card == GREY


def test_running_out_of_memory_is_told(same, monkeypatch):
    class AllocationError(Exception):
        """As onnxruntime tells it."""

    class Full:
        def run(self, *_):
            raise AllocationError("Failed to allocate memory for requested buffer")

    monkeypatch.setattr(same, "_session", Full())
    with pytest.raises(RunError, match="tiny ran out of memory on 7 x 5"):
        same(np.zeros((1, 1, 5, 7), np.float32))


# denoise(): arrays and PIL images


def stored(dtype, shape, generator):
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return generator.random(shape).astype(dtype)
    return generator.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)])
@pytest.mark.parametrize("strength", [0, 1])
def test_same_type_dtype_shape_and_range_come_back(same, generator, dtype, shape, strength):
    image = stored(dtype, shape, generator)
    before = image.copy()
    result = denoise(image, model=same, strength=strength)
    assert (type(result), result.dtype, result.shape) == (np.ndarray, image.dtype, shape)
    assert_allclose(result, image, atol=1e-7 if dtype == "float64" else 0)
    assert_array_equal(image, before)
    assert not np.shares_memory(result, image)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_strength_0_is_bit_for_bit(half, generator, dtype):
    image = stored(dtype, (5, 7, 3), generator)
    assert_array_equal(denoise(image, model=half, strength=0), image)


@given(strength=some.floats(0, 1))
def test_strength_blends_linearly(half, strength):
    image = np.array([[0.0, 0.5, 1.0]])
    assert_allclose(denoise(image, model=half, strength=strength), image * (1 - strength / 2), atol=1e-7)


def test_integers_are_rounded(half):
    assert denoise(np.uint8([[0, 10, 255]]), model=half).tolist() == [[0, 5, 128]]
    assert denoise(np.uint16([[0, 10, 65535]]), model=half).tolist() == [[0, 5, 32768]]


def test_integers_are_clipped(folder):
    double = Denoiser(tiny.times(folder / "double.onnx", GREY, 2))
    assert denoise(np.uint8([[10, 200]]), model=double).tolist() == [[20, 255]]
    assert_allclose(denoise(np.float32([[0.9]]), model=double), [[1.8]])


@pytest.mark.parametrize(("axis", "shape"), [(0, (4, 5, 7)), (1, (5, 4, 7)), (2, (5, 7, 4)), (-1, (5, 7, 4))])
def test_alpha_stays_wherever_the_channels_are(half, axis, shape):
    result = denoise(np.full(shape, 100, np.uint8), model=half, channel_axis=axis)
    assert np.moveaxis(result, axis, 0)[:, 0, 0].tolist() == [50, 50, 50, 100]


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_other_strengths_are_refused(same, strength):
    with pytest.raises(InputError, match=f"strength is {strength}: it goes from 0"):
        denoise(np.zeros((4, 4), np.uint8), model=same, strength=strength)
    with pytest.raises(InputError, match=f"strength is {strength}: it goes from 0"):
        denoise_image(Image(np.zeros((1, 4, 4), np.float32)), same, strength)


@pytest.mark.parametrize("dtype", ["int8", "int32", "bool", "float16", "complex64", "object"])
def test_other_dtypes_are_refused(same, dtype):
    with pytest.raises(InputError, match=f"uint8, uint16, float32 or float64, not {dtype}"):
        denoise(np.zeros((4, 4), dtype), model=same)


@pytest.mark.parametrize("shape", [(4,), (4, 4, 5), (2, 4, 4, 3), ()])
def test_other_shapes_are_refused(same, shape):
    with pytest.raises(InputError, match=r"An image is \(h, w\), or \(h, w, c\)"):
        denoise(np.zeros(shape, np.uint8), model=same)


def test_a_channel_axis_that_is_none_is_refused(same):
    with pytest.raises(InputError, match="channel_axis=5"):
        denoise(np.zeros((4, 4, 3), np.uint8), model=same, channel_axis=5)


def test_other_types_are_refused(same):
    with pytest.raises(InputError, match="a numpy array or a PIL image, not list"):
        denoise([[0, 1]], model=same)


def test_floats_of_another_range_are_refused(same):
    with pytest.raises(
        InputError, match="the image holds floats from 0 to 255, and 0 is black, 1 full scale: divide them"
    ):
        denoise(np.float32([[0, 255]]), model=same)


def test_floats_of_another_range_in_a_file_are_refused(same):
    with pytest.raises(InputError, match=r"^scan\.tif holds floats from 0 to 4095"):
        denoise_image(Image(np.float32([[[0, 4095]]]), depth=32, name="scan.tif"), same)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_floats_that_are_no_numbers_are_refused(same, bad):
    with pytest.raises(InputError, match="no numbers"):
        denoise(np.float32([[0, bad]]), model=same)


def test_a_model_that_gives_no_numbers_is_told(folder):
    broken = Denoiser(tiny.times(folder / "nan.onnx", GREY, np.nan))
    with pytest.raises(RunError, match="tiny gave pixels that are no numbers"):
        denoise(np.uint8([[1]]), model=broken)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_pil_images_come_back_as_they_were(same, mode):
    image = PIL.Image.fromarray(np.arange(35, dtype=np.uint16).reshape(5, 7)) if mode == "I;16" else None
    image = image or PIL.Image.effect_noise((7, 5), 60).convert(mode)
    image.info.update(icc_profile=b"profile", dpi=(300, 300))
    result = denoise(image, model=same)
    assert (result.mode, result.size, result.info) == (mode, image.size, image.info)
    assert result.tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["P", "1", "CMYK", "F", "I"])
def test_other_pil_modes_are_refused(same, mode):
    with pytest.raises(InputError, match=f"mode {mode} is not taken: convert it to L"):
        denoise(PIL.Image.new(mode, (4, 4)), model=same)


# denoise_image(): images of files


def test_only_pixels_change(half):
    image = Image(
        np.ones((3, 4, 5), np.float32),
        np.full((4, 5), 0.25, np.float32),
        16,
        metadata=Metadata(icc=b"x"),
        name="a.png",
    )
    result = denoise_image(image, half)
    assert_allclose(result.pixels, np.full((3, 4, 5), 0.5))
    assert result.alpha is image.alpha
    assert (result.depth, result.metadata, result.name) == (16, image.metadata, "a.png")
    assert denoise_image(image, half, 0) is image


def test_the_key_of_the_card_is_the_projects_name():
    assert KEY == "grainless"
