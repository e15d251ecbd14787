import numpy as np
import PIL.Image
import pytest
import tifffile
import tiny

from grainless.denoising.files import memory
from grainless.errors import InputError
from grainless.model.card import Card
from grainless.model.denoiser import load


@pytest.fixture(scope="module")
def blur(tmp_path_factory):
    return load(tiny.blur(tmp_path_factory.mktemp("models") / "b.onnx", Card("b", channels=1, reach=1)))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1GB", 10**9),
        ("512MB", 512 * 10**6),
        ("2GiB", 2**31),
        (" 1.5 kib ", 1536),
        (".5mb", 500_000),
        ("7B", 7),
    ],
)
def test_budgets_are_read(text, size):
    assert memory.parse(text) == size


@pytest.mark.parametrize("text", ["", "1", "GB", "-1GB", "1 XB", "1e9B", "0GB", "0.1B", "one GB"])
def test_what_is_no_budget_is_refused(text):
    with pytest.raises(
        InputError, match=f'^--memory is "{text}": write a number and a unit, as in 500MB, 2GB'
    ):
        memory.parse(text)


@pytest.mark.parametrize(
    ("mode", "ending", "samples", "alpha"),
    [("L", "png", 1, False), ("RGBA", "png", 4, True), ("RGB", "jpg", 3, False), ("LA", "tif", 2, True)],
)
def test_shapes_come_from_headers(tmp_path, mode, ending, samples, alpha):
    path = tmp_path / f"a.{ending}"
    PIL.Image.new(mode, (30, 20)).save(path)
    assert memory.shape_of(path) == memory.Shape(20, 30, samples, alpha)


def test_the_largest_page_counts(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for side in (4, 9, 2):
            writer.write(np.zeros((side, side), np.uint8), contiguous=False)
    assert memory.shape_of(tmp_path / "a.tif").pixels == 81


def test_broken_files_have_no_shape(tmp_path, blur):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    assert memory.shape_of(tmp_path / "a.png") is None
    assert memory.of_whole(tmp_path / "a.png", blur.card) == 0


def test_an_image_that_pillow_takes_for_a_bomb_has_a_shape(tmp_path, monkeypatch):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 10)
    PIL.Image.new("L", (30, 20)).save(tmp_path / "a.png")
    assert memory.shape_of(tmp_path / "a.png").pixels == 600


def test_models_tell_what_their_layers_hold(tmp_path):
    half = load(tiny.times(tmp_path / "h.onnx", Card("h", channels=1), 0.5))
    assert half.bytes_a_pixel == 2 * (4 + 4)  # one layer: one float in, one out


def test_tiles_bound_what_a_run_takes():
    blur = Card("b", channels=1, reach=1, bytes_a_pixel=16.0)
    assert memory.of_run((10**5, 10**5), blur) == memory.of_run((2**10, 2**10), blur)
    whole = Card("w", channels=1, bytes_a_pixel=16.0)
    assert memory.of_run((10**5, 10**5), whole) == 16 * 10**10
