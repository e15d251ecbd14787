"""Training from recipe to run: everything is there at the end, and nothing is lost when it ends otherwise."""

import json
import logging
import resource
import shutil
import signal
import threading
import warnings
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from exporter import real
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from trainings import TINY, Notes, tiny, trained
from warm import GRAINLESS, Program

import grainless
from grainless.cli.progress import TerminalProgress
from grainless.cli.quiet import quiet
from grainless.data.find import DataRoots
from grainless.errors import InputError, RunError
from grainless.evaluation.metrics import METRICS
from grainless.inspection import KINDS
from grainless.learn.recipe import Recipe
from grainless.learn.score import export_best, learned_from
from grainless.learn.summary import of_run
from grainless.learn.training import train
from grainless.model.denoiser import load
from grainless.noise import NOISES, noise_from


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_finished_run_holds_everything(finished):
    names = {str(path.relative_to(finished.path)) for path in finished.path.rglob("*") if path.is_file()}
    events = {name for name in names if name.startswith("events/events.out.tfevents")}
    assert len(events) == 1
    assert names - events == {
        "recipe.toml",
        "model.safetensors",
        "model.onnx",
        "resume/state.safetensors",
        "resume/lock",
        "report.html",
    }
    assert finished.finished


def test_a_run_says_what_it_was_trained_on(finished):
    known = finished.facts()["trained_on"]
    assert known["accelerator"] is torch.cuda.is_available()
    assert known["device"]
    assert known["arithmetic"] == "full"


def test_tensorboard_reads_the_scalars_and_the_graph(finished):
    events = EventAccumulator(str(finished.events))
    events.Reload()
    history = finished.facts()["history"]
    for tag, key in (("loss/train", "loss"), ("loss/validation", "validation"), ("rate", "rate")):
        told = [(event.step, event.value) for event in events.Scalars(tag)]
        assert told == [(epoch["number"], pytest.approx(epoch[key])) for epoch in history]
    assert len(events.Scalars("images a second")) == len(history)
    assert any("decoder" in node.name for node in events.Graph().node)


def test_the_model_gives_what_the_kept_weights_give(finished):
    network = tiny().network()
    network.load_state_dict(finished.weights())
    noisy = torch.rand(5, 1, 8, 8)
    denoised = load(finished.model_file).run(noisy.numpy())
    np.testing.assert_allclose(denoised, network.eval()(noisy).detach(), atol=1e-5)


def test_scores_are_kept_of_the_model_and_of_the_noisy_images(finished):
    facts = finished.facts()
    for means in (facts["scores"], facts["noisy"]):
        assert list(means) == ["validation", "test"]
        assert set(means["test"]) == set(METRICS)
    assert facts["scores"]["test"]["psnr"] == pytest.approx(
        -10 * np.log10(facts["scores"]["test"]["mse"]), abs=0.2
    )
    assert facts["noisy"]["test"]["mse"] == pytest.approx(0.05, rel=0.1)  # 0.3² = 0.09, halved by clipping


def test_a_recipe_may_be_called_as_tables_call_the_noisy_images(tmp_path):
    recipe = replace(tiny("train.epochs=1"), name="noisy")
    run = train(recipe, tmp_path / "noisy", roots=DataRoots(), callback=Notes())
    assert run.facts()["name"] == "noisy"
    assert run.facts()["scores"] != run.facts()["noisy"]


@pytest.mark.parametrize(
    ("noise", "learned"),
    [
        ("gaussian:sigma=0.1", {"white": (0.1, 0.1)}),
        ("gaussian:sigma=0..0.2", {"white": (0.0, 0.2)}),
        ("gaussian:sigma=0.1,mean=0.1", {}),
        ("gaussian:sigma=0.1,clip=true", {}),
        ("camera+gaussian:sigma=0..0.2+jpeg", {"correlated": None, "white": (0.0, 0.2), "jpeg": None}),
        ("poisson:peak=30", {"growing": None}),
        ("resize", {}),
        ("none", {}),
    ],
)
def test_what_a_model_learns_follows_from_its_noise(noise, learned):
    assert learned_from(noise_from(noise)) == learned


def test_every_kind_that_is_learned_can_be_said():
    taught = {kind for noise in NOISES.values() for kind in noise.kinds}
    assert taught - KINDS.keys() == {"grain"}  # found as correlated


def test_the_card_says_what_it_was_made_of(finished):
    card = load(finished.model_file).card
    assert (card.name, card.channels, card.size) == ("tiny", 1, (8, 8))
    assert card.about["recipe"] == tiny().tables
    assert card.about["parameters"] == 1096
    assert card.about["MACs a pixel"] == (64 * 8 + 8 * 64) / 64  # all weights, once for 64 pixels
    assert card.about["epochs"] == 2
    assert card.about["images shown"] == 2 * 1657


