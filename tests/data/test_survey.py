"""A person's folder of images: what it holds is told, and what will not do, in one line each."""

import numpy as np
import PIL.Image
import pytest
from small_data import images

from grainless.data.checks.survey import survey
from grainless.errors import InputError


def test_what_a_folder_holds(tmp_path):
    images(tmp_path, "a.png", "b.png", size=(40, 60), channels=1)
    images(tmp_path, "c.png", size=(50, 70), channels=1)
    looked = survey(tmp_path)
    assert (looked.sizes, looked.grey, looked.shortest) == ([(40, 60), (40, 60), (50, 70)], True, 40)
    assert str(looked) == "3 grey images of 60 x 40 to 70 x 50"


def test_grey_stored_as_colour_is_grey(tmp_path):
    images(tmp_path, "a.png", "b.png", size=(40, 40), channels=1)
    PIL.Image.fromarray(np.repeat(np.arange(1600, dtype=np.uint8).reshape(40, 40, 1), 3, axis=2)).save(
        tmp_path / "c.png"
    )
    assert survey(tmp_path).grey
    images(tmp_path / "colour", "a.png", "b.png", "c.png", size=(40, 40))
    assert str(survey(tmp_path / "colour")) == "3 colour images of 40 x 40"


def test_too_few(tmp_path):
    images(tmp_path, "a.png", "b.png", size=(40, 40))
    with pytest.raises(
        InputError, match=r"holds 2 images, and 3 are the fewest: one to learn from, .* dozens are better"
    ):
        survey(tmp_path)
    with pytest.raises(InputError, match=r"There are no images in "):
        survey(tmp_path.joinpath("empty").mkdir() or tmp_path / "empty")
    with pytest.raises(InputError, match=r"nowhere is no folder"):
        survey(tmp_path / "nowhere")


def test_what_cannot_be_read_is_named(tmp_path):
    images(tmp_path, *(f"{number}.png" for number in range(4)), size=(40, 40))
    (tmp_path / "bad.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"^Of 5 images in .*bad\.png .*: take them out\.$") as error:
        survey(tmp_path)
    assert "\n" not in str(error.value)


def test_what_is_too_small_is_named(tmp_path):
    images(tmp_path, *(f"{number}.png" for number in range(4)), size=(40, 40))
    images(tmp_path, *(f"icon-{number}.png" for number in range(5)), size=(16, 16))
    with pytest.raises(
        InputError,
        match=r"icon-0\.png, icon-1\.png, icon-2\.png and 2 more in .* are smaller than 32 x 32 pixels",
    ):
        survey(tmp_path)


def test_grey_and_colour_are_two_kinds(tmp_path):
    images(tmp_path, "a.png", "b.png", size=(40, 40))
    images(tmp_path, "g.png", size=(40, 40), channels=1)
    with pytest.raises(
        InputError,
        match=r"holds grey images and colour ones \(grey: g\.png; colour: a\.png, b\.png\): sort them into two",
    ):
        survey(tmp_path)


def test_thumbnails_among_photographs_are_two_kinds(tmp_path):
    images(tmp_path, "a.png", "b.png", size=(32, 32))
    images(tmp_path, "large.png", size=(400, 330))
    with pytest.raises(
        InputError,
        match=r"very different sizes, from 32 x 32 \(a\.png\) to 330 x 400 \(large\.png\): .* sort them",
    ):
        survey(tmp_path)
