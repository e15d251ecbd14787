"""CSV files: rows are images; what is wrong is told with its line."""

import gzip

import numpy as np
import pytest
import small_data
from numpy.testing import assert_array_equal

from grainless.data.find import DataRoots
from grainless.data.sets.labelled import csv_rows
from grainless.data.sets.labelled.csv_rows import Csv, first_rows, read_csv
from grainless.errors import InputError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "small.csv"


@pytest.mark.parametrize("header", [True, False])
def test_rows_are_images(path, header):
    pixels = small_data.csv(path, rows=7, side=3, header=header)
    images = read_csv(path, (3, 3))
    assert_array_equal(images.stack(), pixels)
    assert_array_equal(images.labels, np.arange(7))


def test_gzipped_in_chunks_with_empty_lines_and_foreign_line_ends(path, monkeypatch):
    pixels = small_data.csv(path, rows=7, side=3)
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n"))
    monkeypatch.setattr(csv_rows, "CHUNK", 3)
    assert_array_equal(read_csv(path, (3, 3)).stack(), pixels)


def test_sides_are_height_and_width(path):
    path.write_text("label,a,b,c,d,e,f\n7,1,2,3,4,5,6\n")
    assert_array_equal(read_csv(path, (2, 3)).stack(), [[[[1, 2, 3], [4, 5, 6]]]])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1,0,0,0", r"small\.csv: line 17 has 3 pixels, 4 were expected \(2 x 2\)\."),
        ("1,0,0,0,0,0", r"line 17 has 5 pixels, 4 were expected \(2 x 2\)\."),
        (",0,0,0,0", r"line 17 has no label\."),
        ("1" + "0" * 20 + ",0,0,0,0", r'line 17 has the label "10+", a whole number'),
        ("1,0,0,\N{FULLWIDTH DIGIT SEVEN},0", r"line 17, pixel 3 is "),
        ("shoe,0,0,0,0", r'line 17 has the label "shoe", a whole number was expected\.'),
        ("1,0,0,x,0", r'line 17, pixel 3 is "x", a whole number from 0 to 255 was expected\.'),
        ("1,0,0,,0", r'line 17, pixel 3 is "", a whole number'),
        ("1,0,256,0,0", r'line 17, pixel 2 is "256", a whole number'),
        ("1,-1,0,0,0", r'line 17, pixel 1 is "-1", a whole number'),
        ("1,0.5,0,0,0", r'line 17, pixel 1 is "0\.5", a whole number'),
    ],
)
@pytest.mark.parametrize("chunk", [5, 100])
def test_a_wrong_line_is_named(path, line, told, chunk, monkeypatch):
    monkeypatch.setattr(csv_rows, "CHUNK", chunk)
    path.write_text("label,a,b,c,d\n" + "1,0,0,0,0\n" * 15 + line + "\n" + "2,0,0,0,0\n" * 10)
    with pytest.raises(InputError, match=told):
        read_csv(path, (2, 2))


def test_every_line_short(path):
    small_data.csv(path, rows=3, side=2)
    with pytest.raises(InputError, match=r"line 2 has 4 pixels, 784 were expected \(28 x 28\)"):
        read_csv(path, (28, 28))


@pytest.mark.parametrize("text", ["", "label,a,b,c,d\n", "\n\n"])
def test_an_empty_file(path, text):
    path.write_text(text)
    with pytest.raises(
        InputError, match=r"small\.csv holds no images; a header, then a label and 4 pixels a line"
    ):
        read_csv(path, (2, 2))


def test_half_a_gzip_file(path):
    small_data.csv(path)
    data = gzip.compress(path.read_bytes())
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r"small\.csv cannot be read to its end: Compressed file ended"):
        read_csv(path, (28, 28))


def test_one_file_is_80_to_train_on_10_and_10(path):
    small_data.csv(path)
    data = Csv(file=path).read(DataRoots())
    assert [len(part) for part in data.parts.values()] == [16, 2, 2]
    assert data.found == str(path)


def test_a_file_of_its_own_for_the_test(path):
    small_data.csv(path)
    other = path.with_name("test.csv")
    pixels = small_data.csv(other, rows=5)
    data = Csv(file=path, test_file=other).read(DataRoots())
    assert [len(part) for part in data.parts.values()] == [16, 4, 5]
    assert_array_equal(data.test.stack(), pixels)


def test_the_file_itself_is_no_test(path):
    small_data.csv(path)
    with pytest.raises(
        InputError, match=r"file and test_file are both .*small\.csv; what is trained on is no"
    ):
        Csv(file=path, test_file=path.parent / "." / path.name).read(DataRoots())


def test_one_row_held_out_is_too_few_for_two_parts(path):
    small_data.csv(path, rows=3)
    with pytest.raises(
        InputError, match=r"small\.csv has 3 images, 1 of them held out; .* need one each: set"
    ):
        Csv(file=path).read(DataRoots())


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match=r"is a folder; give a CSV file\.$"):
        Csv(file=tmp_path).read(DataRoots())


def test_first_rows_for_a_look(path):
    path.write_text("label,a,b\n1,2,3\n4,5,6\n7,8,9\n")
    assert first_rows(path, 3) == [["label", "a", "b"], ["1", "2", "3"], ["4", "5", "6"]]


def test_no_such_file(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InputError, match=r"There is no nowhere\.csv, neither here \(.*\) nor below .*cache"):
        Csv(file="nowhere.csv").read(DataRoots())
