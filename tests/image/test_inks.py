import io
import struct
import warnings

import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest
from image_files import profile_of_inks
from numpy.testing import assert_allclose

from grainless.image.formats.inks import to_rgb


def test_by_hand_without_a_profile():
    inks = np.uint8([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 255], [51, 102, 0, 127]]])
    rgb, note = to_rgb(inks, None)
    assert rgb.tolist() == [[[255, 255, 255], [0, 255, 255], [255, 0, 0], [0, 0, 0], [102, 77, 128]]]
    assert note == "CMYK was converted to RGB without a colour profile: hues may be off."


@pytest.mark.parametrize("profile", [None, profile_of_inks()])
def test_sixteen_bit_agree_with_eight(profile):
    inks = np.random.default_rng(0).integers(0, 256, (9, 8, 4)).astype(np.uint8)
    eight, _ = to_rgb(inks, profile)
    sixteen, _ = to_rgb(inks.astype(np.uint16) * 257, profile)
    assert sixteen.dtype == np.uint16
    assert_allclose(sixteen / 257, eight, atol=1)


def test_by_the_profile_as_pillow_does_it():
    inks = np.random.default_rng(0).integers(0, 256, (9, 8, 4)).astype(np.uint8)
    rgb, note = to_rgb(inks, profile_of_inks())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = PIL.Image.frombytes("CMYK", (8, 9), inks.tobytes())
    expected = PIL.ImageCms.profileToProfile(
        page,
        PIL.ImageCms.ImageCmsProfile(io.BytesIO(profile_of_inks())),
        PIL.ImageCms.createProfile("sRGB"),
        outputMode="RGB",
    )
    assert_allclose(rgb, np.asarray(expected), atol=1)
    assert note == "CMYK was converted to sRGB by its colour profile."
    assert np.abs(rgb.astype(int) - to_rgb(inks, None)[0]).max() > 20


def test_a_profile_that_is_none():
    inks = np.zeros((2, 2, 4), np.uint8)
    broken = bytes(16) + b"CMYK" + struct.pack(">I", 7) * 40
    rgb, note = to_rgb(inks, broken)
    assert (rgb == 255).all()
    assert note == "CMYK was converted to RGB without its colour profile, which is broken."
    assert to_rgb(inks, b"RGB")[1].endswith("without a colour profile: hues may be off.")
