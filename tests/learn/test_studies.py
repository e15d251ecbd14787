import json

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from trainings import Notes

from grainless.data.find import DataRoots
from grainless.errors import InputError, RunError
from grainless.learn.lock import locked
from grainless.learn.studies import study as studies
from grainless.learn.studies.compare import compare
from grainless.learn.studies.diagnose import diagnose, verdict
from grainless.learn.studies.once import said_once
from grainless.learn.studies.study import Study
from grainless.learn.studies.sweep import sweep
from grainless.learn.studies.tune import _journal, tune

RECIPE = """
seed = 3

[data]
name = "digits"

[noise]
name = "gaussian"
sigma = 0.3
clip = true

[network]
name = "dense"
encoder = []
code = {code}
decoder = []

[learn]
loss = "bce"

[train]
epochs = {epochs}
batch = 64
rate = 1e-2
"""


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path / "study", DataRoots(), Notes())


def recipe(tmp_path, name="small", code=4, epochs=1):
    path = tmp_path / f"{name}.toml"
    path.write_text(RECIPE.format(code=code, epochs=epochs))
    return str(path)


class Trained:
    """A run of which the losses of its epochs are known; before the first, an epoch 0 of its start."""

    def __init__(self, *losses):
        self.losses = losses

    def facts(self):
        return {
            "history": [{"number": number, "validation": loss} for number, loss in enumerate(self.losses)]
        }


def test_how_far_one_training_of_each_can_be_trusted_is_said():
    assert said_once("rung", [Trained(9, 0.4, 0.3), Trained(9, 0.4, 0.39)], loss="loss with noise") == (
        "Each rung is one seed after 2 epochs; in the last epoch the loss with noise still changed by up to 25%, "
        "so a longer training may order them otherwise."
    )
    assert said_once("value", [Trained(9, 0.3, 0.2999)]) == (
        "Each value is one seed after 2 epochs: another seed may order them otherwise where they are near each other."
    )
    assert said_once("value", [Trained(9, 0.3)], differ="tell") == (
        "Each value is one seed after 1 epoch: a longer training, or another seed, may tell otherwise."
    )


@pytest.fixture
def trainings(monkeypatch):
    """The names of the runs that are really trained."""
    trained, really = [], studies.train

    def note(recipe, out, **options):
        trained.append(out.name)
        return really(recipe, out, **options)

    monkeypatch.setattr(studies, "train", note)
    return trained


def test_a_sweep_trains_once_for_each_value_and_reuses_what_is_done(study, tmp_path, trainings):
    swept = sweep(study, recipe(tmp_path), "network.code=1,8", [])
    assert trainings == ["small,network.code=1", "small,network.code=8"]
    rows = swept.rows()
    assert [row["network.code"] for row in rows] == ["1", "8"]
    assert rows[0]["parameters"] == 64 * 1 + 1 + 1 * 64 + 64
    assert rows[0]["mse"] > rows[1]["mse"]
    with Image.open(swept.figure) as figure:
        assert figure.height > 4 * 96  # clean, noisy, two values
    sweep(study, recipe(tmp_path), "network.code=1,2", [])
    assert trainings == ["small,network.code=1", "small,network.code=8", "small,network.code=2"]


def test_a_sweep_over_lists(study, tmp_path, trainings):
    swept = sweep(study, recipe(tmp_path), "network.encoder=[],[16, 8]", [])
    assert trainings == ["small,network.encoder=[]", "small,network.encoder=[16, 8]"]
    assert [row["network.encoder"] for row in swept.rows()] == ["[]", "[16, 8]"]
    assert swept.rows()[0]["parameters"] < swept.rows()[1]["parameters"]


