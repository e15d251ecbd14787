import numpy as np
import PIL.Image
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scenes import noisy

import grainless
from grainless.denoising.arrays import denoise, denoise_image
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.errors import InputError, RunError
from grainless.image.files import frames
from grainless.image.image import Image, to_samples
from grainless.model.card import Card
from grainless.model.denoiser import load

GREY = Card("tiny", channels=1)


@pytest.fixture
def generator():
    return np.random.default_rng(4)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def same(folder):
    return load(tiny.identity(folder / "identity.onnx", GREY))


@pytest.fixture(scope="session")
def half(folder):
    return load(tiny.times(folder / "half.onnx", GREY, 0.5))


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


def test_floats_around_zero_are_refused(same):
    scene = np.random.default_rng(0).random((64, 64, 3), np.float32)
    with pytest.raises(
        InputError, match=r"many far below 0, .* scale of -1 to 1\? \(image \+ 1\) / 2 is right then"
    ):
        grainless.denoise(2 * scene - 1, model=same)
    noisy = 50 / 255 * np.random.default_rng(1).standard_normal((64, 64), np.float32)
    grainless.denoise(noisy, model=same)  # black under noise, not clipped


@pytest.mark.parametrize("dtype", [">u2", ">f4", ">f8"])
def test_big_endian_arrays_are_taken_as_they_are(half, dtype):
    native = np.linspace(0, 1, 64 * 64).reshape(64, 64)
    native = np.uint16(65535 * native) if dtype == ">u2" else native.astype(dtype[1:])
    result = grainless.denoise(native.astype(dtype), model=half)
    assert result.dtype == np.dtype(dtype)
    assert np.array_equal(result, grainless.denoise(native, model=half))


def test_integers_are_rounded(half):
    assert denoise(np.uint8([[0, 10, 255]]), model=half).tolist() == [[0, 5, 128]]
    assert denoise(np.uint16([[0, 10, 65535]]), model=half).tolist() == [[0, 5, 32768]]


def test_integers_are_clipped(folder):
    double = load(tiny.times(folder / "double.onnx", GREY, 2))
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


@pytest.mark.parametrize("strength", [None, True, "x"])
def test_a_strength_that_is_no_number_is_refused(same, strength):
    with pytest.raises(InputError, match=f"strength is {strength!r}: it is a number from 0 to 1"):
        denoise(np.zeros((4, 4), np.uint8), model=same, strength=strength)


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
    with pytest.raises(
        InputError, match=r"a numpy array, a PIL image or what grainless\.read gives, not list"
    ):
        denoise([[0, 1]], model=same)


def test_floats_of_another_range_are_refused(same):
    with pytest.raises(
        InputError, match="the image holds floats from 0 to 255, and 0 is black, 1 full scale: divide them"
    ):
        denoise(np.float32([[0, 255]]), model=same)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_floats_that_are_no_numbers_are_refused(same, bad):
    with pytest.raises(InputError, match="no numbers"):
        denoise(np.float32([[0, bad]]), model=same)


def test_a_model_that_gives_no_numbers_is_told(folder):
    broken = load(tiny.times(folder / "nan.onnx", GREY, np.nan))
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


def test_pil_images_of_floats_come_back(half):
    image = PIL.Image.fromarray(np.float32([[0, 0.5, 1]]))
    result = denoise(image, model=half)
    assert result.mode == "F"
    assert np.asarray(result).tolist() == [[0, 0.25, 0.5]]


@pytest.mark.parametrize(("mode", "becomes"), [("1", "L"), ("P", "RGB"), ("CMYK", "RGB")])
def test_other_pil_modes_are_denoised_as_files_of_them_are(same, mode, becomes, tmp_path):
    image = PIL.Image.effect_noise((9, 7), 60).convert("RGB").rotate(5).convert(mode)
    image.info["dpi"] = (300, 300)
    image.save(tmp_path / "a.tif")
    result = denoise(image, model=same)
    (read,) = frames(tmp_path / "a.tif")
    assert (result.mode, result.size, result.info) == (becomes, (9, 7), {"dpi": (300, 300)})
    assert_array_equal(np.atleast_3d(result), np.moveaxis(to_samples(read).reshape(7, 9, -1), 0, 0))


def test_a_palette_without_colour_is_grey_and_a_clear_entry_is_alpha(same):
    grey = PIL.Image.effect_noise((9, 7), 60).quantize(16).convert("L").convert("P")
    assert denoise(grey, model=same).mode == "L"
    coloured = PIL.Image.new("P", (4, 4))
    coloured.putpalette([255, 0, 0, 0, 0, 255])
    coloured.info["transparency"] = 0
    result = denoise(coloured, model=same)
    assert (result.mode, result.getpixel((0, 0)), result.info) == ("RGBA", (255, 0, 0, 0), {})


