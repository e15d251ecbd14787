import re

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from image_files import again, image, refusal, samples, saved
from numpy.testing import assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Image, Metadata, frames, read, write, write_frames
from grainless.image.image import from_samples, to_samples


@settings(max_examples=30, deadline=None)
@given(
    height=some.integers(1, 9), width=some.integers(1, 9), colours=some.sampled_from([1, 3]),
    depth=some.sampled_from([8, 16]), seed=some.integers(0, 99),
)  # fmt: skip
def test_pixels_come_back_bit_for_bit(tmp_path_factory, height, width, colours, depth, seed):
    path = tmp_path_factory.mktemp("pnm") / "a.pnm"
    stored = samples(depth, (height, width) if colours == 1 else (height, width, 3), seed)
    write(from_samples(stored, metadata=Metadata()), path)
    before, after = again(path)
    assert_array_equal(to_samples(before[0]), stored, strict=True)
    assert_array_equal(to_samples(after[0]), stored, strict=True)


def test_others_read_what_we_write(tmp_path):
    for name, shape in [("a.pgm", (6, 5)), ("a.ppm", (6, 5, 3))]:
        stored = samples(8, shape)
        write(from_samples(stored, metadata=Metadata()), tmp_path / name)
        with PIL.Image.open(tmp_path / name) as seen:
            assert_array_equal(np.asarray(seen), stored)


@pytest.mark.parametrize(
    ("data", "expected", "note"),
    [
        (b"P1\n3 2\n010 1 1 1\n", [[255, 0, 255], [0, 0, 0]], "1-bit samples became 8-bit ones."),
        (b"P1 # a\n3 # b\n2\n0 1 0 #c 1 1\n111\n", [[255, 0, 255], [0, 0, 0]], "1-bit"),
        (b"P4\n10 1\n\x80\x40", [[0, *8 * [255], 0]], "1-bit"),
        (b"P2\n2 1\n9\n0 9\n", [[0, 255]], "Levels up to 9 became levels up to 255."),
        (b"P2\n2 1\n255\n7 8", [[7, 8]], ""),
        (b"P3\n1 1\n255\n1 2 3\n", [[[1, 2, 3]]], ""),
        (b"P5#x\n2\r1\t255\n\x07\x08", [[7, 8]], ""),
        (b"P5 2 1 4095\n\x00\x00\x0f\xff", [[0, 65535]], "Levels up to 4095 became levels up to 65535."),
        (b"P6\n1 1\n255\n\n\n\n", [[[10, 10, 10]]], ""),
    ],
)
def test_files_by_hand(tmp_path, data, expected, note):
    found = read(saved(tmp_path / "a.pnm", data))
    assert to_samples(found).tolist() == expected
    assert note in " ".join(found.notes)
    assert bool(found.notes) == bool(note)


def test_images_behind_each_other(tmp_path):
    data = b"P5\n1 1\n255\n\x07P6 1 1 255 abc"
    found = list(frames(saved(tmp_path / "a.pnm", data)))
    assert [to_samples(each).tolist() for each in found] == [[[7]], [[[97, 98, 99]]]]
    with pytest.raises(InputError, match=r"holds 2 images of 2 pixels together, more than the 1 that"):
        list(frames(tmp_path / "a.pnm", max_pixels=1))


def test_remarks_survive(tmp_path):
    saved(tmp_path / "a.pgm", b"P5\n# one\n1 1\n# two\n255\n\x07")
    for found in again(tmp_path / "a.pgm"):
        assert found[0].metadata.text == {"Comment": "one\ntwo"}
    assert (tmp_path / "again.pgm").read_bytes() == b"P5\n# one\n# two\n1 1\n255\n\x07"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"P5\n", "a number is missing in its header"),
        (b"P5\n1 x 255\n", "a number is missing in its header"),
        (b"P5\n1 1\n0\n\x07", "its largest level is 0, and 1 to 65,535 are allowed"),
        (b"P5\n1 1\n70000\n\x07", "its largest level is 70000"),
        (b"P5\n2 2\n255\n\x07", "it ends too early"),
        (b"P5\n1 1\n9\n\x0a", "it holds levels above 9, its largest"),
        (b"P2\n2 1\n9\n1", "it ends too early"),
        (b"P2\n2 1\n9\n1 -1", "it holds what is no level"),
        (b"P2\n2 1\n9\n1 10", "it holds levels above 9, its largest"),
        (b"P1\n2 1\n1", "it ends too early"),
    ],
)
def test_broken(tmp_path, data, message):
    line = refusal(saved(tmp_path / "a.pnm", data))
    assert line.startswith("a.pnm is a broken PNM file: ")
    assert message in line


def test_remarks_without_end_take_no_time(tmp_path):
    refusal(saved(tmp_path / "a.pnm", b"P5\n" + b"#\n" * 50_000 + b"#"))


def test_a_bomb(tmp_path):
    assert "more than the 200,000,000" in refusal(saved(tmp_path / "a.pnm", b"P5 60000 60000 255\n"))


def test_what_they_cannot_hold(tmp_path):
    with pytest.raises(
        InputError, match=re.escape("a.pgm would lose the colours of the image: PGM cannot hold it; ")
    ):
        write(image(), tmp_path / "a.pgm")
    with pytest.raises(
        InputError, match=re.escape("a.pnm would lose transparency of the image: PNM cannot hold it; ")
    ):
        write(image(shape=(4, 4, 4)), tmp_path / "a.pnm")


def test_grey_in_a_ppm_is_rgb(tmp_path):
    write(Image(np.zeros((1, 2, 2), np.float32)), tmp_path / "a.ppm")
    assert read(tmp_path / "a.ppm").channels == 3


@pytest.mark.parametrize("ending", ["pgm", "ppm", "pnm"])
def test_images_one_behind_the_other_come_back(tmp_path, ending):
    stored = [samples(8, (4, 5)), samples(16, (2, 3))]
    write_frames([from_samples(each, metadata=Metadata()) for each in stored], tmp_path / f"a.{ending}")
    before, after = again(tmp_path / f"a.{ending}")
    for one, other, expected in zip(before, after, stored, strict=True):
        assert_array_equal(to_samples(one).reshape(*expected.shape, -1)[..., 0], expected)
        assert_array_equal(to_samples(one), to_samples(other))
