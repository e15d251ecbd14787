import numpy as np
import PIL.Image
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from grainless.errors import InputError, RunError
from grainless.image.image import Image
from grainless.model.card import KEY, Card
from grainless.model.denoiser import load
from grainless.model.session import opened

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
    return load(tiny.identity(folder / "identity.onnx", GREY))


@pytest.fixture(scope="session")
def half(folder):
    return load(tiny.times(folder / "half.onnx", GREY, 0.5))


@pytest.fixture(scope="session")
def half_colour(folder):
    return load(tiny.times(folder / "half-colour.onnx", COLOUR, [[[[0.25]], [[0.5]], [[0.75]]]]))


@pytest.fixture(scope="session")
def blur(folder):
    return load(tiny.blur(folder / "blur.onnx", Card("blur", channels=1, multiple=1, reach=1)))


@pytest.fixture(scope="session")
def by_four(folder):
    return load(tiny.needs_four(folder / "four.onnx", Card("four", channels=1, multiple=4, reach=0)))


@pytest.fixture(scope="session")
def fixed(folder):
    card = Card("a-mnist-coded", channels=1, size=(28, 28))
    return load(tiny.identity(folder / "fixed.onnx", card, sides=(28, 28)))


@settings(max_examples=30, deadline=None)
@given(count=some.integers(1, 3), height=some.integers(1, 11), width=some.integers(1, 11))
def test_padding_is_cut_off_again(by_four, count, height, width):
    noisy = np.random.default_rng(0).random((count, 1, height, width), dtype=np.float32)
    assert_array_equal(by_four.run(noisy), noisy)


def test_padding_is_needed(by_four):
    with pytest.raises(Exception, match="SpaceToDepth"):
        by_four.session.run(np.zeros((1, 1, 5, 8), np.float32))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (4, 3), (5, 5), (6, 2)])
def test_small_images_are_padded_to_the_least(folder, size):
    least = load(tiny.needs_five(folder / "five.onnx", Card("five", channels=1, multiple=2, least=5)))
    noisy = np.ones((2, 1, *size), np.float32)
    assert least.run(noisy).shape == noisy.shape
    with pytest.raises(Exception, match="Invalid input shape"):
        least.session.run(np.ones((1, 1, 4, 9), np.float32))


def test_padding_is_by_reflection(folder):
    card = Card("blur", channels=1, multiple=4)
    denoised = load(tiny.blur(folder / "blur-four.onnx", card)).run(np.float32([[[[0, 0, 1, 9, 5]] * 4]]))
    assert_allclose(denoised[0, 0, 1], np.float32([0, 1, 10, 15, 23]) / 3)  # right of 5 stands 9 again


def test_the_blur_is_the_mean_of_nine(blur):
    dot = np.zeros((1, 1, 5, 5), np.float32)
    dot[0, 0, 2, 2] = 9
    expected = np.zeros((5, 5), np.float32)
    expected[1:4, 1:4] = 1
    assert_allclose(blur.run(dot)[0, 0], expected, atol=1e-6)


def test_the_card_comes_from_inside_the_model(blur):
    assert blur.card == Card("blur", channels=1, multiple=1, reach=1)


def test_grey_models_take_colours_one_by_one(blur, generator):
    noisy = generator.random((2, 3, 6, 7), dtype=np.float32)
    each = np.concatenate([blur.run(noisy[:, [c]]) for c in range(3)], axis=1)
    assert_array_equal(blur.run(noisy), each)


def test_colour_models_take_grey_as_three_colours_and_their_mean(half_colour):
    assert_allclose(half_colour.run(np.ones((2, 1, 4, 4), np.float32)), np.full((2, 1, 4, 4), 0.5))


def test_many_images_run_in_chunks(blur, generator, monkeypatch):
    noisy = generator.random((7, 1, 8, 8), dtype=np.float32)
    together = blur.run(noisy)
    seen = []
    run = blur.session.run
    monkeypatch.setattr("grainless.model.denoiser.PIXELS_AT_ONCE", 200)
    monkeypatch.setattr(blur.session, "run", lambda some: seen.append(len(some)) or run(some))
    assert_array_equal(blur.run(noisy), together)
    assert seen == [3, 3, 1]


def test_no_images_give_none(blur):
    assert blur.run(np.zeros((0, 1, 8, 8), np.float32)).shape == (0, 1, 8, 8)


def test_one_size_only(fixed):
    assert fixed.run(np.zeros((1, 1, 28, 28), np.float32)).shape == (1, 1, 28, 28)
    with pytest.raises(
        InputError, match=r"^a-mnist-coded takes images of 28 x 28, and moon.png is 640 x 480\.$"
    ):
        fixed.card.check(1, (480, 640), "moon.png")


def test_two_channels_are_refused(same):
    with pytest.raises(InputError, match="tiny takes images of 1 channels, and the image has 2"):
        same.run(np.zeros((1, 2, 4, 4), np.float32))


def test_no_pixels_are_refused(same):
    with pytest.raises(InputError, match="the image is 4 x 0: it has no pixels"):
        same.run(np.zeros((1, 1, 0, 4), np.float32))


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x09" * 50])
def test_what_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "notes.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"notes\.onnx is no ONNX model that can be run"):
        load(path)


