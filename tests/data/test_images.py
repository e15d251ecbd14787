"""Images: many sizes in one buffer come out as they went in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_array_equal

from grainless.data.images import Data, Images


@some.composite
def many(draw):
    channels = draw(some.sampled_from([1, 3]))
    dtype = draw(some.sampled_from([np.uint8, np.uint16]))
    sizes = draw(some.lists(some.tuples(some.integers(1, 6), some.integers(1, 6)), min_size=1, max_size=6))
    return [draw(arrays.arrays(dtype, (channels, *size))) for size in sizes]


@given(many(), some.data())
def test_images_come_out_as_they_went_in_also_when_taken(given_images, data):
    images = Images.of(given_images, np.arange(len(given_images)), [f"{n}" for n in range(len(given_images))])
    rows = data.draw(some.lists(some.integers(0, len(given_images) - 1), max_size=8))
    taken = images.take(rows)
    assert taken.names == tuple(map(str, rows))
    assert_array_equal(taken.labels, rows)
    for place, row in enumerate(rows):
        assert_array_equal(images[row], given_images[row])
        assert_array_equal(taken[place], given_images[row])


def test_an_array_is_taken_without_a_copy_and_given_back_as_a_view():
    stack = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(2, 3, 4, 5)
    images = Images.of(stack)
    assert np.shares_memory(images.stack(), stack)
    assert_array_equal(images.stack(), stack)
    assert (images.size, images.channels, images.white) == ((4, 5), 3, 255)


def test_noisy_partners_are_taken_along():
    clean, noisy = (np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1) + shift for shift in (0, 100))
    pairs = Images(Images.of(clean).buffer, *(np.ones(4, np.int64),) * 2, 1, noisy=Images.of(noisy))
    assert_array_equal(pairs.take([3, 1]).noisy.stack().ravel(), [103, 101])


def test_floats_are_black_0_and_white_1():
    assert_array_equal(Images.of(np.array([0, 65535], np.uint16).reshape(1, 1, 1, 2)).floats(0), [[[0, 1]]])
    assert Images.of(np.full((1, 1, 1, 1), 255, np.uint8)).floats(0).dtype == np.float32


def test_many_sizes_are_no_single_array():
    images = Images.of([np.zeros((1, 2, 2), np.uint8), np.zeros((1, 3, 2), np.uint8)])
    assert images.size is None
    with pytest.raises(ValueError, match="2 images of different sizes cannot be one array"):
        images.stack()


def test_parts_by_name():
    train, validation, test = (Images.of(np.zeros((n, 1, 1, 1), np.uint8)) for n in (3, 2, 1))
    assert {name: len(part) for name, part in Data("x", train, validation, test).parts.items()} == {
        "train": 3,
        "validation": 2,
        "test": 1,
    }
