"""A lock is one process's at a time, and dies with it."""

import os
import signal
import subprocess
import sys

import pytest

from grainless.errors import InputError, RunError
from grainless.learn.lock import locked

HOLD = """
import sys, time
from pathlib import Path
from grainless.learn.lock import locked
with locked(Path(sys.argv[1]), "it"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_is_free_again_after_the_block(tmp_path):
    for _ in range(2):
        with locked(tmp_path / "resume" / "lock", "it"):
            assert (tmp_path / "resume" / "lock").read_text().startswith(f"process {os.getpid()} on ")


def test_another_process_is_named_and_its_death_frees_the_lock(tmp_path):
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(
                RunError, match=rf"^it is being trained by another process \(process {process.pid} on"
            ),
            locked(path, "it"),
        ):
            pytest.fail("two hold it")
        process.send_signal(signal.SIGKILL)
    with locked(path, "it"):
        pass


def test_a_file_system_without_locks_holds_none(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError("no locks available")

    monkeypatch.setattr("fcntl.flock", unsupported)
    with locked(tmp_path / "lock", "it"), locked(tmp_path / "lock", "it"):
        pass


def test_a_lock_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match=r"lock could not be written: "),
        locked(tmp_path / "file" / "lock", "it"),
    ):
        pytest.fail("it was taken")
