"""Many files: shares, the manifest, what is tried again."""

import json
import sys
from pathlib import Path
from subprocess import Popen

import numpy as np
import PIL.Image
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as some

from grainless.denoising.batch.engines import ENGINES
from grainless.denoising.batch.manifest import Manifest, Noted, how
from grainless.denoising.batch.retry import Retrying, Rounds
from grainless.denoising.batch.share import Share
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult, Source
from grainless.denoising.policy import Policy
from grainless.errors import InputError, RunError
from grainless.model.card import Card
from grainless.model.denoiser import load

HOW = {"model": "auto", "strength": 1.0, "chroma": 1.0}


@pytest.fixture
def photos(tmp_path):
    """A folder of three small pictures."""
    for name in "abc":
        PIL.Image.fromarray(np.full((9, 9), ord(name), np.uint8)).save(tmp_path / f"{name}.png")
    return tmp_path


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def job(folder, name="a"):
    return Job(folder / f"{name}.png", folder / "out" / f"{name}.png")


# Shares


@given(names=some.lists(some.text("abc/1", min_size=1), max_size=30), of=some.integers(1, 9))
def test_each_file_is_in_exactly_one_share(names, of):
    jobs = [Job(Path("in") / name.strip("/"), Path("out") / name.strip("/")) for name in names]
    shares = [Share(index, of)(jobs) for index in range(of)]
    dealt = [each.source for share in shares for each in share]
    assert sorted(dealt) == sorted({each.source for each in jobs})
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert [
        Share(index, of)(jobs[::-1]) for index in range(of)
    ] == shares  # in whichever order they were named


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4", r'^--shard is "4": write which share of how many, as in 0/4; the first is 0\.$'),
        ("0/0", r'--shard is "0/0": write which'),
        ("4/4", r"^--shard is 4/4: shares are counted from 0, so the last of 4 is 3/4\.$"),
    ],
)
def test_what_is_no_share_is_told(text, words):
    with pytest.raises(InputError, match=words):
        Share.parse(text)


# Retries


def failing(*errors):
    """Fails with each of these in turn, then does its job."""
    left = list(errors)

    def denoiser(job):
        if left:
            raise left.pop(0)
        return JobResult(job, "denoised")

    return denoiser


def test_what_the_world_refused_is_tried_again_after_longer_and_longer_pauses():
    pauses = []
    work = Retrying(failing(*[RunError("full")] * 3), 3, pauses.append)
    assert work(Job(Path("a"), Path("b"))).state == "denoised"
    assert pauses == [1, 2, 4]


def test_the_last_try_is_told_and_a_wrong_input_is_not_tried_again():
    pauses = []
    with pytest.raises(RunError, match="second"):
        Retrying(failing(RunError("first"), RunError("second")), 1, pauses.append)(Job(Path("a"), Path("b")))
    with pytest.raises(InputError, match="broken"):
        Retrying(failing(InputError("broken")), 5, pauses.append)(Job(Path("a"), Path("b")))
    assert pauses == [1]


def test_what_the_world_refused_is_given_to_a_stream_again_when_the_others_are_done():
    pauses, seen = [], []
    works = {
        "a": [None],
        "b": [RunError("died"), None],
        "c": [RunError("died")] * 3,
        "d": [InputError("bad")],
    }

    def stream(jobs):
        for each in jobs:
            seen.append(each.source.name)
            error = works[each.source.name].pop(0)
            yield JobResult(each, "failed" if error else "denoised", error=error)

    results = Rounds(stream, 2, pauses.append)(Job(Path(name), Path("out")) for name in works)
    assert {each.source.name: each.state for each in results} == {
        "a": "denoised",
        "b": "denoised",
        "c": "failed",
        "d": "failed",
    }
    assert "".join(seen) == "abcdbcc"
    assert pauses == [1, 2]


# The manifest


def noted(denoiser, manifest, *jobs, overwrite=False):
    """What becomes of jobs that a manifest watches."""
    with ENGINES["here"](denoiser, 1, None, 0) as stream:
        return list(Noted(stream, manifest, overwrite)(jobs))


def test_what_became_of_every_file_is_written_down_and_not_done_again(photos):
    path, done = photos / "new" / "made.jsonl", []

    def denoiser(job):
        done.append(job.source.name)
        if job.source.name == "b.png":
            raise InputError("b.png is broken.")
        return FileDenoiser()(job)

    for expected in (["a.png", "b.png"], ["a.png", "b.png", "b.png"]):  # the broken one is told again
        states = [
            each.state for each in noted(denoiser, Manifest(path, HOW), job(photos, "a"), job(photos, "b"))
        ]
        assert states == ["left" if len(expected) == 2 else "skipped", "failed"]
        assert done == expected
    head, left, *failed = lines(path)
    assert head["how"] == HOW
    assert (left["state"], left["source"], left["error"]) == ("left", str(photos / "a.png"), None)
    assert left["bytes"] == (photos / "a.png").stat().st_size
    assert left["seconds"] > 0
    assert [(each["state"], each["fault"], each["error"]) for each in failed] == [
        ("failed", "input", "b.png is broken.")
    ] * 2


