"""A folder of images, split by chance or by its own folders."""

import shutil

import pytest
import small_data

from grainless.data.find import DataRoots
from grainless.data.sets.folders import Folder
from grainless.errors import InputError

TEN = [f"{number}.png" for number in range(10)]


def names(data):
    return {part: list(images.names) for part, images in data.parts.items()}


def test_parts_are_held_out_by_chance(tmp_path):
    small_data.images(tmp_path, *TEN)
    parts = names(Folder(path=tmp_path, validation=3, test=0.2).read(DataRoots()))
    assert [len(part) for part in parts.values()] == [5, 3, 2]
    assert sorted(name for part in parts.values() for name in part) == TEN


@pytest.mark.parametrize("there", [["validation", "test"], ["test"], ["validation"], []])
def test_folders_inside_are_the_parts_and_what_is_missing_is_held_out(tmp_path, there):
    small_data.images(tmp_path / "train", *TEN)
    for part in there:
        small_data.images(tmp_path / part, "v.png")
    parts = names(Folder(path=tmp_path).read(DataRoots()))
    for part in ("validation", "test"):
        assert (parts[part] == ["v.png"]) == (part in there)
    assert len(parts["train"]) == 8 + len(there)


def test_grey_is_one_channel_else_three(tmp_path):
    small_data.images(tmp_path, *TEN, channels=1)
    assert Folder(path=tmp_path).read(DataRoots()).train.channels == Folder(path=tmp_path).channels == 3
    grey = Folder(path=tmp_path, grey=True)
    assert grey.read(DataRoots()).train.channels == grey.channels == 1


def test_folders_inside_are_looked_into_when_asked(tmp_path):
    small_data.images(tmp_path / "a", *TEN)
    small_data.images(tmp_path, "x.png", "y.png", "z.png")
    assert len(Folder(path=tmp_path).read(DataRoots()).train) == 1
    assert len(Folder(path=tmp_path, recursive=True).read(DataRoots()).train) == 11


def test_below_a_data_folder(tmp_path):
    small_data.images(tmp_path / "mine", *TEN)
    assert Folder(path="mine").read(DataRoots(tmp_path)).found == str(tmp_path / "mine")


def test_a_link_that_leads_nowhere_is_told(tmp_path):
    small_data.images(tmp_path, *TEN)
    (tmp_path / "5b.png").symlink_to(tmp_path / "gone" / "5.png")
    with pytest.raises(InputError, match=r"5b\.png: no such file"):
        Folder(path=tmp_path).files(DataRoots())


def test_too_few(tmp_path):
    small_data.images(tmp_path / "one", "1.png")
    with pytest.raises(InputError, match="one has 1 image; with 1 and 1 held out, none is left to train on"):
        Folder(path=tmp_path / "one").read(DataRoots())
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match=r"There are no images in .*none"):
        Folder(path=tmp_path / "none").read(DataRoots())


def test_an_unreadable_image_is_named(tmp_path):
    small_data.images(tmp_path, *TEN)
    (tmp_path / "5.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"5\.png is "):
        Folder(path=tmp_path).read(DataRoots())


def test_copies_of_a_file_are_held_out_together(tmp_path):
    small_data.images(tmp_path, *(f"{number}.png" for number in range(5)))
    for number in range(5):
        shutil.copy(tmp_path / f"{number}.png", tmp_path / f"copy-{number}.png")
    data = Folder(path=tmp_path, validation=2, test=2).read(DataRoots())
    parts = [{name[-5] for name in part.names} for part in data.parts.values()]
    assert [len(each) for each in parts] == [3, 1, 1]
