"""Image files into arrays."""

import os
from pathlib import Path

import numpy as np
import pytest
import small_data
from numpy.testing import assert_array_equal
from PIL import Image

from grainless.data.decode import decode, head
from grainless.errors import InputError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "image.png"


def test_colour_comes_back_channels_first(path):
    pixels = small_data.different(1, 5, 7, 3)[0]
    Image.fromarray(pixels).save(path)
    assert_array_equal(decode(path, 3), pixels.transpose(2, 0, 1))


def test_grey_is_three_equal_channels_and_colour_is_luma(path):
    Image.fromarray(np.array([[10, 20]], np.uint8)).save(path)
    assert_array_equal(decode(path, 3), [[[10, 20]]] * 3)
    Image.fromarray(np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8)).save(path)
    assert_array_equal(decode(path, 1), [[[76, 150]]])  # 0.299 and 0.587 of 255


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_16_bit_grey_stays(path, ending):
    pixels = small_data.different(1, 4, 3, dtype=np.uint16)[0]
    path = path.with_suffix(f".{ending}")
    Image.fromarray(pixels).save(path)
    assert_array_equal(decode(path, 1), pixels[None])


def test_what_is_transparent_lies_on_white(path):
    Image.fromarray(np.array([[[0, 0, 0, 0], [9, 9, 9, 255], [0, 0, 0, 51]]], np.uint8)).save(path)
    assert_array_equal(decode(path, 1), [[[255, 9, 204]]])


def test_palettes_and_single_bits(path):
    Image.fromarray(np.array([[True, False]])).save(path)
    assert_array_equal(decode(path, 1), [[[255, 0]]])
    Image.fromarray(np.array([[[250, 0, 0], [0, 0, 9]]], np.uint8)).quantize(2).save(path)
    assert_array_equal(decode(path, 3)[:, 0], [[250, 0], [0, 0], [0, 9]])


@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_the_orientation_is_applied(path, ending):
    path = path.with_suffix(f".{ending}")
    image = Image.fromarray(np.array([[1, 2, 3]], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    image.save(path, exif=exif, lossless=True)
    assert_array_equal(decode(path, 1), [[[1], [2], [3]]])
    assert (head(path).width, head(path).height) == (1, 3)


def test_32_bits_are_told(path):
    path = path.with_suffix(".tif")
    Image.fromarray(np.zeros((2, 2), np.float32)).save(path)
    with pytest.raises(InputError, match=r"image\.tif cannot be read as an image: its values have 32 bits"):
        decode(path, 1)


@pytest.mark.parametrize(("keep", "why"), [(0, "it is of no known kind"), (10, ""), (60, "")])
def test_a_broken_file_is_named(path, keep, why):
    Image.fromarray(small_data.different(1, 20, 20)[0]).save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=rf"image\.png cannot be read as an image: {why}"):
        decode(path, 1)
    if not keep:
        with pytest.raises(InputError, match=why):
            head(path)


def test_a_bomb_is_told_in_one_sentence(path, monkeypatch):
    Image.new("L", (20, 20)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputError, match=r"could be decompression bomb DOS attack\.$"):
        head(path)


def test_awkward_real_files_are_read_or_told():
    if "GRAINLESS_DATA" not in os.environ:
        pytest.skip("set GRAINLESS_DATA to a folder with awkward/")
    refused = {}
    for path in sorted((Path(os.environ["GRAINLESS_DATA"]) / "awkward").glob("*.*")):
        try:
            decode(path, 3)
        except InputError as error:
            refused[path.name] = str(error)
    assert {"truncated_jpeg.jpg", "broken_data_stream.png", "hopper.pfm"} <= set(refused)
    assert len(refused) < 8
    assert all(name in told for name, told in refused.items())
