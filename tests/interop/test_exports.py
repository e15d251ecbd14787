"""Models for other programs: one file, in the form that they take."""

import json
import zipfile

import numpy as np
import onnxruntime
import pytest
import tiny
from command import grainless

from grainless.errors import InputError
from grainless.interop.exports import EXPORTS, export_for
from grainless.model.card import Card
from grainless.model.denoiser import load
from grainless.model.zoo import SHIPPED, cards


@pytest.fixture
def colour(tmp_path):
    return tiny.times(tmp_path / "half.onnx", Card("Half 2", 3, reach=0, multiple=8), 0.5)


def unpacked(package, folder):
    with zipfile.ZipFile(package) as held:
        held.extractall(folder)
        return sorted(held.namelist())


@pytest.mark.parametrize("program", EXPORTS)
def test_a_program_gets_a_file_with_its_suffix(program, colour, tmp_path):
    suffix, _ = EXPORTS[program]
    file = export_for(program, colour, tmp_path / "out")
    assert file == (tmp_path / "out").with_suffix(suffix)
    assert file.stat().st_size > 100


@pytest.mark.parametrize("program", EXPORTS)
def test_the_suffix_of_another_program_is_refused(program, colour, tmp_path):
    with pytest.raises(InputError, match=rf"files for {program} end in .*; call it out\."):
        export_for(program, colour, tmp_path / "out.jpg")


def test_onnx_is_the_model_with_its_card(tmp_path):
    file = export_for("onnx", "grey", tmp_path / "grey.onnx")
    assert load(file).card == load("grey").card


def test_an_unknown_program_is_told(colour, tmp_path):
    with pytest.raises(InputError, match=r'"darktabel".*"darktable"'):
        export_for("darktabel", colour, tmp_path / "out")


def test_darktable_finds_the_model_and_what_it_is(colour, tmp_path):
    package = export_for("darktable", colour, tmp_path / "half.dtmodel")
    names = unpacked(package, tmp_path)
    assert names == ["denoise-grainless-half-2/config.json", "denoise-grainless-half-2/model.onnx"]
    config = json.loads((tmp_path / names[0]).read_text())
    assert {"id", "name", "description", "task", "backend", "version"} <= set(
        config
    )  # their validator's list
    assert (config["id"], config["task"], config["backend"]) == (names[0].split("/")[0], "denoise", "onnx")
    assert (tmp_path / names[1]).read_bytes() == colour.read_bytes()


@pytest.mark.parametrize(
    "name", [name for name in SHIPPED if cards()[name].channels == 3 and cards()[name].reach]
)
def test_darktable_can_run_what_is_shipped(name, tmp_path):
    """One square as darktable cuts it: one input and one output, float32, (1, 3, 256, 256), sRGB of 0..1."""
    *_, file = unpacked(export_for("darktable", name, tmp_path / "out"), tmp_path)
    session = onnxruntime.InferenceSession(tmp_path / file, providers=["CPUExecutionProvider"])
    ((noisy,), (denoised,)) = session.get_inputs(), session.get_outputs()
    assert (noisy.type, noisy.shape[1], denoised.type) == ("tensor(float)", 3, "tensor(float)")
    square = np.random.default_rng(0).random((1, 3, 256, 256), np.float32)
    (result,) = session.run(None, {noisy.name: square})
    assert (result.shape, result.dtype) == (square.shape, np.float32)


@pytest.mark.parametrize(
    ("card", "told"),
    [
        (Card("grey", 1, reach=0), "three colours, and grey takes grey images"),
        (Card("planes", 3, reach=0, neighbours=1), "one image, and planes looks at 3 planes of a stack"),
        (Card("whole", 3, reach=None), "squares, and whole must see them whole"),
        (Card("odd", 3, reach=0, multiple=48), "multiples of 128, and odd takes others"),
        (Card("one", 3, (28, 28), reach=0), "multiples of 128, and one takes others"),
    ],
    ids=["grey", "planes", "whole", "odd", "one-size"],
)
def test_what_darktable_cannot_run_is_refused(card, told, tmp_path):
    with pytest.raises(InputError, match=told):
        export_for("darktable", tiny.identity(tmp_path / "model.onnx", card), tmp_path / "out")
    assert not (tmp_path / "out.dtmodel").exists()


def test_the_command(tmp_path):
    told = grainless("export", "photo", "--for", "darktable", "-o", tmp_path / "photo.dtmodel")
    assert (told.returncode, told.stderr) == (0, "")
    assert "photo.dtmodel: photo for darktable" in " ".join(told.stdout.split())
    refused = grainless("export", "grey", "--for", "darktable", "-o", tmp_path / "grey")
    assert refused.returncode == 2
    assert refused.stderr.startswith("grainless: darktable gives a model three colours")
