"""CIFAR-10 in all its forms but pickle."""

import tarfile

import numpy as np
import pytest
import small_data
from numpy.testing import assert_array_equal

from grainless.data.find import DataRoots
from grainless.data.sets.labelled.cifar import Cifar10
from grainless.errors import InputError


@pytest.fixture(autouse=True)
def nothing_else(tmp_path, monkeypatch):
    monkeypatch.delenv("GRAINLESS_DATA", raising=False)
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path):
    small_data.cifar(tmp_path / "cifar-10-batches-bin")
    return tmp_path / "cifar-10-batches-bin"


def read(root):
    return Cifar10(validation=5).read(DataRoots(root))


def test_a_record_is_a_label_and_three_planes(folder):
    data = read(folder.parent)
    records = small_data.different(4, 3073, seed=5)
    assert_array_equal(data.test.stack(), records[:, 1:].reshape(4, 3, 32, 32))
    assert_array_equal(data.test.labels, np.arange(4))
    assert [len(part) for part in data.parts.values()] == [15, 5, 4]


def test_packed_is_the_same(folder):
    unpacked = read(folder.parent)
    with tarfile.open(folder.parent / "cifar-10-binary.tar.gz", "w:gz") as archive:
        archive.add(folder, folder.name)
    folder.rename(folder.with_name("away"))
    packed = read(folder.parent)
    assert packed.found.endswith("cifar-10-binary.tar.gz")
    for part, other in zip(packed.parts.values(), unpacked.parts.values(), strict=True):
        assert_array_equal(part.stack(), other.stack())


def arrays(**changed):
    made = {f"{kind}_{part}": None for kind in "xy" for part in ("train", "test")}
    for seed, part in enumerate(("train", "test")):
        made[f"x_{part}"] = small_data.different(8, 32, 32, 3, seed=seed)
        made[f"y_{part}"] = np.arange(8, dtype=np.uint8)
    return made | changed


def test_npz_has_its_channels_last(tmp_path):
    (tmp_path / "cifar10").mkdir()
    np.savez(tmp_path / "cifar10" / "cifar10.npz", **arrays())
    data = read(tmp_path)
    assert_array_equal(data.test.stack(), arrays()["x_test"].transpose(0, 3, 1, 2))


def test_npz_without_an_array(tmp_path):
    (tmp_path / "cifar10").mkdir()
    np.savez(tmp_path / "cifar10" / "cifar10.npz", x_train=np.zeros(3))
    with pytest.raises(
        InputError, match=r"cifar10\.npz has no array y_train; x_train, y_train, x_test and y_test"
    ):
        read(tmp_path)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"x_train": np.zeros((8, 3, 32, 32), np.uint8)}, r"images \(8, 3, 32, 32\) uint8 with 8 labels"),
        ({"x_train": np.zeros((8, 32, 32, 3))}, r"images \(8, 32, 32, 3\) float64 with 8 labels"),
        ({"y_test": np.arange(7)}, r"images \(8, 32, 32, 3\) uint8 with 7 labels"),
        ({"x_train": np.array([None])}, r"cannot be read: Object arrays cannot be loaded"),
    ],
)
def test_npz_of_something_else(tmp_path, changed, told):
    (tmp_path / "cifar10").mkdir()
    np.savez(tmp_path / "cifar10" / "cifar10.npz", **arrays(**changed))
    with pytest.raises(InputError, match=told):
        read(tmp_path)


def test_npz_that_is_none(tmp_path):
    (tmp_path / "cifar10").mkdir()
    (tmp_path / "cifar10" / "cifar10.npz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError, match=r"cifar10\.npz cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["cifar-10-batches-py", "cifar10/cifar-10-python.tar.gz"])
def test_pickle_is_refused_by_name(tmp_path, name):
    (tmp_path / name).mkdir(parents=True)
    told = r"is the Python version of CIFAR-10: pickle.*Put the binary version \(https://.*cifar-10-binary\.tar\.gz\)"
    with pytest.raises(InputError, match=told):
        read(tmp_path)


def test_a_batch_that_is_not_there(folder):
    (folder / "data_batch_3.bin").unlink()
    with pytest.raises(InputError, match=r"cifar-10-batches-bin has no data_batch_3\.bin; unpack"):
        read(folder.parent)


@pytest.mark.parametrize("length", [0, 3072, 3074])
def test_a_batch_that_is_not_whole(folder, length):
    (folder / "data_batch_2.bin").write_bytes(bytes(length))
    with pytest.raises(InputError, match=f"holds {length:,} bytes, which is no whole number of images"):
        read(folder.parent)


def test_an_archive_that_is_not_whole(folder):
    path = folder.parent / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, folder.name)
    path.write_bytes(path.read_bytes()[:30_000])
    folder.rename(folder.with_name("away"))
    with pytest.raises(InputError, match=r"cifar-10-binary\.tar\.gz cannot be read to its end .*Delete it"):
        read(folder.parent)
