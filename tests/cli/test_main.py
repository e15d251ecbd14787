"""Every command: what it prints for people and for programs, and one line for all that a person did or met."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pytest
import small_data
import tiny as models
from command import COMMAND, begun, grainless
from heavy import HEAVY
from PIL import Image
from scenes import noisy
from trainings import TINY, tiny

from grainless import __version__
from grainless.cli import main
from grainless.cli.commands import catalogue
from grainless.cli.extras import EXTRAS
from grainless.data import DATA
from grainless.evaluation.evaluate import evaluate
from grainless.learn.networks import NETWORKS
from grainless.learn.recipe_files import shipped
from grainless.learn.run import Run
from grainless.model.zoo import SHIPPED
from grainless.noise import noise_from

COMMANDS = ["train", "denoise", "evaluate", "show", "list", "demo"]
STUDIES = ["compare", "sweep", "diagnose", "tune", "interpolate", "classify", "reproduce"]


@pytest.fixture
def printed(call):
    """stdout of a command that ends well."""

    def typed(*arguments):
        status, out, err = call(*arguments)
        assert (status, err) == (0, "")
        return out

    return typed


@pytest.fixture
def refused(call):
    """The one line that a command says on stderr, and its status."""

    def typed(*arguments):
        status, out, err = call(*arguments)
        assert out == ""
        assert err.startswith("grainless: ")
        assert err.count("\n") == 1
        return status, err.removeprefix("grainless: ").rstrip("\n")

    return typed


@pytest.fixture
def recipe_file(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


# What each command says


@pytest.mark.parametrize("name", COMMANDS + STUDIES)
def test_help_shows_an_example(printed, name):
    told = " ".join(printed(name, "--help").split())
    assert f"Example: grainless {name} " in told
    assert f"Usage: grainless {name} " in told


def test_help_without_a_command_lists_them_all(printed):
    told = printed("--help")
    assert all(re.search(rf"│ {name} ", told) for name in COMMANDS + STUDIES)
    assert "╭─ Commands" not in told  # each stands under a heading of its own


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "denoise x --modle y",
            r'No option of grainless denoise is called "--modle" \(did you mean "--model"\?\)',
        ),
        (
            "denoize x",
            r'No command is called "denoize" \(did you mean "denoise"\?\)\. There are: .*benchmark, ',
        ),
        ("denoise", r"Missing argument 'IN\.\.\.'\. What there is: grainless denoise --help"),
        (
            "denoise x --jobs 0",
            r"Invalid value for '--jobs': .*greater than or equal to 1.*grainless denoise --help",
        ),
        ("inspect --json=3 x", r"Option '--json' does not take a value\."),
        ("interpolate x --between 0", r"Option '--between' requires 2 arguments\."),
    ],
)
def test_what_is_mistyped_is_one_line_with_the_nearest_name(refused, typed, told):
    status, line = refused(*typed.split())
    assert status == 2
    assert re.match(told, line)


def test_the_version(printed):
    assert printed("--version") == f"grainless {__version__}\n"


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("recipes", shipped()),
        ("networks", NETWORKS),
        ("data", DATA),
        ("noises", ["gaussian", "mask"]),
        ("baselines", ["median", "nlm", "wavelet", "tv"]),
    ],
)
def test_lists_are_a_line_each(printed, kind, names):
    lines = printed("list", kind).splitlines()
    told = {line.split()[0]: line for line in lines[3:-1]}
    assert set(names) <= told.keys()
    assert all(len(line.split()) > 2 for line in told.values())
    assert json.loads(printed("list", kind, "--json")).keys() == told.keys()


def test_without_a_kind_the_lists_are_listed(printed):
    lines = printed("list").splitlines()[3:-1]
    assert [line.split()[0] for line in lines] == list(catalogue.LISTS)
    assert all(line.endswith(f"grainless list {line.split()[0]}") for line in lines)
    assert json.loads(printed("list", "--json")).keys() == catalogue.LISTS.keys()


def test_the_shipped_models_are_told_and_runs_after_them(printed, tmp_path, monkeypatch, finished):
    monkeypatch.chdir(tmp_path)
    told = json.loads(printed("list", "models", "--json"))
    assert list(told) == sorted(SHIPPED)
    assert told["grey"].startswith("grey images: white noise (sigma 0..55/255); ")
    Path("runs").mkdir()
    Path("runs/mine").symlink_to(finished.path)
    assert json.loads(printed("list", "models", "--json"))["mine"] == "a run, runs/mine/model.onnx"


def test_nothing_to_list_is_said(printed, monkeypatch):
    monkeypatch.setitem(catalogue.LISTS, "models", dict)
    assert printed("list", "models").startswith("There are no models yet: ")


def test_train_reports_progress_scores_and_where_the_run_lies(call, recipe_file, tmp_path):
    status, out, err = call("train", recipe_file, "--out", tmp_path / "run", "--set", "train.epochs=1")
    assert status == 0
    first, epoch = err.splitlines()
    assert first.startswith("tiny: 1,096 parameters")
    assert epoch.startswith("epoch 1/1")
    assert "tiny: epoch 1 of 1" in out
    assert re.search(r"test +denoised +\d+\.\d\d ", out)
    assert out.endswith(f"Model, weights and report: {tmp_path / 'run'}\n")
    assert Run.open(tmp_path / "run").finished


def test_train_lies_in_runs_by_the_recipes_name_and_a_second_time_says_how_to_go_on(
    call, refused, recipe_file, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    status, out, _ = call("train", "tiny.toml", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["run"] == "runs/tiny"
    assert told["parameters"] == {"total": 1096, "trainable": 1096}
    assert told["scores"]["validation"]["bce"] > 0
    assert told["scores"]["test"]["psnr"] > 0
    assert refused("train", "tiny.toml") == (
        2,
        "runs/tiny is there already; give another --out, or go on with it by --resume.",
    )
    assert call("train", "runs/tiny/recipe.toml", "--resume")[0] == 0


def test_show_a_recipe(printed):
    told = json.loads(printed("show", "b-lowlight-pooled", "--json"))
    assert told["parameters"] == {"total": 30_019, "trainable": 29_763}
    assert {"name", "kind", "shape", "parameters"} == told["layers"][0].keys()
    assert told["hyperparameters"]["train.batch"] == 2
    text = printed("show", "a-mnist-coded", "--set", "network.code=16")
    assert re.search(r"Linear +16 +50,192\n", text)
    assert re.search(r"network\.code +16 *\n", text)
    assert re.search(r"total +\d{3},\d{3}\n", text)


@pytest.mark.parametrize("name", SHIPPED)
def test_show_a_shipped_model(printed, name):
    assert "licence" in printed("show", name) or "terms" in printed("show", name)


def test_show_a_run(printed, finished):
    told = json.loads(printed("show", finished.path, "--json"))
    assert told["parameters"]["total"] == told["parameters"]["trainable"] == 1096
    assert told["scores"]["validation"]["bce"] == finished.facts()["scores"]["validation"]["bce"]
    assert told["scores"]["test"]["psnr"] == finished.facts()["scores"]["test"]["psnr"]
    text = printed("show", finished.path)
    assert "tiny: epoch 2 of 2" in text
    assert re.search(r"number +loss +validation +rate +seconds +images +best", text)
    assert "psnr-own-peak" not in text.lower()


def test_show_a_model(printed, finished):
    told = json.loads(printed("show", finished.model_file, "--json"))
    assert (told["name"], told["channels"], told["size"]) == ("tiny", 1, [8, 8])
    assert told["about"]["parameters"] == 1096
    assert re.search(r"size +8, 8\n", printed("show", finished.model_file))


def test_show_data(printed, tmp_path):
    small_data.mnist(tmp_path / "mnist")
    told = json.loads(printed("show", "mnist:validation=5", "--data-dir", tmp_path, "--json"))
    assert [told[part]["images"] for part in ("train", "validation", "test")] == [15, 5, 6]
    assert re.search(r"images +1,397 *\n", printed("show", "digits:test=200,validation=200"))


def test_evaluate(printed, finished):
    task = ("--data", "digits:test=30", "--noise", "gaussian:sigma=0.3")
    told = json.loads(printed("evaluate", finished.path, "median", *task, "--limit", 5, "--json"))["rows"]
    assert [row["denoiser"] for row in told] == ["noisy", str(finished.path), "median"]
    assert (
        told[0]["scores"]["psnr"]["low"]
        < told[0]["scores"]["psnr"]["mean"]
        < told[0]["scores"]["psnr"]["high"]
    )
    text = printed("evaluate", finished.model_file, *task)
    assert "digits:test=30 test, noise gaussian:sigma=0.3" in text
    assert re.search(r"PSNR +SSIM +MSE +MAE +BCE +PSNR to best +s/megapixel\n", text)
    assert "Means over 30 images" in text
    assert "Protocol float" in text
    asked = printed(
        "evaluate", finished.model_file, *task, "--metric", "psnr-own-peak", "--protocol", "field"
    )
    assert re.search(r"BCE +PSNR-OWN-PEAK +PSNR to best +s/megapixel\n", asked)
    assert "Protocol field" in asked


def test_denoise(printed, finished, tmp_path):
    noisy = np.random.default_rng(0).integers(0, 65536, (8, 8), dtype=np.uint16)
    Image.fromarray(noisy).save(tmp_path / "in.png")
    out = tmp_path / "out.png"
    assert printed("denoise", tmp_path / "in.png", "-o", out, "--model", finished.path) == f"{out}\n"
    denoised = np.asarray(Image.open(out))
    assert denoised.dtype == noisy.dtype
    assert (denoised != noisy).any()
    printed(
        "denoise", tmp_path / "in.png", "-o", out, "--model", finished.path, "--strength", 0, "--overwrite"
    )
    np.testing.assert_array_equal(np.asarray(Image.open(out)), noisy)


def test_demo(call, finished, monkeypatch):
    data = tiny().data(None)
    rows = evaluate(
        {"grainless": lambda noisy, sigma: noisy}, data.test, noise_from("none"), data_name="photos test"
    )
    asked = []

    def demo(out, *, callback, changes):
        asked.append((out, changes))
        return finished, rows

    monkeypatch.setattr("grainless.learn.demo.demo", demo)
    status, out, _ = call("demo")
    assert status == 0
    assert "photos test, noise none" in out
    assert out.endswith(f"Report: {finished.report_file}\n")
    told = json.loads(call("demo", "--out", "x", "--set", "train.epochs=2", "--json")[1])
    assert told["report"] == str(finished.report_file)
    assert [row["denoiser"] for row in told["rows"]] == ["noisy", "grainless"]
    assert asked == [(Path("runs/demo"), []), (Path("x"), ["train.epochs=2"])]


# What bad input gets


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "network.cod=3",
            r'--set network\.cod=3 has a mistake: no option of network dense is called "cod" \(did you mean "code"',
        ),
        ("train.epochs=many", r"option \"epochs\" of train is 'many': input should be a valid integer"),
        ("train.crop=9", r"train\.crop is 9, and an image is 8 x 8; take at most 8\."),
    ],
)
def test_a_wrong_recipe(refused, recipe_file, tmp_path, change, told):
    status, line = refused("train", recipe_file, "--set", change, "--out", tmp_path / "run")
    assert status == 2
    assert re.search(told, line)
    assert not (tmp_path / "run").exists()


def test_a_size_that_the_network_cannot_take(refused):
    status, line = refused("show", "demo", "--set", "train.crop=30")
    assert status == 2
    assert "multiples of 8, and these are 30 x 30; 24 x 24 would do" in line


@pytest.mark.parametrize("command", ["train", "show"])
def test_no_such_recipe(refused, command):
    status, line = refused(command, "a-mnist-codd")
    assert status == 2
    assert '"a-mnist-codd" (did you mean "a-mnist-coded"?)' in line


def test_a_truncated_idx_file(refused, tmp_path):
    small_data.mnist(tmp_path / "mnist", packed=False)
    path = tmp_path / "mnist" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:9000])
    status, line = refused("evaluate", "tv", "--data", "mnist:validation=5", "--data-dir", tmp_path)
    assert status == 2
    assert "train-images-idx3-ubyte" in line


def test_a_csv_with_a_short_row(refused, tmp_path):
    small_data.csv(path := tmp_path / "rows.csv")
    lines = path.read_text().splitlines()
    lines[7] = lines[7].rpartition(",")[0]
    path.write_text("\n".join(lines))
    status, line = refused("show", f"csv:file={path}")
    assert status == 2
    assert re.search(r"rows\.csv.*line 8", line)


def test_an_unreadable_image(refused, finished, tmp_path):
    (tmp_path / "in.png").write_bytes(b"no image")
    status, line = refused(
        "denoise", tmp_path / "in.png", "-o", tmp_path / "out.png", "--model", finished.path
    )
    assert status == 2
    assert "in.png" in line
    assert not (tmp_path / "out.png").exists()


def test_an_image_that_the_model_does_not_take(refused, finished, tmp_path):
    Image.new("L", (9, 8)).save(tmp_path / "in.png")
    status, line = refused(
        "denoise", tmp_path / "in.png", "-o", tmp_path / "out.png", "--model", finished.path
    )
    assert (status, line) == (2, "tiny takes images of 8 x 8, and in.png is 9 x 8.")


def test_an_output_that_is_there(refused, finished, tmp_path):
    (tmp_path / "out.png").write_text("mine")
    status, line = refused(
        "denoise", tmp_path / "none.png", "-o", tmp_path / "out.png", "--model", finished.path
    )
    assert status == 2
    assert "out.png" in line
    assert (tmp_path / "out.png").read_text() == "mine"


@pytest.mark.parametrize("arguments", [("show",), ("evaluate", "--data", "digits")])
def test_a_model_file_that_is_none(refused, tmp_path, arguments):
    (tmp_path / "model.onnx").write_bytes(b"no model")
    status, line = refused(arguments[0], tmp_path / "model.onnx", *arguments[1:])
    assert (status, line) == (
        2,
        f"{tmp_path / 'model.onnx'} is no ONNX model that can be run; a model is made by grainless train.",
    )


def test_a_model_from_elsewhere_has_a_card_found_by_trial(printed, tmp_path):
    told = json.loads(printed("show", models.identity(tmp_path / "model.onnx"), "--json"))
    assert (told["name"], told["channels"], told["multiple"], told["reach"]) == ("model", 1, 1, None)


def test_a_half_written_run(refused, recipe_file, tmp_path):
    run = Run.begin(tmp_path / "half", tiny())
    status, line = refused("show", run.path)
    assert status == 2
    assert line.startswith(
        f"{run.path} is half a run: it holds no model.safetensors. Go on with it: grainless train"
    )
    status, line = refused("evaluate", run.path, "--data", "digits")
    assert status == 2
    assert f"grainless train {run.path / 'recipe.toml'} --out {run.path} --resume" in line
    assert refused("show", tmp_path)[1].endswith("is no run's folder: it holds no recipe.toml.")


def test_a_run_that_was_stopped_is_shown(printed, copied):
    facts = copied.facts()
    network = tiny().network()
    copied.keep(network, {name: facts[name] for name in ("name", "recipe", "history")})
    assert "tiny: epoch 2 of 2, not judged yet" in printed("show", copied.path)
    assert json.loads(printed("show", copied.path, "--json"))["scores"] == {}


def test_a_run_of_another_version(refused, copied):
    copied.note({"format": 99, "version": "9.9"})
    status, line = refused("show", copied.path)
    assert status == 2
    assert "was written by another version of Grainless (9.9)" in line
    copied.recipe_file.write_text(TINY.replace("code", "kode"))
    status, line = refused("train", copied.recipe_file, "--resume", "--out", copied.path)
    assert status == 2
    assert '"kode" (did you mean "code"?)' in line


def test_a_diverging_training(call, recipe_file, tmp_path):
    straight = '[network]\nname = "dncnn"\ndepth = 2\nwidth = 2\n\n[learn]\nloss = "mse"\n\n'
    recipe_file.write_text(re.sub(r"\[network\].*(?=\[train\])", straight, TINY, flags=re.DOTALL))
    status, out, err = call("train", recipe_file, "--out", tmp_path / "run", "--set", "train.rate=1e20")
    assert (status, out) == (1, "")
    assert re.fullmatch(
        r"grainless: The training diverged at epoch 1, step 16: the loss is nan\. Try a lower train\.rate\. "
        r"No epoch was finished, so .*run holds no model yet\.",
        err.splitlines()[-1],
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("list", "recipe"), r'No list is called "recipe" \(did you mean "recipes"\?\)'),
        (
            ("show", "digit"),
            r'No recipe, run, model or data set is called "digit" \(did you mean "digits"\?\)',
        ),
        (("show", "digits", "--set", "seed=1"), r"--set changes a line of a recipe, and digits is none\."),
        (("evaluate", "nml", "--data", "digits"), r'No model is called "nml".* \(did you mean "nlm"\?\)\.'),
        (
            ("evaluate", "tv", "--data", "digits", "--noise", "gausian"),
            r'No noise is called "gausian" \(did you mean',
        ),
        (
            ("evaluate", "tv", "--data", "digits", "--metric", "psrn"),
            r'No metric is called "psrn" \(did you mean "psnr"',
        ),
        (
            ("evaluate", "tv", "--data", "digits", "--part", "tset"),
            r'No part is called "tset" \(did you mean "test"',
        ),
        (
            ("evaluate", "tv", "--data", "digits", "--data-dir", "/none"),
            r"--data-dir is /none, and there is no such folder",
        ),
        (
            ("demo", "--set", "train.epoch=1"),
            r'--set train\.epoch=1 has a mistake: .*"epoch" \(did you mean "epochs"',
        ),
        (("train", "demo", "--set", "epochs"), r"--set epochs: .* write table\.key=value"),
        (
            ("train", "demo", "--resume", "--out", "/none"),
            r"/none is no run's folder: it holds no recipe\.toml",
        ),
    ],
)
def test_other_mistakes(refused, arguments, told, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    if arguments[-2:] == ("--data-dir", "/none"):
        arguments = tuple("mnist" if word == "digits" else word for word in arguments)
    status, line = refused(*arguments)
    assert status == 2
    assert re.search(told, line)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("denoise",), "Missing argument 'IN...'"),
        (("list", "--jsn"), "--json"),
        (("evaluate", "tv"), "--data"),
    ],
)
def test_the_form_of_a_command(call, arguments, told):
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


# What is no mistake of a person


def test_a_bug_keeps_its_traceback(monkeypatch):
    def faulty(*_, **__):
        raise ValueError("shapes differ")

    monkeypatch.setattr("grainless.evaluation.denoisers.evaluate_named", faulty)
    monkeypatch.setattr(sys, "argv", ["grainless", "evaluate", "tv", "--data", "digits"])
    with pytest.raises(ValueError, match="shapes differ"):
        main.main()


def test_a_module_of_ours_that_is_missing_is_a_bug(monkeypatch):
    def faulty(*_, **__):
        raise ModuleNotFoundError(
            "No module named 'grainless.evaluation.nothing'", name="grainless.evaluation.nothing"
        )

    monkeypatch.setattr("grainless.evaluation.denoisers.evaluate_named", faulty)
    monkeypatch.setattr(sys, "argv", ["grainless", "evaluate", "tv", "--data", "digits"])
    with pytest.raises(ModuleNotFoundError, match=r"grainless\.evaluation\.nothing"):
        main.main()


def test_ctrl_c_is_quiet(call, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("grainless.evaluation.denoisers.evaluate_named", stopped)
    assert call("evaluate", "tv", "--data", "digits") == (130, "", "grainless: Stopped.\n")
    status, out, _ = call("evaluate", "tv", "--data", "digits", "--json")
    assert (status, json.loads(out)) == (130, {"error": "Stopped.", "fault": "world"})


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["words", "json"])
def test_ctrl_c_while_it_loads_is_one_line(monkeypatch, capsys, form):
    from grainless import __main__

    class Stopping:
        def find_spec(self, name, *_):
            if name == "grainless.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "grainless.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Stopping(), *sys.meta_path])
    monkeypatch.setattr(sys, "argv", ["grainless", "list", *form])
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (130, "grainless: Stopped.\n")
    assert bool(out) == bool(form)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "the same call goes on with the rest"),
        (("--overwrite",), "the same call does all of them anew, by --overwrite"),
        (("--overwrite", "--manifest", "m.jsonl"), "the same call goes on with the rest"),
    ],
    ids=["new", "overwrite", "manifest"],
)
def test_sigterm_ends_denoise_as_ctrl_c_and_says_what_the_same_call_does(
    call, monkeypatch, tmp_path, options, told
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "grainless.denoising.batch.engines.denoise_files", lambda *_: os.kill(os.getpid(), signal.SIGTERM)
    )
    for name in ("a.png", "b.png"):
        Image.new("L", (8, 8)).save(name)
    status, out, err = call("denoise", "a.png", "b.png", *options)
    assert (status, out) == (130, "")
    assert err.startswith(f"grainless: Stopped. 0 of 2 are done; {told}")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_that_has_gone_is_no_error(form):
    with subprocess.Popen(
        [*COMMAND, "list", "baselines", *form], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_results_on_a_full_disk_are_one_line(form):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "list", "models", *form], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        1,
        "grainless: A file could not be written: No space left on device.\n",
    )


# What a small installation lacks


LIGHT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = ["grainless", *{arguments}]
from grainless.cli.main import main
try:
    main()
finally:
    print(*{{name.partition(".")[0] for name in sys.modules}}, file=sys.stderr)
"""


