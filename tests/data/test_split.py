"""Held out by chance, always the same, never twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_array_equal

from grainless.data.split import Held, split
from grainless.errors import InputError
from grainless.parts import checked


@given(some.integers(4, 500), some.floats(0.01, 0.3), some.integers(1, 2), some.integers(0, 9))
def test_every_image_is_in_one_part(count, share, number, seed):
    parts = split(count, [share, number], seed=seed)
    assert_array_equal(np.sort(np.concatenate(parts)), np.arange(count))
    assert len(parts[1]) == max(1, round(share * count))
    assert len(parts[2]) == number
    for part in parts:
        assert_array_equal(part, np.sort(part))


def test_the_seed_decides():
    assert_array_equal(split(100, [10], seed=3)[1], split(100, [10], seed=3)[1])
    assert list(split(100, [10], seed=3)[1]) != list(split(100, [10], seed=4)[1])


def test_the_same_split_for_ever():
    # a changed split would train on what was tested on before
    assert list(split(20, [0.2, 3], seed=0)[1]) == [2, 4, 6, 19]
    assert list(split(20, [0.2, 3], seed=0)[2]) == [3, 13, 16]


@pytest.mark.parametrize(
    ("count", "told"), [(1, "shells has 1 image; with 1 and 1 held out"), (0, "shells has 0 images")]
)
def test_nothing_left_to_train_on(count, told):
    with pytest.raises(InputError, match=f"{told}.*none is left to train on"):
        split(count, [0.1, 0.1], seed=0, source="shells")


@pytest.mark.parametrize("wrong", [0, -0.1, 1.5, float("nan")])
def test_neither_share_nor_number(wrong):
    def part(*, validation: Held = 0.1):
        return validation

    assert checked("x", part, {"validation": 12}) == {"validation": 12}
    with pytest.raises(InputError, match="it should be a share between 0 and 1, or a whole number of images"):
        checked("x", part, {"validation": wrong})


@given(some.integers(6, 60), some.integers(2, 5), some.integers(0, 9))
def test_what_belongs_together_stays_together(count, of_each, seed):
    groups = [index // of_each for index in range(count)]
    if count <= 2 * of_each + 2:
        return
    parts = split(count, [1, 1], seed=seed, groups=groups)
    assert_array_equal(np.sort(np.concatenate(parts)), np.arange(count))
    kinds = [{groups[index] for index in part} for part in parts]
    assert sum(map(len, kinds)) == len(set(groups))
    assert all(len(kind) == 1 for kind in kinds[1:])


def test_groups_of_one_are_dealt_as_images_are():
    alone = split(20, [0.2, 3], seed=0, groups=list("abcdefghijklmnopqrst"))
    for one, other in zip(alone, split(20, [0.2, 3], seed=0), strict=True):
        assert_array_equal(one, other)


def test_too_few_scenes_leave_nothing_to_train_on():
    with pytest.raises(
        InputError, match=r"shells has 9 images that show only 2 different scenes; held out by"
    ):
        split(9, [1, 1], seed=0, source="shells", groups=[0] * 4 + [1] * 5)
