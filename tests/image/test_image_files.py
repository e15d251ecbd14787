"""The image files of a folder, as a person would count them."""

import pytest
import small_data
from hypothesis import given
from hypothesis import strategies as some

from grainless.errors import InputError
from grainless.image.folder import image_files, natural, numbers


@given(some.lists(some.integers(0, 10**6), unique=True))
def test_numbers_sort_by_value(values):
    names = [f"img_{value}.png" for value in values]
    assert sorted(names, key=natural) == [f"img_{value}.png" for value in sorted(values)]


@given(some.lists(some.text("aB01é²_.", max_size=5), unique=True))
def test_any_two_names_have_an_order(names):
    assert len({natural(name) for name in names}) == len(names)


def test_names_differ_by_zeros_and_case_alone():
    assert len({natural(name) for name in ("a1", "a01", "A1", "A01")}) == 4
    assert numbers("a007_b12") == (7, 12)


def test_images_alone_in_natural_order(tmp_path):
    small_data.images(tmp_path, "10.png", "2.JPG", "1.tif", ".hidden.png")
    (tmp_path / "notes.txt").write_text("no image")
    small_data.images(tmp_path / "more", "3.png")
    assert [path.name for path in image_files(tmp_path)] == ["1.tif", "2.JPG", "10.png"]
    assert [path.name for path in image_files(tmp_path, recursive=True)] == [
        "1.tif",
        "2.JPG",
        "10.png",
        "3.png",
    ]


def test_a_folder_called_as_an_image_is_none(tmp_path):
    small_data.images(tmp_path / "folder.png", "in.png")
    small_data.images(tmp_path, "a.png")
    assert [path.name for path in image_files(tmp_path)] == ["a.png"]
    assert [path.name for path in image_files(tmp_path, recursive=True)] == ["a.png", "in.png"]


def test_no_folder_and_no_images(tmp_path):
    with pytest.raises(InputError, match=r"nowhere is no folder\."):
        image_files(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"There are no images in .*; looked for \.png, \.jpg"):
        image_files(tmp_path)


def test_images_that_others_read_are_named_where_there_are_no_others(tmp_path):
    for name in ("a.heic", "b.HEIC", "c.cr2", "notes.txt", ".d.avif"):
        (tmp_path / name).touch()
    with pytest.raises(
        InputError, match=r"reads, but 1 \.cr2 file and 2 \.heic files: convert to PNG or TIFF first"
    ):
        image_files(tmp_path)
