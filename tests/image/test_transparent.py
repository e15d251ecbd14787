import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from grainless.image.transparent import BLOCK, MIDDLE, filled, transparent_pixels


@pytest.fixture
def chance():
    return np.random.default_rng(3)


@settings(deadline=None, max_examples=30)
@given(height=some.integers(1, 80), width=some.integers(1, 80), share=some.floats(0, 1))
def test_visible_pixels_stay_and_clear_ones_do_not_matter(height, width, share):
    chance = np.random.default_rng(0)
    pixels = chance.random((3, height, width), dtype=np.float32)
    clear = chance.random((height, width)) < share
    result = filled(pixels, clear)
    assert_array_equal(result[:, ~clear], pixels[:, ~clear])
    other = np.where(clear, np.float32(np.nan), pixels)
    assert_array_equal(filled(other, clear), result)


def test_one_colour_goes_on_everywhere_near():
    clear = np.ones((200, 150), bool)
    clear[70, 80] = False
    pixels = np.full((1, 200, 150), 9, np.float32)
    pixels[0, 70, 80] = 0.25
    result = filled(pixels, clear)[0]
    assert_allclose(result[70 - BLOCK : 70 + BLOCK, 80 - BLOCK : 80 + BLOCK], 0.25)
    assert set(np.unique(result)) == {np.float32(0.25), np.float32(MIDDLE)}


def test_next_to_the_visible_stands_the_mean_of_the_visible_neighbours():
    pixels = np.float32([[[0.2, 7, 7], [0.4, 7, 7], [0.9, 7, 7]]])
    clear = pixels[0] == 7
    assert_allclose(filled(pixels, clear)[0, :, 1], [0.3, 0.5, 0.65], rtol=1e-6)


def test_a_strip_with_its_surroundings_is_filled_as_the_whole_image(chance):
    pixels = chance.random((3, 7 * BLOCK + 9, 50), dtype=np.float32)
    clear = chance.random(pixels.shape[1:]) < 0.9995
    whole = filled(pixels, clear)
    near = slice(2 * BLOCK, 5 * BLOCK)
    strip = filled(pixels[:, near], clear[near])
    assert_allclose(strip[:, BLOCK : 2 * BLOCK], whole[:, 3 * BLOCK : 4 * BLOCK], rtol=1e-6)


def test_colours_multiplied_by_alpha_are_seen_unless_black():
    pixels = np.float32([[[0, 0.5, 0, 0.5]]])
    alpha = np.float32([[0, 0, 1, 1]])
    assert transparent_pixels(pixels, alpha).tolist() == [[True, True, False, False]]
    assert transparent_pixels(pixels, alpha, premultiplied=True).tolist() == [[True, False, False, False]]
