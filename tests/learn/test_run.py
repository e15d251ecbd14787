"""A run's folder: what is kept comes back, and what is half, damaged or from elsewhere is told in one line."""

import json
import os
from errno import ENOSPC

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from trainings import TINY, tiny

from grainless import __version__
from grainless.errors import InputError, RunError
from grainless.learn.run import FORMAT, KEY, Run


@pytest.fixture
def run(tmp_path):
    return Run.begin(tmp_path / "runs" / "mine", tiny())


def layer(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4))


def test_a_run_begins_with_its_recipe_and_nothing_else(run):
    assert [path.name for path in run.path.iterdir()] == ["recipe.toml"]
    assert run.recipe_file.read_text("utf-8") == TINY
    assert Run.open(run.path).recipe().options == tiny().options
    assert run.recipe().name == "mine"
    assert run.paused() is None


def test_a_run_begins_in_an_empty_folder(tmp_path):
    assert Run.begin(tmp_path, tiny()).recipe_file.is_file()


def test_weights_come_back_bit_for_bit_and_with_what_was_said_of_them(run):
    network = layer().to(memory_format=torch.channels_last)
    run.keep(network, {"name": "mine", "history": [1.5, None]})
    kept = run.weights()
    assert kept.keys() == network.state_dict().keys()
    for name, value in network.state_dict().items():
        assert torch.equal(kept[name], value)
        assert kept[name].dtype == value.dtype
    assert run.facts() == {"format": FORMAT, "version": __version__, "name": "mine", "history": [1.5, None]}


def test_more_can_be_said_of_the_same_weights(run):
    run.keep(layer(), {"name": "mine", "history": []})
    before = run.weights()
    run.note({"scores": {"test": {"psnr": 1.0}}})
    run.note({"history": [1]})
    assert run.facts() == {
        "format": FORMAT,
        "version": __version__,
        "name": "mine",
        "history": [1],
        "scores": {"test": {"psnr": 1.0}},
    }
    assert all(torch.equal(before[name], value) for name, value in run.weights().items())


def test_where_training_stands_comes_back(run):
    tensors = {"network.a": torch.rand(3), "optimizer.0.step": torch.tensor(7.0)}
    run.pause(tensors, '[{"number": 1}]')
    found, history = run.paused()
    assert history == '[{"number": 1}]'
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)


def test_a_run_is_finished_when_it_was_judged(run):
    assert not run.finished
    run.keep(layer(), {})
    run.model_file.touch()
    assert not run.finished
    run.note({"scores": {}})
    assert not run.finished
    run.report_file.touch()
    assert run.finished


def test_a_run_begins_where_another_was_killed_as_it_began(tmp_path):
    (tmp_path / ".x1y2.tmp.toml").touch()
    assert Run.begin(tmp_path, tiny()).recipe_file.is_file()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".hidden").touch()
    with pytest.raises(InputError, match="is there already"):
        Run.begin(tmp_path / "other", tiny())


@pytest.mark.parametrize("content", ["a file", "a folder with something", "a run"])
def test_nothing_is_overwritten(content, tmp_path):
    path = tmp_path / "out"
    if content == "a file":
        path.write_text("mine")
    else:
        path.mkdir()
        (path / ("recipe.toml" if content == "a run" else "letter.txt")).write_text("mine")
    with pytest.raises(
        InputError, match=r"out is there already; give another --out, or go on with it by --resume\."
    ):
        Run.begin(path, tiny())
    left = path if path.is_file() else next(path.iterdir())
    assert left.read_text() == "mine"


def test_a_folder_that_is_no_run_is_told(tmp_path):
    with pytest.raises(InputError, match=r"is no run's folder: it holds no recipe\.toml\."):
        Run.open(tmp_path)
    with pytest.raises(InputError, match="nowhere is no run's folder"):
        Run.open(tmp_path / "nowhere")


def test_a_run_stopped_before_its_first_epoch_ended_is_told_with_the_way_on(run):
    with pytest.raises(
        InputError,
        match=r"mine is half a run: it holds no model\.safetensors\. Go on with it: grainless train .*mine/"
        r"recipe\.toml --out .*mine --resume$",
    ):
        run.facts()


def test_a_recipe_of_another_version_or_changed_by_hand_is_told(run):
    run.recipe_file.write_text(TINY.replace("code = 8", "codes = 8"))
    with pytest.raises(
        InputError,
        match=r"mine was made by another version of Grainless, or its recipe was changed: .*\"codes\"",
    ):
        run.recipe()
    run.recipe_file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"recipe\.toml is no text in UTF-8"):
        run.recipe()


@pytest.mark.parametrize("damage", [b"", b"no such thing", "truncated", "a byte more"])
@pytest.mark.parametrize("which", ["weights_file", "resume_file"])
def test_damaged_files_are_told(run, which, damage):
    run.keep(layer(), {})
    run.pause({"a": torch.rand(3)}, "[]")
    path = getattr(run, which)
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[:-1], "a byte more": whole + b"x"}.get(damage, damage))
    with pytest.raises(
        InputError, match=r"safetensors is damaged \(.*\); train again, or take the folder from a copy"
    ):
        run.facts() if which == "weights_file" else run.paused()


@pytest.mark.parametrize(
    ("header", "version"),
    [({"format": FORMAT + 1, "version": "9.9"}, "9.9"), ({"version": "0.0.1"}, "0.0.1"), (None, "unknown")],
)
def test_another_format_is_told(run, header, version):
    save_file({"a": torch.rand(3)}, run.weights_file, {KEY: json.dumps(header)} if header else {})
    with pytest.raises(
        InputError,
        match=rf"written by another version of Grainless \({version}\); this is {__version__}, which reads",
    ):
        run.weights()


def test_a_full_disk_is_told_and_leaves_the_weights_before(run, monkeypatch):
    run.keep(layer(), {"name": "before"})
    before = run.weights_file.read_bytes()

    def full(*_):
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunError, match=r"model\.safetensors could not be written: .*No space left on device"):
        run.keep(layer(1), {"name": "after"})
    assert run.weights_file.read_bytes() == before
    assert {path.name for path in run.path.iterdir()} == {"recipe.toml", "model.safetensors"}


def test_another_recipe_is_told_with_what_differs(run):
    run.check_made_by(tiny())
    with pytest.raises(
        InputError,
        match=r"is a run of another recipe: noise\.sigma was 0\.3 and is 0\.5, seed was 3 and is 4, "
        r"train\.patience was None and is 2\. Resume it as it was, or give another --out\.",
    ):
        run.check_made_by(tiny("noise.sigma=0.5", "train.patience=2", "seed=4"))
