"""Pictures: levels, the square with most detail, strips."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_array_equal
from PIL import Image

from grainless.errors import InputError
from grainless.evaluation.figures.pictures import detail, png, strip
from grainless.image.picture import picture


def read(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_levels_are_clipped_and_rounded_and_no_number_is_black():
    grey = np.array([[[-1, 0, 0.5, 1, 2, np.nan, np.inf, -np.inf]]])
    assert_array_equal(np.asarray(picture(grey)), [[0, 0, 128, 255, 255, 0, 255, 0]])


def test_colours_are_red_green_blue():
    assert picture(np.array([1, 0.2, 0]).reshape(3, 1, 1)).getpixel((0, 0)) == (255, 51, 0)


def test_equal_pictures_are_equal_bytes():
    image = np.random.default_rng(7).random((3, 9, 9))
    assert png(picture(image)) == png(picture(image.copy()))


@given(top=some.integers(0, 44), left=some.integers(0, 54))
def test_the_square_with_most_detail_is_found(top, left):
    image = np.full((1, 60, 70), 0.5)
    image[:, top : top + 16, left : left + 16] += np.random.default_rng(7).normal(0, 0.1, (16, 16))
    found = detail(image, 16)
    assert abs(found[0] - top) <= 3
    assert abs(found[1] - left) <= 3


def test_texture_is_more_detail_than_one_strong_edge():
    image = np.zeros((1, 64, 160))
    image[:, :, 32:64] = 1
    image[:, :, 104:] = 0.5 + 0.3 * (np.indices((64, 56)).sum(axis=0) % 2)
    assert detail(image, 32)[1] >= 104 - 3


def test_without_any_detail_the_first_square_is_taken():
    assert detail(np.full((3, 20, 20), 0.3), 8) == (0, 0)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 8, 30), (1, 1, 1)])
def test_a_square_as_large_as_the_image_allows_fits(shape):
    side = min(shape[1:])
    top, left = detail(np.random.default_rng(7).random(shape), side)
    assert 0 <= top <= shape[1] - side
    assert 0 <= left <= shape[2] - side


def test_a_strip_by_hand(tmp_path):
    black, white = np.zeros((1, 1, 2)), np.ones((1, 2, 1))
    strip([[black, black], [white * 0.2]], tmp_path / "strip.png", gap=1)
    _ = 255
    assert_array_equal(
        read(tmp_path / "strip.png"), [[0, 0, _, 0, 0], [_, _, _, _, _], [51, _, _, _, _], [51, _, _, _, _]]
    )


def test_a_strip_enlarges_each_pixel_to_a_square(tmp_path):
    strip([[np.array([[[0, 1]]])]], tmp_path / "strip.png", scale=2)
    assert_array_equal(read(tmp_path / "strip.png"), [[0, 0, 255, 255], [0, 0, 255, 255]])


def test_grey_beside_colour_makes_a_strip_in_colour(tmp_path):
    strip([[np.zeros((1, 2, 2)), np.ones((3, 2, 2))]], tmp_path / "strip.png")
    assert read(tmp_path / "strip.png").shape == (2, 6, 3)


def test_labels_stand_before_their_rows(tmp_path):
    rows = [[np.zeros((1, 20, 20))], [np.zeros((1, 20, 20))]]
    strip(rows, tmp_path / "strip.png", labels=["", "noisy"])
    pixels = read(tmp_path / "strip.png")
    assert (pixels[:20, :-20] == 255).all()
    assert (pixels[22:, :-20] < 128).any()
    assert (pixels[:20, -20:] == 0).all()


def test_each_row_has_a_label_or_none(tmp_path):
    with pytest.raises(ValueError, match="2 rows have 1 labels"):
        strip([[np.zeros((1, 2, 2))]] * 2, tmp_path / "strip.png", labels=["one"])
    assert list(tmp_path.iterdir()) == []


def test_a_strip_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"strip\.png could not be written"):
        strip([[np.zeros((1, 2, 2))]], tmp_path / "file" / "strip.png")


def test_heads_stand_above_their_columns_which_are_as_wide(tmp_path):
    plain, headed = tmp_path / "plain.png", tmp_path / "headed.png"
    rows = [[np.zeros((1, 8, 8)), np.ones((1, 8, 8))]]
    strip(rows, plain)
    strip(rows, headed, heads=["noisy image", ""])
    with Image.open(plain) as small, Image.open(headed) as large:
        assert large.height > small.height
        assert large.width > small.width
        above = np.asarray(large)[: large.height - 8]
        assert (
            above[:, : large.width - 10].min() < 100 < above[:, large.width - 8 :].min()
        )  # a word, and none
        assert np.asarray(large)[-4].min() == 0  # the black image is still there


def test_another_number_of_heads(tmp_path):
    with pytest.raises(ValueError, match="1 columns have 2 heads"):
        strip([[np.zeros((1, 2, 2))]], tmp_path / "strip.png", heads=["one", "two"])


def test_photographs_may_be_a_jpeg(tmp_path):
    strip([[np.full((3, 16, 16), 0.5)]], tmp_path / "strip.jpg")
    with Image.open(tmp_path / "strip.jpg") as image:
        assert image.format == "JPEG"
        assert image.size == (16, 16)


def test_words_beside_large_images_can_be_read(tmp_path):
    above = []
    for side in (32, 800):
        strip([[np.zeros((1, side, side))]], tmp_path / f"{side}.png", heads=["noisy"])
        above.append(len(read(tmp_path / f"{side}.png")) - side)
    assert above == [2 * 13, 2 * 50]
