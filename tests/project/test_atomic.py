"""Files are written whole or not at all: what fails half-way leaves what was there, and nothing beside it."""

import os
from errno import ENOSPC
from pathlib import Path

import pytest

from grainless.atomic import whole, write_text
from grainless.errors import RunError


def full(*_, **__):
    raise OSError(ENOSPC, os.strerror(ENOSPC))


def test_a_file_is_written_its_folders_with_it(tmp_path):
    path = tmp_path / "a" / "b" / "ä.txt"
    write_text(path, "größer ≥\n")
    assert path.read_bytes() == "größer ≥\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_file_takes_the_place_of_the_old_one_only_at_the_end(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_text("old")
    with whole(path) as lent:
        assert lent.parent == tmp_path
        assert lent.suffix == ".onnx"
        lent.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_it_as_they_may_any_new_file(tmp_path):
    write_text(tmp_path / "ours", "")
    (tmp_path / "any").write_text("")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "any").stat().st_mode


@pytest.mark.parametrize("place", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.write_text"])
def test_a_full_disk_is_told_and_leaves_the_old_file(place, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr(place, full)
    with pytest.raises(RunError, match=r"report\.html could not be written: No space left on device\.$"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_goes_wrong_inside_is_passed_on_and_leaves_the_old_file(error, tmp_path):
    path = tmp_path / "run" / "file"
    path.parent.mkdir()
    path.write_text("old")

    def half():
        with whole(path) as lent:
            lent.write_text("half")
            raise error

    with pytest.raises(error):
        half()
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        RunError, match=r"file/report\.html could not be written: (File exists|Not a directory)"
    ):
        write_text(tmp_path / "file" / "report.html", "")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match=r"file could not be written: Permission denied\."):
        write_text(tmp_path / "file", "")


def test_the_lent_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: (done.append("fsync"), fsync(number)))
    monkeypatch.setattr(Path, "replace", lambda path, to: (done.append("replace"), replace(path, to)))
    write_text(tmp_path / "file", "")
    assert done == ["fsync", "replace"]
