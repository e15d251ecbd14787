"""What the guides say is done: every command and every example of README and manual runs, in a small world.

CONTRIBUTING's are run by test_guides.py in a copy of the source, tutorials by `make docs`, which shows what they give.
"""

import re
import shlex
import subprocess

import pytest
import small_world
from guide_pages import PAGES, README, ROOT, Block, blocks, name_of
from served import served

from grainless.server import serve

ADDRESS = "http://localhost:8000"
NOT_RUN = {
    "docker": "needs a Docker daemon, and the network",
    "sbatch": "needs Slurm",
    "torchrun": "starts processes: tests/learn/test_crew.py trains with two",
    "grainless train color --devices": "starts processes: tests/learn/test_crew.py trains with two",
    "grainless adversarial": "a study: minutes, even in this world",
    "grainless anomalies": "a study: minutes, even in this world",
    "grainless classifiers": "a study: minutes, even in this world",
    "grainless train few-correlated": "learns from five photographs, and this world has two",
    "grainless starts": "a study: minutes, even in this world",
    "napari": "opens a window: tests/interop tries the widget without a screen",
    "grainless train --noisy frames": "minutes: tests/learn/test_noisy_alone.py trains so, four steps",
    "grainless train --images planes": "half a minute: tests/learn/test_own_stacks.py trains so",
    "grainless train --noisy planes": "half a minute: tests/learn/test_own_stacks.py trains so",
    "--engine ray": "needs Ray, 500 MB: make cluster does so, and kills a worker",
    "aws": "needs a bucket: benchmarks/reliability/buckets.py trains out of imitated ones",
    "data=shards:path=s3://bucket/packed": "the same",
    "grainless push": "needs an account of the Hub: tests/interop does so with the network cut off",
    "grainless pull": "needs the Hub: tests/interop does so with the network cut off",
    "pip": "installs from an index; the environment that tests run in is there already",
    "python -m http.server": "serves files until it is stopped; tests/web does so with the same handler",
    "grainless reproduce": "minutes even on small data: tests/learn/test_reproduce.py runs the five systems whole",
}
"""Commands that are left out -> why."""

MANUAL = ROOT / "docs"
ELSEWHERE = ("CONTRIBUTING.md", "docs/tutorials/")
RUN = [
    page
    for page in PAGES
    if not name_of(page).startswith(ELSEWHERE)
    and any(block.kind in {"sh", "python"} for block in blocks(page))
]


@pytest.fixture(scope="module")
def known_data(tmp_path_factory):
    return small_world.data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def server():
    with served(hosts=("127.0.0.1", "localhost")) as address:
        yield address


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return small_world.finished(tmp_path_factory.mktemp("runs") / "mine")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    return small_world.shipped(tmp_path_factory.mktemp("pretrained"))


@pytest.fixture
def run(known_data, server, finished, shipped, call, tmp_path, monkeypatch):
    """Runs a block in a folder that holds what guides name."""
    small_world.files(tmp_path, finished)
    small_world.made_small(monkeypatch, shipped)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAINLESS_DATA", str(known_data))
    monkeypatch.setattr(serve, "serve", lambda *_, **options: options["ready"](ADDRESS))
    found = {}

    def typed(line):
        assignments, words = parted(line)
        if left_out(words):
            return
        for name, value in assignments:
            monkeypatch.setenv(name, value)
        if words[0] == "grainless":
            begun = {words[words.index("--out") + 1]} if "--out" in words else set()
            small_world.runs(tmp_path, finished, set(re.findall(r"\bruns/[\w-]+", line)) - begun)
            status, _, err = call(*words[1:])
        else:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            status, err = done.returncode, done.stderr
        assert status == 0, f"{line}\n{err}"

    def block(held):
        text = held.text.replace(ADDRESS, server)
        if held.kind == "sh":
            for line in filter(None, text.replace("\\\n", " ").splitlines()):
                typed(line)
        elif held.kind == "python":
            small_world.runs(tmp_path, finished, set(re.findall(r'(?<!out=")\bruns/[\w-]+', text)))
            exec(text, found)

    return block


def parted(line):
    """Assignments before a command, and its words."""
    words = shlex.split(line, comments=True)
    count = next(number for number, word in enumerate(words) if "=" not in word)
    return [word.split("=", 1) for word in words[:count]], words[count:]


def left_out(words):
    """Whether a command is one of NOT_RUN."""
    return any(set(each.split()) <= set(words) for each in NOT_RUN)


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_the_commands_and_examples_of_a_page_run(page, run):
    for block in blocks(page):
        run(block)


def test_a_command_that_fails_is_noticed(run):
    with pytest.raises(AssertionError, match=r"nowhere\.png"):
        run(Block("sh", "grainless denoise nowhere.png"))


def test_an_example_that_fails_is_noticed(run):
    with pytest.raises(ZeroDivisionError):
        run(Block("python", "1 / 0"))


def test_what_is_left_out_is_on_a_page():
    lines = [line for page in RUN for block in blocks(page) for line in block.text.splitlines()]
    assert [each for each in NOT_RUN if not any(each in line for line in lines)] == []


def test_readme_and_manual_are_among_them():
    assert {README, MANUAL / "quickstart.md", MANUAL / "guides/train.md", MANUAL / "many.md"} <= set(RUN)