def test_tuning_over_whole_numbers_and_lists(study, tmp_path, trainings):
    over = ["network.code=2..9", "network.encoder=[],[16]", "noise.sigma=0.1..0.3"]
    rows = tune(study, recipe(tmp_path), over, [], 2)
    assert len(trainings) == 2
    assert {type(row["network.code"]) for row in rows} == {int}
    assert {row["network.code"] for row in rows} <= set(range(2, 10))
    assert {row["network.encoder"] for row in rows} <= {"[]", "[16]"}
    assert all(0.1 <= row["noise.sigma"] <= 0.3 for row in rows)


def test_an_interrupted_study_goes_on_where_it_was(study, tmp_path, trainings):
    name = recipe(tmp_path, epochs=2)
    whole = Study(tmp_path / "whole", study.roots, Notes()).run(name)

    class Power(Exception):
        pass

    class Killed(Notes):
        def on_epoch(self, epoch):
            raise Power

    with pytest.raises(Power):
        Study(study.folder, study.roots, Killed()).run(name)
    run = study.run(name)
    assert trainings == ["small", "small", "small"]
    assert [epoch.number for epoch in study.callback.epochs] == [2]
    assert len(run.facts()["history"]) == 2
    assert run.facts()["scores"] == whole.facts()["scores"]


def test_a_run_of_another_recipe_is_not_reused(study, tmp_path):
    study.run(recipe(tmp_path, code=4))
    with pytest.raises(InputError, match=r"is a run of another recipe: network\.code was 4 and is 5"):
        study.run(recipe(tmp_path, code=5))


def test_a_run_killed_as_its_recipe_was_written_begins_anew(study, tmp_path):
    (study.folder / "small").mkdir(parents=True)
    (study.folder / "small" / ".k2v9x.tmp.toml").write_text("seed")
    assert study.run(recipe(tmp_path)).finished


def test_a_name_too_long_for_the_file_system_is_cut_and_found_again(study, tmp_path, trainings):
    changes = [f"data.validation=0.{'1' * 150}", f"data.test=0.{'2' * 150}"]
    run = study.run(recipe(tmp_path), changes)
    study.run(recipe(tmp_path), changes)
    assert trainings == [run.path.name]
    other = study.run(recipe(tmp_path), [*changes, "train.epochs=2"])
    assert run.path.name[:100] == other.path.name[:100] == ",".join(["small", *changes])[:100]


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ("network.code", r"--over network\.code: write table\.key=value,value"),
        ("network.cod=1,2", r'no option of network dense is called "cod" \(did you mean "code"\?\)'),
        ("netwrk.code=1,2", r'no table is called "netwrk" \(did you mean "network"\?\)'),
        ("network.code=1,0", r'option "code" of network dense is 0'),
    ],
)
def test_a_sweep_over_a_line_that_does_not_exist_trains_nothing(study, tmp_path, trainings, over, message):
    with pytest.raises(InputError, match=message):
        sweep(study, recipe(tmp_path), over, [])
    assert trainings == []


def test_swept_noise_has_a_noisy_row_for_each_value(study, tmp_path):
    few = sweep(study, recipe(tmp_path), "noise.sigma=0.1,0.5", [])
    with Image.open(few.figure) as figure:
        assert figure.height > 5 * 96  # clean, and two rows a value


def test_a_comparison_selects_on_validation_images(study, tmp_path):
    names = [recipe(tmp_path, "narrow", code=1), recipe(tmp_path, "wide", code=32)]
    comparison = compare(study, names, [], ["train.epochs=3"], "psnr")
    assert comparison.best() == names[1]
    assert [row["data"] for row in comparison.rows()] == ["digits", "digits"]
    assert comparison.rows()[1]["test psnr"] > comparison.rows()[0]["test psnr"]
    assert comparison.figures[0].is_file()
    assert compare(study, names, ["digits"], ["train.epochs=3"], "mse").best() == names[1]


