"""The commands of studies: what they print for people and for programs, and their one line for what cannot be."""

import json

import pytest
from PIL import Image
from trainings import TINY

from grainless.learn.run import Run


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace("epochs = 2", "epochs = 1"))
    return path


@pytest.fixture
def printed(call, tmp_path, monkeypatch):
    """stdout of a command that ends well, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def typed(*arguments):
        status, out, err = call(*arguments)
        assert status == 0, err
        return out

    return typed


@pytest.fixture
def refused(call, tmp_path, monkeypatch):
    """The status of a command that does not, and its last line."""
    monkeypatch.chdir(tmp_path)

    def typed(*arguments):
        status, _, err = call(*arguments)
        return status, err.strip().splitlines()[-1]

    return typed


def test_sweep_and_compare_and_diagnose_print_their_tables(printed, recipe, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(recipe.read_text().replace("code = 8", "code = 2"))
    swept = json.loads(printed("sweep", recipe, "--over", "network.code=2,8", "--json"))
    assert [row["network.code"] for row in swept["rows"]] == ["2", "8"]
    with Image.open(tmp_path / swept["figure"]) as figure:
        assert figure.width > 5 * 96
    told = printed("sweep", recipe, "--over", "network.code=2,8")
    assert "network.code" in told
    assert f"{swept['remark']}\n" in told
    compared = json.loads(printed("compare", recipe, other, "--json"))
    assert {row["recipe"] for row in compared["rows"]} == {str(recipe), str(other)}
    assert compared["best"] in {str(recipe), str(other)}
    assert "Best by validation psnr" in printed("compare", recipe, other)
    diagnosed = json.loads(printed("diagnose", recipe, "--json"))
    assert diagnosed["verdict"] in {"capacity", "noise"}
    told = " ".join(printed("diagnose", recipe).split())
    assert "advice" in told
    assert "Each of the two is one seed after 1 epoch: a longer training, or another seed, may tell" in told


def test_tune_prints_its_trials(printed, recipe):
    command = ("tune", recipe, "--over", "train.rate=1e-4..1e-2", "--trials", "2")
    trials = json.loads(printed(*command, "--json"))["trials"]
    assert {trial["trial"] for trial in trials} == {0, 1}
    assert "tensorboard --logdir runs/tune-tiny/hparams" in printed(*command)


def test_interpolate_and_classify_use_a_finished_run(printed, finished, tmp_path):
    path = printed("interpolate", finished.path, "--between", "0", "1", "-o", tmp_path / "walk.png")
    assert path.strip() == str(tmp_path / "walk.png")
    assert (tmp_path / "walk.png").is_file()
    command = (
        "classify",
        finished.path,
        "median",
        "--data",
        "digits",
        "--noise",
        "gaussian:sigma=0.5",
        "--limit",
        "50",
    )
    rows = json.loads(printed(*command, "--json"))["rows"]
    assert [row["images"] for row in rows] == ["clean", "noisy", str(finished.path), "median"]
    assert all(0 <= row["low"] <= row["accuracy"] <= row["high"] <= 1 for row in rows)
    assert "accuracy" in printed(*command)


def test_an_interrupted_study_goes_on(printed, recipe, tmp_path):
    printed("sweep", recipe, "--over", "network.code=2")
    run = Run(tmp_path / "runs" / "studies" / "tiny,network.code=2")
    run.model_file.unlink()
    printed("sweep", recipe, "--over", "network.code=2")
    assert run.finished


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sweep", "TINY", "--over", "network.cod=1,2"], 'no option of network dense is called "cod"'),
        (["compare", "e-mnist-conv"], "A comparison takes two recipes or more"),
        (["tune", "TINY", "--over", "train.rate=2..1"], "a range is low..high"),
        (["diagnose", "e-mnist-plain"], "e-mnist-plain has no noise, so there is nothing to compare with"),
        (["ladder", "TINY", "--step", "network.code"], "write table.key=value"),
        (["interpolate", "nowhere", "--between", "0", "1"], "nowhere is no run's folder"),
        (
            ["reproduce", "F"],
            'No system is called "F". There are: A, B, C, C-alike, C-ladder, D, E, Half, Noise.',
        ),
        (["reproduce", "A", "--quick", "--full"], "--quick and --full exclude each other"),
        (["classify", "median", "--data", "photos", "--noise", "none"], "photos has no labels"),
    ],
)
def test_what_cannot_be_is_one_line(refused, recipe, arguments, message):
    arguments = [recipe if word == "TINY" else word for word in arguments]
    status, line = refused(*arguments)
    assert status == 2
    assert message in line


def test_show_draws_the_first_images_and_rows_of_a_csv(printed, tmp_path):
    rows = "\n".join(f"{label}," + ",".join(["0"] * 392 + ["255"] * 392) for label in range(10))
    (tmp_path / "small.csv").write_text(
        "label," + ",".join(f"pixel{n + 1}" for n in range(784)) + "\n" + rows + "\n"
    )
    out = printed("show", f"csv:file={tmp_path / 'small.csv'}")
    assert "pixel8" in out
    assert "... 776 more" in out
    assert " ".join(["@" * 28] * 4) in out
    facts = json.loads(printed("show", f"csv:file={tmp_path / 'small.csv'}", "--json"))
    assert facts["first_rows"][1]["label"] == "1"
