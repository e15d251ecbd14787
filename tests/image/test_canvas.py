import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from grainless.image.formats.animation.canvas import CLEAR, KEEP, RESTORE, Piece, blended, check_size, drawn
from grainless.image.image import Image, Refused


def piece(level, left=0, top=0, disposal=KEEP, size=1, alpha=255, over=True):
    held = np.zeros((size, size, 2), np.uint8)
    held[...] = level, alpha
    return Piece(held, left, top, disposal, over)


def levels(pieces, width=3):
    """(grey, alpha) of each pixel of a canvas of one row, after each piece."""
    return [[tuple(map(int, pixel)) for pixel in canvas[0]] for canvas in drawn(1, width, pieces)]


CLEAR_PIXEL = (0, 0)


def test_pieces_stay():
    shown = levels([piece(1), piece(2, left=2)])
    assert shown == [[(1, 255), CLEAR_PIXEL, CLEAR_PIXEL], [(1, 255), CLEAR_PIXEL, (2, 255)]]


def test_pieces_are_cleared_before_the_next():
    shown = levels([piece(1, disposal=CLEAR), piece(2, left=2)])
    assert shown == [[(1, 255), CLEAR_PIXEL, CLEAR_PIXEL], [CLEAR_PIXEL, CLEAR_PIXEL, (2, 255)]]


def test_what_was_there_comes_back():
    shown = levels([piece(1), piece(9, disposal=RESTORE), piece(2, left=1)])
    assert shown[1:] == [
        [(9, 255), CLEAR_PIXEL, CLEAR_PIXEL],
        [(1, 255), (2, 255), CLEAR_PIXEL],
    ]


def test_clear_pixels_show_what_is_below_or_take_its_place():
    assert levels([piece(1), piece(9, alpha=0)])[1][0] == (1, 255)
    assert levels([piece(1), piece(9, alpha=0, over=False)])[1][0] == (9, 0)


def test_what_lies_beyond_the_canvas_is_cut_off():
    shown = levels([piece(1, left=2, size=5), piece(2, left=7), piece(3, top=4)])
    assert shown[2] == [CLEAR_PIXEL, CLEAR_PIXEL, (1, 255)]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_blending_by_hand(dtype):
    white = np.iinfo(dtype).max
    half = white // 5  # a fifth of the upper, of a canvas that is opaque, empty, or half there
    above = np.array([[[white, half]]], dtype)
    assert_array_equal(blended(above, np.array([[[0, white]]], dtype)), [[[half, white]]])
    assert_array_equal(blended(above, np.array([[[0, 0]]], dtype)), [[[white, half]]])
    # alpha 1/5 + 4/5 x 3/5 = 17/25; colour (1/5) / (17/25) = 5/17
    assert_allclose(
        blended(above, np.array([[[0, 3 * half]]], dtype)), [[[white * 5 / 17, white * 17 / 25]]], atol=0.5
    )


def test_frames_of_another_size():
    first, other = Image(np.zeros((1, 4, 5), np.float32)), Image(np.zeros((1, 4, 6), np.float32))
    check_size(first, first)
    with pytest.raises(Refused, match=r"^is 6 x 4, and the first frame 5 x 4: write \.tif$"):
        check_size(other, first)
