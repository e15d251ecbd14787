import numpy as np
import pytest
import tiny
from numpy.testing import assert_allclose, assert_array_equal

from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.errors import InputError, RunError
from grainless.image.image import Image, Metadata
from grainless.model.card import Card
from grainless.model.denoiser import load

GREY = Card("tiny", channels=1)


def denoised(image, model, strength=1.0):
    return process(image, Policy(model, strength))[0]


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


def test_only_pixels_change(half):
    image = Image(
        np.ones((3, 4, 5), np.float32),
        np.full((4, 5), 0.25, np.float32),
        16,
        metadata=Metadata(icc=b"x"),
        name="a.png",
    )
    result = denoised(image, half)
    assert_allclose(result.pixels, np.full((3, 4, 5), 0.5))
    assert result.alpha is image.alpha
    assert (result.depth, result.metadata, result.name) == (16, image.metadata, "a.png")
    assert denoised(image, half, 0) is image


@pytest.fixture(scope="session")
def blur(folder):
    return load(tiny.blur(folder / "blur.onnx", Card("blur", channels=1, reach=1)))


def disc(chance, sigma):
    """Noisy (3, 64, 64) pixels of one colour, and an alpha that shows a disc of them."""
    noise = sigma * chance.standard_normal((3, 64, 64))
    pixels = (np.array([0.8, 0.3, 0.1])[:, None, None] + noise).astype(np.float32)
    rows, columns = np.mgrid[:64, :64]
    return pixels, (np.hypot(rows - 30, columns - 33) < 22).astype(np.float32)


@pytest.mark.parametrize("premultiplied", [False, True])
def test_transparent_pixels_do_not_bleed(blur, generator, premultiplied):
    pixels, alpha = disc(generator, sigma=0.25 / 255)
    seen = alpha > 0
    violent = np.where(seen, pixels, 0 if premultiplied else np.float32([7, -7, 7])[:, None, None])
    result = denoised(Image(violent, alpha, premultiplied=premultiplied), blur).pixels
    own = pixels.mean(axis=(1, 2), keepdims=True)
    wanted = denoised(Image(np.where(seen, pixels, own)), blur).pixels
    assert_allclose(result[:, seen], wanted[:, seen], atol=1e-3)
    assert_array_equal(result[:, ~seen], violent[:, ~seen])
    bled = denoised(Image(violent), blur).pixels
    assert np.abs(bled - wanted)[:, seen].max() > 0.1


def test_colours_of_transparent_pixels_do_not_matter(blur, generator):
    pixels, alpha = disc(generator, sigma=25 / 255)
    other = np.where(alpha == 0, generator.random(pixels.shape, dtype=np.float32), pixels)
    one, two = (denoised(Image(each, alpha), blur).pixels for each in (pixels, other))
    assert_array_equal(one[:, alpha > 0], two[:, alpha > 0])


def test_an_image_that_nobody_sees_stays(half):
    image = Image(np.ones((3, 4, 5), np.float32), np.zeros((4, 5), np.float32))
    assert_array_equal(denoised(image, half).pixels, image.pixels)


def test_transparent_pixels_stay_at_every_strength(half):
    image = Image(np.ones((1, 1, 2), np.float32), np.float32([[0, 1]]))
    assert denoised(image, half, 0.5).pixels.tolist() == [[[1, 0.75]]]


def test_other_strengths_are_refused(same):
    with pytest.raises(InputError, match=r"strength is 1\.1: it goes from 0"):
        denoised(Image(np.zeros((1, 4, 4), np.float32)), same, 1.1)


def test_floats_of_another_range_in_a_file_are_refused(same):
    with pytest.raises(InputError, match=r"^scan\.tif holds floats from 0 to 4095"):
        denoised(Image(np.float32([[[0, 4095]]]), depth=32, name="scan.tif"), same)


def test_a_model_that_gives_no_numbers_is_told(folder):
    broken = load(tiny.times(folder / "nan.onnx", GREY, np.nan))
    with pytest.raises(RunError, match="tiny gave pixels that are no numbers"):
        denoised(Image(np.ones((1, 1, 1), np.float32)), broken)