class Interrupting(Notes):
    """Stops after an epoch, as ctrl-C does."""

    def __init__(self, after):
        super().__init__()
        self.after = after

    def on_epoch(self, epoch):
        super().on_epoch(epoch)
        if epoch.number == self.after:
            raise KeyboardInterrupt


@contextmanager
def file_size(most):
    """Files of more bytes cannot be written, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Six epochs without a stop, and what the callback wrote down."""
    notes = Notes()
    return trained(tmp_path_factory.mktemp("whole") / "tiny", "train.epochs=6", callback=notes), notes


@pytest.fixture(scope="module")
def whole(watched):
    return watched[0]


def test_the_callback_is_told_of_the_begin_and_of_every_step_and_epoch(watched):
    _, notes = watched
    assert [(recipe.name, data.name) for recipe, data, _ in notes.begun_with] == [("tiny", "digits")]
    assert [epoch.number for epoch in notes.epochs] == [1, 2, 3, 4, 5, 6]
    assert [(done, steps) for done, steps, _ in notes.steps] == [(16, 26), (26, 26)] * 6


def test_ctrl_c_leaves_a_usable_run_that_goes_on_to_the_same_weights(tmp_path, whole):
    path = tmp_path / "tiny"
    with pytest.raises(
        RunError,
        match=r"^Stopped\. The best model so far \(epoch 4, validation loss 0\.\d+\) is kept in .*tiny; "
        r"go on with: grainless train .*recipe\.toml --out .*tiny --resume$",
    ):
        trained(path, "train.epochs=6", callback=Interrupting(4))
    assert load(path / "model.onnx").card.about["epochs"] == 4
    notes = Notes()
    run = trained(path, "train.epochs=6", resume=True, callback=notes)
    assert [epoch.number for epoch in notes.epochs] == [5, 6]
    assert same(run.weights(), whole.weights())
    assert run.facts()["scores"] == whole.facts()["scores"]


def test_ctrl_c_in_the_first_epoch_is_told_and_the_run_goes_on(tmp_path, whole):
    class AtOnce(Notes):
        def on_step(self, done, steps, loss):
            raise KeyboardInterrupt

    with pytest.raises(
        RunError, match=r"Stopped\. No epoch was finished, so .*run holds no model yet; go on with"
    ):
        trained(tmp_path / "run", "train.epochs=6", callback=AtOnce())
    run = trained(tmp_path / "run", "train.epochs=6", resume=True)
    assert same(run.weights(), whole.weights())


