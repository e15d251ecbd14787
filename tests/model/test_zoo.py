import hashlib
from pathlib import Path

import pytest

from grainless.errors import InputError
from grainless.model import zoo
from grainless.model.zoo import Model, Shipped, find, models


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    """A package that ships two models, in a folder with two runs, one of them not finished."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(zoo, "PRETRAINED", tmp_path / "pretrained")
    for path in ("pretrained/grey-1.onnx", "runs/demo/model.onnx", "runs/half/recipe.toml"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setattr(
        zoo, "SHIPPED", {"grey": Shipped("grey-1.onnx", sha256), "lost": Shipped("lost.onnx", sha256)}
    )
    return tmp_path


def test_models_are_those_shipped_and_the_finished_runs(house):
    assert models() == [
        Model("grey", house / "pretrained/grey-1.onnx", "shipped"),
        Model("lost", house / "pretrained/lost.onnx", "shipped"),
        Model("demo", Path("runs/demo/model.onnx"), "run"),
    ]


def test_every_way_to_name_a_model(house):
    assert find("grey") == house / "pretrained/grey-1.onnx"
    for name in ("demo", "runs/demo", Path("runs/demo"), "runs/demo/model.onnx"):
        assert find(name) == Path("runs/demo/model.onnx")


def test_a_path_is_never_taken_for_a_shipped_name():
    Path("grey").mkdir()
    with pytest.raises(
        InputError, match=r"The folder grey is no run: it holds neither model\.onnx nor recipe\.toml"
    ):
        find("./grey")


def test_an_unknown_name_tells_the_nearest():
    message = (
        r'^No model is called "gray" \(did you mean "grey"\?\), and it is neither an ONNX file nor a run\'s '
        r"folder. There are: grey, lost, demo.$"
    )
    with pytest.raises(InputError, match=message):
        find("gray")


def test_no_models_at_all(monkeypatch, tmp_path):
    monkeypatch.setattr(zoo, "SHIPPED", {})
    monkeypatch.setattr(zoo, "RUNS", tmp_path / "none")
    with pytest.raises(InputError, match="None is shipped or trained yet"):
        find("grey")


@pytest.mark.parametrize("name", ["half", "runs/half"])
def test_a_run_that_did_not_end_tells_how_to_go_on(name):
    command = "grainless train runs/half/recipe.toml --out runs/half --resume"
    with pytest.raises(
        InputError, match=f"holds no model.onnx: its training did not end; go on with: {command}"
    ):
        find(name)


def test_a_shipped_model_that_changed_is_refused(house):
    (house / "pretrained/grey-1.onnx").write_bytes(b"other weights")
    with pytest.raises(
        InputError, match=r"grey .*is not the one that was shipped: its sha256 is .{12}\.\.\., not"
    ):
        find("grey")


def test_a_shipped_model_that_is_missing_is_told():
    with pytest.raises(
        InputError, match=r"The model lost is missing from this installation .*install Grainless"
    ):
        find("lost")
