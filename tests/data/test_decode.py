"""Image files into arrays."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
import small_data
import tifffile
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageOps
from small_files import small_files

from grainless.data.decode import decode, head
from grainless.denoising.look import inspect
from grainless.errors import InputError
from grainless.image.files import Metadata, frames, write
from grainless.image.formats.exif import orientation
from grainless.image.heads import Head
from grainless.image.image import DTYPES, from_samples
from grainless.inspection.sampling import share_of


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


@pytest.mark.parametrize(
    ("dtype", "words"),
    [("f2", "floats of 16"), ("f4", "floats of 32"), ("f8", "floats of 64"), ("u4", "integers of 32")],
)
def test_what_is_too_deep_is_called_as_the_file_has_it(tmp_path, dtype, words):
    tifffile.imwrite(tmp_path / "deep.tif", np.eye(9, dtype=dtype))
    with pytest.raises(InputError, match=f"has {words} bits, and integers of 8 or 16 are expected"):
        decode(tmp_path / "deep.tif", 1)


@pytest.mark.parametrize("name", small_files())
def test_training_sees_the_pixels_that_denoising_sees(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(small_files()[name])
    image = next(frames(path))
    if image.depth == 32:
        with pytest.raises(
            InputError,
            match=r"has (floats|integers) of (16|32|64) bits, and integers of 8 or 16 are expected: convert it\.$",
        ):
            decode(path, 1)
        return
    full = np.iinfo(DTYPES[image.depth]).max
    seen = decode(path, image.channels) / full
    shown = image.pixels if image.alpha is None else image.pixels * image.alpha + (1 - image.alpha)
    shown = shown / share_of(inspect(image).bits)
    turned = {1: shown, 6: np.rot90(shown, -1, axes=(1, 2))}[orientation(image.metadata.exif)]
    exact = image.alpha is None and not image.notes  # else what lies between two levels is rounded
    assert_allclose(seen, turned, atol=1e-6 if exact else 0.51 / full)


def test_colour_of_16_bits_stays(path):
    write(from_samples(np.uint16([[[25_900, 0, 65_535]]]), metadata=Metadata()), path)
    assert_array_equal(decode(path, 3)[:, 0, 0], [25_900, 0, 65_535])  # 0.3952, not 0.3961
    grey = decode(path, 1)
    assert (grey.dtype, grey.item()) == (np.uint16, round(0.299 * 25_900 + 0.114 * 65_535))
    assert head(path).depth == 16


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


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_the_orientation_is_applied(path, ending, turn):
    path = path.with_suffix(f".{ending}")
    image = Image.fromarray(np.array([[1, 2, 3], [4, 5, 6]], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = turn
    image.save(path, exif=exif, lossless=True)
    image.getexif()[0x0112] = turn
    expected = np.asarray(ImageOps.exif_transpose(image))
    assert_array_equal(decode(path, 1), expected[None])
    assert head(path).turned == expected.shape


@pytest.mark.parametrize("name", small_files())
def test_what_is_said_before_the_pixels_is_true(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(small_files()[name])
    image = next(frames(path))
    assert head(path) == Head(*image.size, image.depth, orientation(image.metadata.exif))
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(small_files()[name][:14])
    with pytest.raises(InputError, match=re.escape(f"{cut} ")):
        head(cut)


def test_photographs_are_not_unpacked_to_look_at_them(tmp_path, monkeypatch):
    monkeypatch.setattr("grainless.image.heads.decode", None)  # whoever called it would fail
    for name in ("rgb.png", "rgb.jpg", "lossy.webp", "rgb.tif"):
        (tmp_path / name).write_bytes(small_files()[name])
        assert head(tmp_path / name).height == 24


@pytest.mark.parametrize(
    ("keep", "why"), [(0, " is empty"), (10, " is a broken PNG file: "), (60, " is a broken PNG file: ")]
)
def test_a_broken_file_is_named_with_its_folder(path, keep, why):
    Image.fromarray(small_data.different(1, 20, 20)[0]).save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=re.escape(f"{path}{why}")):
        decode(path, 1)


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