def test_stopped_while_it_is_judged_it_leaves_a_model(tmp_path, whole, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("grainless.learn.training.export_best", raising_once(interrupted))
        with pytest.raises(
            RunError,
            match=r"^Stopped\. The best model so far .* is kept in .*; go on with",
        ):
            trained(tmp_path / "run", "train.epochs=6")
    assert load(tmp_path / "run" / "model.onnx").card.about["epochs"] == 6


def raising_once(fault):
    """The export, which a person stops the first time."""
    calls = iter([fault])

    def export(*arguments):
        next(calls, export_best)(*arguments)

    return export


def test_killed_at_any_moment_it_goes_on_to_the_same_weights_bit_for_bit(tmp_path):
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(TINY)
    changes = ["data.test=1600", "train.epochs=60", "train.ema=0.9", "train.schedule=one-cycle"]
    arguments = [word for change in changes for word in ("--set", change)]
    with Program(GRAINLESS, "train", recipe, "--out", tmp_path / "killed", *arguments) as process:
        for line in process.stderr:
            if line.startswith("epoch 5/"):
                process.kill()
                break
    assert process.returncode == -signal.SIGKILL
    notes = Notes()
    resumed = trained(tmp_path / "killed", *changes, resume=True, callback=notes)
    assert 6 <= notes.epochs[0].number <= 60
    uninterrupted = trained(tmp_path / "whole", *changes)
    assert same(resumed.weights(), uninterrupted.weights())
    assert resumed.facts()["scores"] == uninterrupted.facts()["scores"]


def test_the_test_above_notices_another_seed(tmp_path, whole):
    assert not same(trained(tmp_path / "run", "train.epochs=6", "seed=4").weights(), whole.weights())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-C", "SIGTERM"])
def test_a_signal_to_stop_ends_with_one_line_and_status_130_and_a_model(tmp_path, stop):
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(TINY)
    arguments = ("train", recipe, "--out", tmp_path / "run", "--set", "train.epochs=100000")
    with Program(GRAINLESS, *arguments) as process:
        for line in process.stderr:
            if line.startswith("epoch 2/"):
                process.send_signal(stop)
                break
        rest = process.stderr.read().splitlines()
    assert process.returncode == 130
    assert all(line.startswith("epoch ") for line in rest[:-1])
    assert rest[-1].startswith("grainless: Stopped. The best model so far (epoch ")
    assert load(tmp_path / "run" / "model.onnx").card.name == "tiny"


def test_early_stopping_keeps_the_best_weights_and_all_of_the_history(tmp_path):
    class Best(Notes):
        def on_epoch(self, epoch):
            super().on_epoch(epoch)
            if epoch.best:
                network = self.begun_with[0][2].network
                self.weights = {name: value.clone() for name, value in network.state_dict().items()}

    notes = Best()
    run = trained(tmp_path / "run", "train.epochs=90", "train.patience=2", "train.rate=0.2", callback=notes)
    best = max(epoch.number for epoch in notes.epochs if epoch.best)
    assert len(notes.epochs) == best + 2 < 90
    assert same(run.weights(), notes.weights)
    assert len(run.facts()["history"]) == best + 2
    network = tiny().network()
    network.load_state_dict(notes.weights)
    noisy = torch.rand(5, 1, 8, 8)
    np.testing.assert_allclose(
        load(run.model_file).run(noisy.numpy()), network.eval()(noisy).detach(), atol=1e-5
    )


def test_a_diverging_loss_stops_the_run_and_keeps_the_best_model(tmp_path):
    class Spoiler(Notes):
        def on_epoch(self, epoch):
            super().on_epoch(epoch)
            if epoch.number == 2:
                self.begun_with[0][2].network.state_dict()["decoder.0.weight"].fill_(torch.nan)

    with pytest.raises(
        RunError,
        match=r"The training diverged at epoch 3, step 16: the loss is nan\. Try a lower train\.rate\. The best "
        r"model so far \(epoch 2, validation loss 0\.\d+\) is kept in .*run\.$",
    ):
        trained(tmp_path / "run", "train.epochs=9", callback=Spoiler())
    denoised = load(tmp_path / "run" / "model.onnx").run(np.zeros((1, 1, 8, 8), np.float32))
    assert np.isfinite(denoised).all()


def test_a_finished_run_is_only_judged_again(copied):
    before = copied.weights()
    elsewhere = {"device": "another machine's card", "accelerator": True, "arithmetic": "bfloat16"}
    copied.note({"trained_on": elsewhere})
    copied.report_file.unlink()
    notes = Notes()
    again = trained(copied.path, resume=True, callback=notes)
    assert notes.epochs == []
    assert same(again.weights(), before)
    assert again.facts()["trained_on"] == elsewhere
    assert again.report_file.is_file()
    assert again.finished


def test_what_is_there_is_refused_before_anything_is_read(finished, monkeypatch):
    facts = finished.weights_file.read_bytes()
    monkeypatch.setattr(Recipe, "data", lambda *_: pytest.fail("the data were read"))
    with pytest.raises(
        InputError, match=r"tiny is there already; give another --out, or go on with it by --resume"
    ):
        trained(finished.path)
    assert finished.weights_file.read_bytes() == facts


def test_resuming_another_recipe_is_refused(finished):
    with pytest.raises(
        InputError, match=r"run of another recipe: network\.code was 8 and is 9\. Resume it as it was"
    ):
        trained(finished.path, "network.code=9", resume=True)


def test_resuming_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="is no run's folder"):
        trained(tmp_path / "none", resume=True)


def test_data_that_do_not_fit_leave_no_folder(tmp_path):
    with pytest.raises(InputError, match=r"train\.crop is 9, and an image is 8 x 8"):
        trained(tmp_path / "run", "train.crop=9")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("most", "told"),
    [
        (300, r"run could not be written: File too large\."),
        (
            3_000,
            r"model\.safetensors could not be written: .* No epoch was finished, so .*run holds no model yet\.",
        ),
        (
            9_000,
            r"state\.safetensors could not be written: .* The best model so far \(epoch 1, .* is kept in .*run\.",
        ),
        (17_000, r"report\.html could not be written: File too large\."),
    ],
    ids=["events", "weights", "state", "report"],
)
def test_a_disk_that_is_full_is_one_line_and_leaves_nothing_half_written(most, told, tmp_path):
    with quiet(), file_size(most), pytest.raises(RunError, match=told) as error:
        trained(tmp_path / "run")
    assert "\n" not in str(error.value)
    assert not [path for path in (tmp_path / "run").rglob("*") if ".tmp" in path.name]