def light(*arguments, missing=()):
    """The command where packages are missing: what it ends with, what it says, and the packages it has loaded."""
    code = LIGHT.format(missing=sorted(missing), arguments=[str(each) for each in arguments])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    *said, loaded = done.stderr.splitlines()
    return done, said, set(loaded.split())


def extras():
    return {package for packages in EXTRAS.values() for package in packages}


def test_denoise_and_help_need_no_extra(finished, tmp_path):
    Image.new("L", (8, 8), 100).save(tmp_path / "in.png")
    for arguments in (
        ("--help",),
        ("denoise", tmp_path / "in.png", "-o", tmp_path / "out.png", "--model", finished.path),
        ("show", finished.model_file),
        ("list", "models"),
    ):
        done, said, loaded = light(*arguments, missing=extras() - {"pydantic"})
        assert (done.returncode, said) == (0, [])
        assert loaded & (HEAVY | extras()) <= {"pydantic"}  # which Typer needs
    assert (tmp_path / "out.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "missing", "extra", "told"),
    [
        (("train", "demo"), EXTRAS["learn"], "learn", "the package \\w+"),
        (("train", "demo"), extras() - {"pydantic"}, "learn", "the package \\w+"),
        (("demo",), ["torch"], "learn", "the package torch"),
        (("list", "networks"), ["torch"], "learn", "the package torch"),
        (("evaluate", "tv", "--data", "digits"), ["skimage"], "evaluate", "the package skimage"),
        (("serve",), ["uvicorn"], "server", "the package uvicorn"),
    ],
)
def test_a_small_installation_says_what_to_install(arguments, missing, extra, told, tmp_path):
    done, said, _ = light(*arguments, missing=missing)
    assert done.returncode == 1
    assert len(said) == 1
    assert re.fullmatch(
        rf"grainless: This needs {told}, which is not installed: pip install 'grainless\[{extra}\]'", said[0]
    )


