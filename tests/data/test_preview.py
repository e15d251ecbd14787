"""The first rows of a CSV, with a header and without, wide and narrow."""

import pytest

from grainless.data.find import DataRoots
from grainless.data.preview import rows
from grainless.data.sets.labelled.csv_rows import Csv


@pytest.mark.parametrize("header", ["", "class,a,b,c,d\n"])
def test_a_narrow_file_is_shown_whole(tmp_path, header):
    (tmp_path / "a.csv").write_text(header + "-1,2,3,4,5\n" * 9)
    names = header.strip().split(",") if header else ["label", "pixel1", "pixel2", "pixel3", "pixel4"]
    row = dict(zip(names, ["-1", "2", "3", "4", "5"], strict=True))
    assert rows(Csv(file=tmp_path / "a.csv", size=(2, 2)), DataRoots()) == [row] * 5


@pytest.mark.parametrize("header", ["", ",".join(["label", *(f"pixel{n}" for n in range(1, 17))]) + "\n"])
def test_of_a_wide_file_the_first_columns(tmp_path, header):
    (tmp_path / "a.csv").write_text(header + ",".join(map(str, range(17))) + "\n")
    (row,) = rows(Csv(file=tmp_path / "a.csv", size=(4, 4)), DataRoots())
    assert row == {"label": "0", **{f"pixel{n}": str(n) for n in range(1, 9)}, "...": "... 8 more"}
