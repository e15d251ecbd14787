"""The idx format: what was written is read; what is broken is told."""

import gzip

import numpy as np
import pytest
import small_data
from numpy.testing import assert_array_equal

from grainless.data.find import DataRoots
from grainless.data.sets.labelled.idx import Mnist, read_idx, read_part
from grainless.errors import InputError

NAME = "train-images-idx3-ubyte.gz"


@pytest.fixture
def images(tmp_path):
    """An idx file of 20 images, and the images."""
    values = small_data.different(20, 28, 28)
    small_data.idx(tmp_path / NAME, values)
    return tmp_path / NAME, values


@pytest.mark.parametrize("packed", [True, False])
def test_values_come_back_whatever_the_name(tmp_path, packed):
    values = small_data.different(3, 4, 5)
    small_data.idx(tmp_path / NAME, values, packed)
    assert_array_equal(read_idx(tmp_path / NAME, 3), values)


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_ends_early(images, packed):
    path, values = images
    data = path.read_bytes() if packed else gzip.decompress(path.read_bytes())
    path.write_bytes(data[: len(data) // 2])
    told = (
        rf"{NAME} ends after (9|10) of 20 images; it was probably not downloaded whole\. "
        rf"Delete it and run again, or fetch it by hand into {path.parent}\."
    )
    with pytest.raises(InputError, match=told):
        read_idx(path, 3)
    assert len(values) == 20


def test_damaged_inside(images):
    path, _ = images
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"{NAME} is damaged inside .*Delete it and run again"):
        read_idx(path, 3)


@pytest.mark.parametrize(
    "data", [b"<html>no such page</html>", b"", b"\0\0\x0d\x03" + bytes(20), b"\0\0\x08\x03"]
)
def test_no_idx_file(tmp_path, data):
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(InputError, match=f"{NAME} is no idx file: it begins with .*fetch it by hand"):
        read_idx(tmp_path / NAME, 3)


def test_labels_where_images_should_be(tmp_path):
    small_data.idx(tmp_path / NAME, np.arange(10))
    with pytest.raises(InputError, match=f"{NAME} holds labels, and images were expected there"):
        read_idx(tmp_path / NAME, 3)


def test_as_many_labels_as_images(images):
    path, _ = images
    labels = path.with_name("labels.gz")
    small_data.idx(labels, np.arange(19))
    with pytest.raises(
        InputError, match=r"holds 20 images and labels\.gz 19 labels: they are not of one data set"
    ):
        read_part(path, labels)


def test_images_of_another_size(tmp_path):
    small_data.idx(tmp_path / NAME, small_data.different(2, 30, 28))
    small_data.idx(tmp_path / "labels", np.arange(2))
    with pytest.raises(InputError, match="holds images of 28 x 30, and 28 x 28 were expected"):
        read_part(tmp_path / NAME, tmp_path / "labels")


def test_validation_is_held_out_of_the_training_images_and_the_test_is_whole(tmp_path):
    small_data.mnist(tmp_path / "mnist")
    data = Mnist(validation=0.25).read(DataRoots(tmp_path))
    assert (len(data.train), len(data.validation)) == (15, 5)
    assert_array_equal(data.test.stack(), small_data.different(6, 28, 28, seed=6)[:, None])
    assert_array_equal(data.test.labels, np.arange(6))
    assert data.found == str(tmp_path / "mnist")


def test_limit_leaves_validation_and_test_as_they_are(tmp_path):
    small_data.mnist(tmp_path / "mnist", packed=False)
    whole, part = (Mnist(validation=5, limit=limit).read(DataRoots(tmp_path)) for limit in (None, 4))
    assert_array_equal(part.train.stack(), whole.train.stack()[:4])
    assert_array_equal(part.validation.stack(), whole.validation.stack())


def test_more_held_out_than_there_are(tmp_path):
    small_data.mnist(tmp_path / "mnist")
    with pytest.raises(
        InputError,
        match=r"mnist has 20 images; with 5,000 held out, none is left to train on: hold out fewer, as in --set "
        r"data\.validation=0\.1\.",
    ):
        Mnist().read(DataRoots(tmp_path))
