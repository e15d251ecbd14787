"""The short form of make torture: a few kills of what is quick, in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def told(*arguments):
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | paths).stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it forks")
def test_what_is_killed_goes_on_to_the_same_bytes_and_leaves_nothing(tmp_path):
    record = tmp_path / "kept.jsonl"
    rows = told("benchmarks.reliability.torture", "--kills", 2, "--record", record, "pack")
    row = json.loads(rows)
    assert (row["name"], row["kills"] >= 2, row["ends"] >= 1) == ("pack", True, True)


@pytest.mark.skipif(sys.platform != "linux", reason="its folder that takes no files is Linux's")
def test_a_full_disk_and_a_folder_that_takes_none_are_told(tmp_path):
    mishaps = ["full-disk:pack", "read-only:pack"]
    assert told("benchmarks.reliability.mishaps", *mishaps).count("well") == 2