def test_every_package_of_an_extra_is_known():
    """The table of the command line against the project's own list."""
    project = Path(main.__file__).parents[3] / "pyproject.toml"
    if not project.is_file():
        pytest.skip("the sources are not here")
    optional = tomllib.loads(project.read_text("utf-8"))["project"]["optional-dependencies"]
    homes = packages_distributions()
    for extra, packages in EXTRAS.items():
        names = {re.split(r"[\[>=<]", needed)[0].lower() for needed in optional[extra]} - {"grainless"}
        assert {homes.get(package, [package])[0].lower() for package in packages} == names


def test_from_outside(finished, tmp_path):
    done = grainless("evaluate", "tv", "--data", "digit", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('grainless: No data set is called "digit" (did you mean "digits"?)')


def scans(folder):
    """A folder of two noisy images, one in a folder of its own, and a broken one."""
    for name in ("a.png", "in/b.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noisy(20).squeeze()).save(folder / name)
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return folder


def test_many_files_are_denoised_and_the_bad_one_is_told_at_the_end(tmp_path):
    done = grainless("denoise", scans(tmp_path / "scans"), "-o", tmp_path / "out", "--recursive", "--jobs", 2)
    assert done.returncode == 2
    assert sorted(done.stdout.split()) == [str(tmp_path / "out" / name) for name in ("a.png", "in/b.png")]
    assert "2 denoised, 1 failed" in done.stderr
    bad = tmp_path / "scans" / "bad.png"
    assert done.stderr.splitlines()[-1].startswith(f"grainless: {bad} is a broken PNG file")
    again = grainless("denoise", tmp_path / "scans", "-o", tmp_path / "out", "-r", "--json")
    states = {each["source"].rpartition("/")[2]: each["state"] for each in json.loads(again.stdout)["images"]}
    assert states == {"a.png": "skipped", "bad.png": "failed", "b.png": "skipped"}


def test_without_options_the_result_lies_beside_the_image(call, tmp_path):
    Image.fromarray(noisy(20).squeeze()).save(tmp_path / "photo.png")
    status, out, err = call("denoise", tmp_path / "photo.png")
    assert (status, out) == (0, f"{tmp_path / 'photo-denoised.png'}\n")
    assert err.startswith(f"{tmp_path / 'photo.png'}: Noise of sigma ")
    status, out, err = call("denoise", tmp_path / "photo.png")
    assert (status, out, err) == (0, "", "1 done before (--overwrite does it anew)\n")
    status, out, err = call("denoise", tmp_path / "photo.png", "-o", tmp_path / "photo-denoised.png")
    assert (status, out) == (2, "")
    assert "photo-denoised.png exists: choose another name" in err


def test_what_is_named_is_inspected_and_never_dropped(call, tmp_path):
    """Also where one would be the result of another, or two would have one result."""
    names = [tmp_path / name for name in ("a.png", "a-denoised.png", "p.pbm", "p.pgm")]
    for path in names:
        Image.new("1" if path.suffix == ".pbm" else "L", (40, 40)).save(path)
    status, out, _ = call("inspect", *names, "--json")
    assert status == 0
    told = json.loads(out)["images"]
    assert [each["source"] for each in told] == list(map(str, names))
    assert told[0]["advice"]["why"] == "No noise found: it is left as it is."


def test_two_results_of_one_name_are_told_and_the_rest_is_done(call, tmp_path):
    for name in ("a/x.png", "b/x.png", "b/y.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(noisy(0).squeeze()).save(tmp_path / name)
    sources = [tmp_path / "a", tmp_path / "b/x.png", tmp_path / "b/y.png"]
    status, out, err = call("denoise", *sources, "-o", tmp_path / "out")
    assert (status, out) == (2, f"{tmp_path / 'out/y.png'}\n")
    assert (
        f"{tmp_path / 'a/x.png'} and {tmp_path / 'b/x.png'} would both become {tmp_path / 'out/x.png'}" in err
    )


def test_colours_alone_and_threads_are_options(call, tmp_path):
    Image.fromarray(noisy(20, 3)).save(tmp_path / "in.png")
    spreads = {}
    for chroma in (0, 1):
        out = tmp_path / f"{chroma}.png"
        status, _, _ = call(
            "denoise", tmp_path / "in.png", "-o", out, "--strength", 0, "--chroma", chroma, "--threads", 1
        )
        assert status == 0
        pixels = np.asarray(Image.open(out), dtype=float)
        spreads[chroma] = (pixels - pixels.mean(axis=2, keepdims=True)).std()
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "in.png").read_bytes()
    assert spreads[1] < 0.3 * spreads[0]
    status, _, err = call("denoise", tmp_path / "in.png", "-o", tmp_path / "2.png", "--chroma", 2)
    assert (status, err.strip()) == (
        2,
        "grainless: chroma is 2.0: it goes from 0 (the image as it is) to 1 (the model's).",
    )


def test_jobs_share_the_cores(call, tmp_path, monkeypatch):
    asked = []
    denoiser = "grainless.denoising.files.denoiser.FileDenoiser"
    monkeypatch.setattr("grainless.denoising.batch.cores.cores", lambda: 8)
    monkeypatch.setattr(denoiser, lambda policy, **_: asked.append(policy.threads) or (lambda job: 1 / 0))
    monkeypatch.setattr(
        "grainless.denoising.batch.engines.denoise_files", lambda found, each, jobs: asked.append(jobs) or []
    )
    scans(tmp_path / "scans")
    call("denoise", tmp_path / "scans", "--jobs", 3)
    call("denoise", tmp_path / "scans", "--jobs", 5, "--threads", 4)
    assert asked == [2, 3, 4, 2]


def test_memory_is_a_number_with_a_unit(call, tmp_path):
    Image.fromarray(noisy(20).squeeze()).save(tmp_path / "photo.png")
    status, _, err = call("denoise", tmp_path / "photo.png", "--memory", "much")
    assert status == 2
    assert '--memory is "much"' in err


def test_ctrl_c_leaves_whole_files_and_says_how_to_go_on(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(40):
        Image.fromarray(noisy(20, size=(400, 400)).squeeze()).save(folder / f"{number:02}.png")
    process = begun("denoise", folder, "-o", tmp_path / "out", stdout=subprocess.PIPE)
    while not any((tmp_path / "out").glob("[0-9]*.png")):
        time.sleep(0.02)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "the same call goes on with the rest" in told
    assert "Traceback" not in told
    left = list((tmp_path / "out").iterdir())
    assert 0 < len(left) < 40
    for path in left:
        Image.open(path).load()


@pytest.mark.parametrize(
    "typed", ["show nothing", "train nothing", "sweep nothing --over seed=1,2", "compare demo nothing"]
)
def test_a_wrong_name_is_told_without_pytorch(typed):
    done, said, loaded = light(*typed.split())
    assert done.returncode == 2
    assert 'is called "nothing"' in said[0]
    names = said[0].partition("There are: ")[2].split(", ")
    assert len(names) == len(set(names)) > 10
    assert not loaded & {"torch", "skimage", "scipy", "matplotlib"}


def test_the_list_of_models_fits_a_terminal(printed):
    lines = printed("list", "models").splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 100
    assert lines[-1] == "Scores, data and licence of one: grainless show NAME."


def test_a_model_called_as_its_recipe_is_shown_with_it(printed):
    told = json.loads(printed("show", "grey", "--json"))
    assert told["layers"]
    assert told["model"]["about"]["PSNR in dB"]["BSD68, sigma 25"] > 29
    assert json.loads(printed("show", "grey", "--set", "seed=3", "--json"))["model"] is None
    assert "BSD68, sigma 25" in printed("show", "grey")