def test_a_missing_model_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.onnx: no such model file"):
        opened(tmp_path / "gone.onnx")


def test_a_broken_card_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Card, "to_json", lambda card: '{"name": "x"}')
    with pytest.raises(InputError, match=r"bad\.onnx: The model's card cannot be read"):
        load(tiny.identity(tmp_path / "bad.onnx", GREY))


def test_load_takes_a_file_or_a_run(tmp_path):
    path = tiny.identity(tmp_path / "model.onnx", GREY)
    assert load(path).card == load(str(tmp_path)).card == GREY


@settings(max_examples=25, deadline=None)
@given(height=some.integers(1, 60), width=some.integers(1, 60), tile=some.integers(1, 2000))
def test_tiles_change_nothing(blur, by_four, height, width, tile):
    noisy = np.random.default_rng(0).random((2, 3, height, width), dtype=np.float32)
    for denoiser in (blur, by_four):
        assert_allclose(denoiser.run(noisy, tile=tile), denoiser.run(noisy, tile=10**6), atol=1e-5)


def test_large_images_run_by_tiles_of_one_shape(blur, generator, monkeypatch):
    seen = []
    run = blur.session.run
    monkeypatch.setattr(blur.session, "run", lambda tile: seen.append(tile.shape) or run(tile))
    blur.run(generator.random((1, 1, 50, 40), dtype=np.float32), tile=400)
    assert len(seen) > 5
    assert len(set(seen)) == 1
    assert seen[0][2] * seen[0][3] <= 400


@pytest.mark.parametrize("card", [Card("all", channels=1), Card("one", channels=1, size=(20, 30), reach=1)])
def test_models_that_may_see_the_whole_image_are_never_tiled(folder, card, monkeypatch):
    whole = load(tiny.blur(folder / "whole.onnx", card))
    monkeypatch.setattr(whole.session, "run", lambda tile: np.full_like(tile, tile.shape[2]))
    assert (whole.run(np.zeros((1, 1, 20, 30), np.float32), tile=100) == 20).all()


def test_running_out_of_memory_is_told(same, monkeypatch):
    class AllocationError(Exception):
        """As onnxruntime tells it."""

    class Full:
        def run(self, *_):
            raise AllocationError("Failed to allocate memory for requested buffer")

    monkeypatch.setattr(same.session, "_runtime", Full())
    with pytest.raises(RunError, match="tiny ran out of memory on 7 x 5"):
        same.run(np.zeros((1, 1, 5, 7), np.float32))


def test_the_key_of_the_card_is_the_projects_name():
    assert KEY == "grainless"


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 2), (5, 7, 3), (5, 7, 4)])
def test_a_denoiser_takes_what_denoise_takes(half, dtype, shape):
    white = 1 if dtype.startswith("f") else np.iinfo(dtype).max
    image = np.full(shape, white, dtype)
    denoised = half(image)
    assert (denoised.dtype, denoised.shape) == (image.dtype, shape)
    halved = np.uint16(2) ** 15 if dtype == "uint16" else 128 if dtype == "uint8" else 0.5
    colours = 1 if len(shape) == 2 or shape[-1] < 3 else 3
    every = denoised.reshape(5, 7, -1)
    assert (every[..., :colours] == halved).all()
    assert (every[..., colours:] == white).all()


def test_a_denoiser_takes_pictures_and_images_of_files(half):
    picture = half(PIL.Image.new("RGB", (4, 3), (255, 100, 0)))
    assert (picture.mode, picture.getpixel((0, 0))) == ("RGB", (128, 50, 0))
    scan = Image(np.ones((3, 4, 5), np.float32), np.full((4, 5), 0.25, np.float32), 16, name="scan.tif")
    denoised = half(scan)
    assert (denoised.name, denoised.depth, denoised.alpha is scan.alpha) == ("scan.tif", 16, True)
    assert_array_equal(denoised.pixels, 0.5 * scan.pixels)


def test_a_denoiser_says_what_it_wants(half, fixed):
    with pytest.raises(InputError, match="the image holds floats from 0 to 255"):
        half(np.float32([[0, 255]]))
    with pytest.raises(
        InputError, match=r"An image is \(h, w\), or \(h, w, c\).*; several images go to Denoiser\.run"
    ):
        half(np.zeros((2, 1, 4, 4), np.float32))
    with pytest.raises(InputError, match="a-mnist-coded takes images of 28 x 28, and the image is 4 x 4"):
        fixed(np.zeros((4, 4), np.uint8))


def test_progress_is_told_after_each_tile(blur, generator):
    told = []
    blur.run(
        generator.random((1, 1, 50, 40), dtype=np.float32), tile=400, progress=lambda *now: told.append(now)
    )
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert {total for _, total in told} == {len(told)}
    assert len(told) > 5
    blur.run(generator.random((1, 1, 5, 4), dtype=np.float32), progress=lambda *now: told.append(now))
    assert told[-1] == (1, 1)


def test_what_progress_raises_stops_before_the_next_tile(blur, monkeypatch):
    ran = []
    run = blur.session.run
    monkeypatch.setattr(blur.session, "run", lambda tile: ran.append(1) or run(tile))

    def cancel(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blur.run(np.zeros((1, 1, 50, 40), np.float32), tile=400, progress=cancel)
    assert len(ran) == 2