@pytest.mark.parametrize(
    ("names", "metric", "message"),
    [
        (["e-mnist-conv"], "psnr", "A comparison takes two recipes or more, and this is 1"),
        (
            ["e-mnist-conv", "e-mnist-dens"],
            "psnr",
            r'No recipe is called "e-mnist-dens" \(did you mean "e-mnist-dense"',
        ),
        (["e-mnist-conv", "e-mnist-dense"], "pnsr", r'No metric is called "pnsr" \(did you mean "psnr"'),
    ],
)
def test_comparisons_that_cannot_be_are_told_before_training(study, trainings, names, metric, message):
    with pytest.raises(InputError, match=message):
        compare(study, names, [], [], metric)
    assert trainings == []


def test_recipes_on_different_images_are_not_compared(study, tmp_path, trainings):
    names = [recipe(tmp_path), "e-mnist-dense"]
    told = r"different data, so none is the best: .*small\.toml has digits, e-mnist-dense has mnist\. Name the data"
    with pytest.raises(InputError, match=told):
        compare(study, names, [], [], "psnr")
    assert trainings == []


def test_the_data_of_a_comparison_are_those_that_were_set(study, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(RECIPE.format(code=2, epochs=1).replace("digits", "mnist"))
    comparison = compare(study, [recipe(tmp_path), str(other)], [], ["data=digits"], "psnr")
    assert {row["data"] for row in comparison.rows()} == {"digits"}
    assert [path.name for path in comparison.figures] == ["comparison-digits.png"]


def test_a_code_too_small_is_a_lack_of_capacity(study, tmp_path):
    diagnosis = diagnose(study, recipe(tmp_path, code=1), ["train.epochs=5"])
    assert diagnosis.verdict == "capacity"
    assert "more feature maps" in diagnosis.plain()["advice"]
    assert diagnosis.clean_error < diagnosis.noisy_error
    assert [row["epoch"] for row in diagnosis.plain()["validation_loss"]] == [1, 2, 3, 4, 5]
    assert diagnosis.figure.is_file()
    json.dumps(diagnosis.plain())


def test_a_large_code_under_strong_noise_is_limited_by_the_noise(study, tmp_path):
    changes = ["train.epochs=20", "noise=gaussian:sigma=1.0,clip=true", "learn.loss=mse", "train.rate=1e-2"]
    diagnosis = diagnose(study, recipe(tmp_path, code=64), changes)
    assert diagnosis.verdict == "noise"
    assert "the noise took" in diagnosis.plain()["advice"]


def test_the_rule_is_half():
    assert verdict(0.51, 1.0) == "capacity"
    assert verdict(0.5, 1.0) == "noise"


def test_a_diagnosis_needs_noise(study, tmp_path):
    with pytest.raises(InputError, match="has no noise, so there is nothing to compare with"):
        diagnose(study, recipe(tmp_path), ["noise=none"])


def test_tuning_finds_the_better_value_stops_trials_and_goes_on(study, tmp_path):
    over = ["train.rate=1e-5..1e-1", "network.code=1,32"]
    first = tune(study, recipe(tmp_path), over, ["train.epochs=3"], 3)
    rows = tune(study, recipe(tmp_path), over, ["train.epochs=3"], 8)
    assert sorted(row["trial"] for row in rows) == list(range(8))
    assert {row["trial"] for row in first} == set(range(3))
    assert len({row["train.rate"] for row in rows}) == 8  # going on, it does not try the same again
    best, *others = rows
    assert best["state"] == "complete"
    assert all(
        best["validation loss"] <= row["validation loss"] for row in others if row["state"] == "complete"
    )
    assert best["network.code"] == "32"
    assert 1e-5 <= best["train.rate"] <= 1e-1
    assert "pruned" in {row["state"] for row in rows}
    sessions = [EventAccumulator(str(folder)).Reload() for folder in (study.folder / "hparams").iterdir()]
    tags = [
        session.summary_metadata for session in sessions if "_hparams_/experiment" in session.summary_metadata
    ]
    assert len(tags) == 8


@pytest.mark.parametrize(
    ("over", "message"),
    [
        (
            "train.rate",
            r"--over train\.rate: write table\.key=value,value,\.\.\., .* or table\.key=low\.\.high",
        ),
        ("train.rate=1..0.1", r"a range is low\.\.high, two numbers above 0"),
        ("train.rate=a..b", r"a range is low\.\.high, two numbers above 0"),
        ("train.rte=1e-4..1e-2", r'no option of train is called "rte" \(did you mean "rate"\?\)'),
    ],
)
def test_searches_that_cannot_be_are_told_before_training(study, tmp_path, trainings, over, message):
    with pytest.raises(InputError, match=message):
        tune(study, recipe(tmp_path), [over], [], 2)
    assert trainings == []


def test_a_trial_that_diverges_does_not_end_the_search(study, tmp_path):
    path = tmp_path / "straight.toml"
    path.write_text(
        '[data]\nname = "digits"\n[network]\nname = "dncnn"\ndepth = 3\nwidth = 4\n[train]\nepochs = 1\nbatch = 64\n'
    )
    rows = tune(study, str(path), ["train.rate=1e-3,1e30"], [], 5)
    assert {row["train.rate"]: row["state"] for row in rows} == {"1e-3": "complete", "1e30": "fail"}


class Stopping(Notes):
    """Presses ctrl-C after an epoch of the second training."""

    def on_epoch(self, epoch):
        super().on_epoch(epoch)
        if len(self.begun_with) == 2:
            raise KeyboardInterrupt


def test_ctrl_c_ends_a_search_and_its_trial_goes_on_later(study, tmp_path, trainings):
    over, changes = ["train.rate=1e-3..1e-2"], ["train.epochs=3"]
    stopping = Study(study.folder, study.roots, Stopping())
    with pytest.raises(RunError, match=r"^Stopped\. The best model so far \(epoch 1"):
        tune(stopping, recipe(tmp_path), over, changes, 3)
    assert len(trainings) == 2
    rows = tune(study, recipe(tmp_path), over, changes, 3)
    assert trainings[2] == trainings[1]
    assert len(set(trainings)) == 3
    assert [row["epochs"] for row in rows] == [3, 3, 3]
    assert [epoch.number for epoch in study.callback.epochs] == [2, 3, 1, 2, 3]


def test_a_search_over_other_lines_is_not_gone_on_with(study, tmp_path, trainings):
    over = ["train.rate=1e-3..1e-2"]
    tune(study, recipe(tmp_path), over, [], 1)
    for other, changes in ((over, ["train.epochs=2"]), (["network.code=2,3"], [])):
        with pytest.raises(InputError, match=r"study holds another search: over was \['train\.rate=1e-3"):
            tune(study, recipe(tmp_path), other, changes, 2)
    assert len(trainings) == 1


def test_one_process_searches_in_a_folder_at_a_time(study, tmp_path):
    over = ["train.rate=1e-3..1e-2"]
    with (
        locked(study.folder / "lock", "it"),
        pytest.raises(RunError, match=r"study is being trained by another process \(process "),
    ):
        tune(study, recipe(tmp_path), over, [], 1)


def test_half_a_line_of_a_searchs_journal_is_cut_off(tmp_path):
    path = tmp_path / "trials.jsonl"
    path.write_bytes(b'{"op_code": 0}\n{"op_co')
    assert list(_journal(path).read_logs(0)) == [{"op_code": 0}]
    assert path.read_bytes() == b'{"op_code": 0}\n'


def test_scenes_are_clean_noisy_and_denoised(study, tmp_path):
    shown = studies.scenes(study.run(recipe(tmp_path)), study.roots, 3)
    assert len(shown) == 3
    assert all(image.min() >= 0 and image.max() <= 1 for scene in shown for image in scene.values())
    assert not np.array_equal(shown[0]["clean"], shown[0]["noisy"])