def test_a_run_that_is_being_trained_is_refused_and_untouched(copied):
    before = copied.weights_file.read_bytes()
    with (
        copied.locked(),
        pytest.raises(
            RunError, match=r"tiny is being trained by another process \(process \d+ on .*\): wait for it"
        ),
    ):
        trained(copied.path, resume=True)
    assert copied.weights_file.read_bytes() == before


def test_what_is_exported_is_the_average_of_the_weights(tmp_path):
    notes = Notes()
    run = trained(tmp_path / "run", "train.ema=0.99", "train.rate=1e-2", callback=notes)
    fit = notes.begun_with[0][2]
    noisy = torch.rand(5, 1, 8, 8)
    denoised = load(run.model_file).run(noisy.numpy())
    network = tiny().network()
    network.load_state_dict(fit.averaged.state_dict())
    np.testing.assert_allclose(denoised, network.eval()(noisy).detach(), atol=1e-5)
    trained_last = run.paused()[0]
    network.load_state_dict({name: trained_last[f"network.{name}"] for name in network.state_dict()})
    assert np.abs(denoised - network(noisy).detach().numpy()).max() > 1e-3


def test_a_run_goes_on_where_what_it_started_from_is_gone(finished, tmp_path):
    start = tmp_path / "start"
    shutil.copytree(finished.path, start)
    changes = [f"train.start={start}", "train.epochs=3"]
    with pytest.raises(RunError, match=r"^Stopped"):
        trained(tmp_path / "run", *changes, callback=Interrupting(1))
    shutil.rmtree(start)
    run = trained(tmp_path / "run", *changes, resume=True)
    assert [epoch["number"] for epoch in run.facts()["history"]] == [0, 1, 2, 3]


def test_a_start_that_no_epoch_beats_is_what_is_exported_and_the_run_says_so(finished, tmp_path):
    changes = [f"train.start={finished.path}", "train.rate=10", "train.optimizer=rmsprop", "train.epochs=1"]
    with pytest.raises(
        RunError, match=r"The best model so far \(the start, validation loss 0\.\d+\) is kept"
    ):
        trained(tmp_path / "stopped", *changes, callback=Interrupting(0))
    run = trained(tmp_path / "run", *changes)
    assert same(run.weights(), finished.weights())
    noisy = np.random.default_rng(0).random((2, 1, 8, 8)).astype(np.float32)
    np.testing.assert_allclose(
        load(run.model_file).run(noisy), load(finished.model_file).run(noisy), atol=1e-6
    )
    facts = of_run(run)
    assert (facts["best_epoch"], facts["epochs"], facts["loss"]["train"]) == (0, 1, None)
    assert load(run.model_file).card.about["epochs"] == 1
    page = run.report_file.read_text("utf-8")
    assert "the best was the start." in page
    assert "Best at the start: validation loss" in page
    assert json.loads(json.dumps(facts, allow_nan=False))


def test_from_python_a_recipe_is_a_name_a_file_or_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(TINY)
    run = grainless.learn.train("mine.toml", changes=["train.epochs=1"])
    assert run.path == Path("runs/mine")
    assert len(run.facts()["history"]) == 1
    assert grainless.load(run.path).card.name == "mine"
    with pytest.raises(InputError, match=r"runs/mine is there already"):
        grainless.learn.train(grainless.learn.Recipe.load("mine.toml"))
    with pytest.raises(InputError, match=r'No recipe is called "digit"'):
        grainless.learn.train("digit")


def test_the_process_stays_the_callers(tmp_path, monkeypatch):
    """Filters of warnings, loggers, the hook of threads: other threads of the caller's would feel it."""

    def process():
        return list(warnings.filters), logging.getLogger("torch.onnx").level, threading.excepthook

    seen, export = [], torch.onnx.export
    monkeypatch.setattr(
        torch.onnx, "export", lambda *args, **options: seen.append(process()) or export(*args, **options)
    )
    notes = Notes()
    notes.on_epoch = lambda epoch: seen.append(process())
    before = process()
    with real():
        trained(tmp_path / "run", callback=notes)
    assert seen == [before] * 3


def test_in_a_terminal_pytorch_says_nothing_of_itself(capfd):
    with TerminalProgress():
        warnings.warn("of PyTorch", FutureWarning, stacklevel=1)
        logging.getLogger("torch.onnx").warning("a package is not there")
    assert capfd.readouterr().err == ""
    with pytest.warns(FutureWarning, match="heard again"):
        warnings.warn("heard again", FutureWarning, stacklevel=1)
