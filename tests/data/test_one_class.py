import numpy as np
import pytest

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.images import Images
from grainless.data.sets.labelled.digits import Digits
from grainless.data.sets.labelled.one_class import of_class
from grainless.errors import InputError


def test_one_class_is_learned_from_and_all_are_tested():
    data, whole = Digits(only=3).read(DataRoots()), Digits().read(DataRoots())
    assert set(data.train.labels) == set(data.validation.labels) == {3}
    assert set(data.test.labels) == set(range(10))
    assert len(data.train) == (whole.train.labels == 3).sum()
    assert np.array_equal(data.test.buffer, whole.test.buffer)


def test_without_a_class_nothing_is_left_out():
    images = Images.of(np.zeros((4, 1, 2, 2), np.uint8), np.array([0, 1, 0, 1]))
    rows = np.array([3, 0])
    assert of_class(images, rows, None, "some") is rows
    assert list(of_class(images, rows, 1, "some")) == [3]


def test_a_class_that_is_not_there_is_told():
    with pytest.raises(
        InputError, match=r"only is 12, and digits has no such images .*; classes: 0, 1, .*, 9\."
    ):
        Digits(only=12).read(DataRoots())


def test_all_sets_with_classes_know_it():
    assert [name for name, part in DATA.items() if hasattr(part, "only")] == [
        "digits",
        "mnist",
        "fashion-mnist",
        "cifar10",
        "csv",
    ]


def test_classes_have_the_names_of_their_publications():
    named = {name: part.classes for name, part in DATA.items() if hasattr(part, "classes")}
    assert {len(set(names)) for names in named.values()} == {10}
    assert named["fashion-mnist"][0] == "T-shirt/top"  # arXiv:1708.07747, table 2
    assert named["fashion-mnist"][9] == "Ankle boot"
    assert named["cifar10"][6] == "frog"  # as its batches.meta.txt has them