def test_a_result_that_is_gone_is_made_again(photos):
    path = photos / "made.jsonl"
    for _ in range(2):
        (result,) = noted(FileDenoiser(skip=True), Manifest(path, HOW), job(photos))
        assert result.state == "left"
        (photos / "out" / "a.png").unlink()


def test_a_source_that_changed_is_told_and_done_again_where_that_is_allowed(photos):
    path = photos / "made.jsonl"
    noted(FileDenoiser(skip=True), Manifest(path, HOW), job(photos))
    PIL.Image.fromarray(np.zeros((20, 20), np.uint8)).save(photos / "a.png")
    (told,) = noted(FileDenoiser(skip=True), Manifest(path, HOW), job(photos))
    with pytest.raises(
        InputError, match=r"a\.png has changed since .*out.a\.png was made of it: allow another by"
    ):
        raise told.error
    for state in ("left", "skipped"):
        again = Manifest(path, HOW)
        (result,) = noted(FileDenoiser(overwrite=True), again, job(photos), overwrite=True)
        assert result.state == state
    with PIL.Image.open(photos / "out" / "a.png") as result:
        assert result.size == (20, 20)


def test_a_file_that_became_its_own_result_is_done(photos):
    own = Job(photos / "a.png", photos / "a.png")
    blur = load(tiny.blur(photos / "blur.onnx", Card("blur", channels=1, reach=1)))
    policy = Policy(blur)
    for state in ("denoised", "skipped"):
        manifest = Manifest(photos / "made.jsonl", how(policy))
        (result,) = noted(FileDenoiser(policy, overwrite=True), manifest, own, overwrite=True)
        assert result.state == state


def test_half_a_line_is_passed_over_and_does_not_swallow_the_next(photos):
    path = photos / "made.jsonl"
    noted(FileDenoiser(), Manifest(path, HOW), job(photos, "a"))
    path.write_bytes(path.read_bytes() + b'{"source": "/some')
    second = noted(FileDenoiser(skip=True), Manifest(path, HOW), job(photos, "a"), job(photos, "b"))
    assert [each.state for each in second] == ["skipped", "left"]
    third = Manifest(path, HOW)
    assert [third.says(job(photos, name)) for name in "abc"] == ["done", "done", None]


def test_files_denoised_otherwise_have_another_manifest(photos):
    Manifest(photos / "made.jsonl", HOW)
    with pytest.raises(
        InputError,
        match=r"otherwise: model was auto and is color, strength was 1\.0 and is 0\.5\. Give --manifest",
    ):
        Manifest(photos / "made.jsonl", HOW | {"model": "color", "strength": 0.5})


def test_a_model_is_known_by_its_content(photos):
    path = photos / "model.onnx"
    told = [how(Policy(tiny.times(path, Card("twice", channels=1), factor)))["model"] for factor in (2, 3)]
    assert told[0] != told[1]
    assert all(each.startswith("twice ") for each in told)


def test_another_file_is_no_manifest_and_stays(photos):
    (photos / "notes.txt").write_text("mine\n")
    with pytest.raises(
        InputError, match=r"notes\.txt is no manifest of Grainless: give --manifest another name"
    ):
        Manifest(photos / "notes.txt", HOW)
    assert (photos / "notes.txt").read_text() == "mine\n"
    with pytest.raises(InputError, match=r"is a folder: give the name of a file"):
        Manifest(photos, HOW)


APPENDING = """
import sys
from pathlib import Path
from grainless.denoising.batch.manifest import Manifest
from grainless.denoising.files.result import JobResult, Source
from grainless.denoising.files.jobs import Job

manifest = Manifest(Path(sys.argv[1]), {})
for number in range(150):
    manifest.add(JobResult(Job(Path(f"{sys.argv[2]}-{number}"), Path("out")), "left", remarks=("x" * 999,)))
"""


def test_processes_share_a_manifest(tmp_path):
    path = tmp_path / "made.jsonl"
    running = [Popen([sys.executable, "-c", APPENDING, str(path), str(who)]) for who in range(3)]
    assert [each.wait() for each in running] == [0, 0, 0]
    told = [each["source"] for each in lines(path) if "source" in each]
    assert len(told) == len(set(told)) == 450


# The command


def test_shares_of_a_folder_with_a_manifest_each_do_it_all_once(photos, call):
    out = photos / "out"
    for index in (0, 1):
        options = ["--shard", f"{index}/2", "--manifest", photos / f"{index}.jsonl", "--retries", 2]
        status, _, told = call("denoise", photos, "-o", out, *options)
        assert status == 0
        assert f"Share {index}/2: {('2 files', '1 file')[index]}." in told
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png", "c.png"]
    assert [len(lines(photos / f"{index}.jsonl")) for index in (0, 1)] == [3, 2]
    status, _, told = call("denoise", photos, "-o", out, "--manifest", photos / "0.jsonl", "--json")
    assert status == 0
    assert len(lines(photos / "0.jsonl")) == 4  # of the three, one was of the other share


def test_one_file_with_a_manifest_can_be_asked_for_again(photos, call):
    for _ in range(2):
        assert call("denoise", photos / "a.png", "--manifest", photos / "made.jsonl")[0] == 0
    assert (
        Manifest(photos / "made.jsonl", HOW).says(Job(photos / "a.png", photos / "a-denoised.png")) == "done"
    )
    assert Source.of(photos / "gone.png") is None
