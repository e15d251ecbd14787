"""Files are written whole or not at all: what fails half-way leaves what was there, and nothing beside it."""

import os
import signal
import stat
import subprocess
import sys
from contextlib import ExitStack
from errno import ENOSPC
from pathlib import Path

import pytest

from grainless.disk.temporary import is_left_over
from grainless.disk.whole import _take_over, whole, write_text
from grainless.errors import InputError, RunError


def full(*_, **__):
    raise OSError(ENOSPC, os.strerror(ENOSPC))


def test_a_file_is_written_its_folders_with_it(tmp_path):
    path = tmp_path / "a" / "b" / "ä.txt"
    write_text(path, "größer ≥\n")
    assert path.read_bytes() == "größer ≥\n".encode()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["mine/a.txt", "mine/b/c/a.txt"])
def test_a_file_that_stands_for_a_folder_is_named(tmp_path, name):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(InputError, match=rf"{name} could not be written: \S+/mine is no folder\."):
        write_text(tmp_path / name, "")


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


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_file_that_is_overwritten_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(mode)
    with whole(path) as lent:
        assert stat.S_IMODE(lent.stat().st_mode) == 0o600  # nobody looks into what is not finished
        lent.write_text("new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", mode)


def test_a_file_that_is_overwritten_keeps_its_owner_and_group_where_that_is_permitted(tmp_path, monkeypatch):
    path, asked = tmp_path / "file", []
    path.write_text("old")
    path.chmod(0o664)
    theirs = path.stat()
    other = os.stat_result([*theirs[:4], theirs.st_uid + 1, theirs.st_gid + 1, *theirs[6:]])
    monkeypatch.setattr(os, "chown", lambda _path, *owner: asked.append(owner))
    _take_over(path, other)
    assert (asked, stat.S_IMODE(path.stat().st_mode)) == ([(other.st_uid, -1), (-1, other.st_gid)], 0o664)

    def forbidden(*_):
        raise PermissionError

    monkeypatch.setattr(os, "chown", forbidden)
    _take_over(path, other)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604  # another group gets no rights of that one


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_points_to_is_written(tmp_path, there):
    target, link = tmp_path / "store" / "file", tmp_path / "link.txt"
    link.symlink_to("store/file")
    if there:
        target.parent.mkdir()
        target.write_text("old")
    with whole(link) as lent:
        assert (lent.parent, lent.suffix) == (target.parent, ".txt")
        lent.write_text("new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    assert list(target.parent.iterdir()) == [target]


def test_a_link_in_a_circle_is_told(tmp_path):
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(RunError, match=r"link could not be written: Too many levels of symbolic links\.$"):
        write_text(tmp_path / "link", "")
    assert (tmp_path / "link").is_symlink()


def test_devices_and_folders_stay_what_they_are(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    with pytest.raises(InputError, match=r"link could not be written: no plain file stands there\.$"):
        write_text(tmp_path / "link", "")
    with pytest.raises(InputError, match=r"could not be written: a folder stands there\.$"):
        write_text(tmp_path, "")
    assert (tmp_path / "pipe").is_fifo()


def test_the_umask_of_the_process_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", None)  # whoever called it would fail
    write_text(tmp_path / "file", "")
    write_text(tmp_path / "file", "again")


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


KILLED = """
import os, signal, sys
from pathlib import Path
from grainless.disk.whole import whole
with whole(Path(sys.argv[1])) as lent:
    lent.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_goes_when_the_same_file_is_written(tmp_path):
    path = tmp_path / "a.png"
    for _ in range(2):
        killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False).returncode
        assert killed == -signal.SIGKILL
        (left,) = tmp_path.iterdir()  # the second found that of the first
        assert is_left_over(left)
        assert left.suffix == ".png"
    write_text(path, "whole")
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


def test_several_may_write_the_same_file_at_once_and_the_last_to_end_counts(tmp_path):
    path = tmp_path / "a.png"
    with ExitStack() as stack:
        lent = [stack.enter_context(whole(path)) for _ in range(3)]
        assert len(set(lent)) == 3
        for number, each in enumerate(lent):
            each.write_text(str(number))
    assert path.read_text() == "0"  # blocks end from the inside
    assert list(tmp_path.iterdir()) == [path]


def test_one_that_fails_leaves_the_others_theirs(tmp_path):
    path = tmp_path / "a.png"
    with whole(path) as first:
        first.write_text("first")
        with pytest.raises(ZeroDivisionError), whole(path):
            raise ZeroDivisionError
        write_text(path, "second")
        assert first.read_text() == "first"
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_locks_is_written_to_all_the_same(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError("no locks available")

    monkeypatch.setattr("fcntl.flock", unsupported)
    path = tmp_path / "a.png"
    with whole(path) as first, whole(path) as second:
        assert first != second  # nobody can tell that the other is held: it stays
    assert list(tmp_path.iterdir()) == [path]