@pytest.mark.parametrize("form", ["I", "I;16B"])
def test_pil_images_of_long_and_of_big_endian_integers_come_back(same, half, form):
    stored = np.array([[-500, 0], [70_000, 1500]], np.int32) if form == "I" else np.array([[0, 900]], ">u2")
    image = PIL.Image.fromarray(stored)
    result = denoise(image, model=same)
    assert (image.mode, result.mode) == (form, form)
    assert_array_equal(result, stored)
    assert np.asarray(denoise(image, model=half)).max() == pytest.approx(stored.max() / 2, rel=0.02)


@pytest.mark.parametrize(("mode", "cure"), [("LAB", "ImageCms"), ("HSV", r'convert\("RGB"\)')])
def test_pil_modes_that_hold_no_rgb_are_refused(same, mode, cure):
    with pytest.raises(InputError, match=f"mode {mode} is not taken: L, LA, .*, CMYK are; try .*{cure}"):
        denoise(PIL.Image.new(mode, (4, 4)), model=same)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float64"])
def test_transparent_pixels_stay_and_do_not_bleed(folder, dtype):
    blur = load(tiny.blur(folder / "blur.onnx", Card("blur", channels=1, reach=1)))
    white = 1 if dtype == "float64" else np.iinfo(dtype).max
    image = np.zeros((5, 5, 2), dtype)
    image[:, :3] = [white / 5, white]  # grey that is seen, beside black that is not
    image[0, 4, 0] = white
    result = denoise(image, model=blur)
    assert_allclose(result[1:4, 1:3, 0], white / 5, rtol=1e-6)
    assert_array_equal(result[:, 3:], image[:, 3:])


def test_what_read_gives_is_taken_everywhere(half, tmp_path):
    PIL.Image.new("L", (5, 4), 100).save(tmp_path / "a.png")
    scan = grainless.read(tmp_path / "a.png")
    denoised = grainless.denoise(scan, model=half)
    assert isinstance(denoised, Image)
    assert denoised.name == "a.png"
    assert_allclose(denoised.pixels, scan.pixels / 2)
    assert grainless.inspect(scan).noisy is None


def test_a_model_is_a_name_a_path_or_a_denoiser_everywhere(half, folder):
    scan = Image(np.full((1, 4, 5), 0.5, np.float32))
    for model in (half, half.path, str(half.path)):
        assert_allclose(denoise_image(scan, model).pixels, 0.25)
        assert_allclose(denoise(scan.pixels[0], model=model), 0.25)
        assert_allclose(process(scan, Policy(model))[0].pixels, 0.25)
    assert denoise_image(scan, "grey").pixels.shape == (1, 4, 5)
    assert denoise_image(scan) is scan


def test_a_name_and_a_loaded_model_warn_alike():
    strong = noisy(90)[..., 0]
    said = []
    for model in ("grey", grainless.load("grey")):
        with pytest.warns(UserWarning, match="beyond what grey learned") as caught:
            denoise(strong, model=model)
        said.append([str(each.message) for each in caught])
        assert caught[0].filename == __file__
    assert said[0] == said[1]
    assert said[0][0].endswith(", is beyond what grey learned, up to sigma 55.0/255.")


def test_lost_detail_is_told_in_python_too(folder):
    blur = load(tiny.blur(folder / "blur-3.onnx", Card("blur", channels=1, reach=1)))
    y, x = np.mgrid[:160, :160]
    texture = np.tile(np.linspace(60, 200, 160), (160, 1))
    texture[80:] += (25 * np.sign(np.sin(1.7 * y) * np.sin(1.1 * x)))[80:]
    with pytest.warns(UserWarning, match="Detail was taken with the noise: .* a smaller strength keeps more"):
        denoise(texture.astype(np.uint8), model=blur)


@pytest.mark.parametrize(
    ("dtype", "cure"),
    [
        ("bool", r'image\.astype\("float32"\) makes 0 and 1 of it'),
        ("float16", r'image\.astype\("float32"\)'),
        ("int16", r"\(image - black\) / \(white - black\) as float32"),
        ("int32", r"\(image - black\) / \(white - black\) as float32"),
        ("int64", r"\(image - black\) / \(white - black\) as float32"),
    ],
)
def test_other_dtypes_are_told_what_is_wanted(dtype, cure):
    for verb in (denoise, grainless.inspect, grainless.load("grey")):
        with pytest.raises(InputError, match=f"uint8, uint16, float32 or float64, not {dtype}: {cure}"):
            verb(np.zeros((4, 4), dtype))


def test_the_colours_alone_can_be_denoised(folder):
    half = load(tiny.times(folder / "half-3.onnx", Card("three", channels=3), 0.5))
    image = np.float32([[[0.2, 0.2, 0.2], [1, 0, 0]]])
    still, red = denoise(image, model=half, strength=0, chroma=1)[0]
    assert_allclose(still, image[0, 0], atol=1e-6)  # grey has no noise of colours
    assert_allclose(red, np.array([1, 0, 0]) - 0.5 * (np.array([1, 0, 0]) - 0.299), atol=1e-6)
