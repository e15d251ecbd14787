"""The demo, made small: the same steps with one baseline, few photographs and hardly any training."""

from dataclasses import replace

import pytest
from trainings import Notes

from grainless.data.sets.photos import Photos
from grainless.errors import InputError
from grainless.learn import demo as module
from grainless.learn.demo import NOISE, demo

FEW = ["train.epochs=1", "train.steps=1", "train.batch=1", "network.widths=[2]"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        read = Photos.read

        def few(self, roots):
            data = read(self, roots)
            return replace(data, **{name: part.take([0, 1]) for name, part in data.parts.items()})

        patch.setattr(Photos, "read", few)
        patch.setattr(module, "CLASSICAL", ("median",))
        yield demo(tmp_path_factory.mktemp("runs") / "demo", callback=Notes(), changes=FEW)


def test_the_model_is_judged_beside_the_noisy_images_and_the_classical(shown):
    _, rows = shown
    assert [row.denoiser for row in rows] == ["noisy", "grainless", "median"]
    assert {(row.data, row.noise, row.protocol) for row in rows} == {("photos test", NOISE, "float")}


def test_the_report_shows_all_of_them(shown):
    run, rows = shown
    html = run.report_file.read_text("utf-8")
    assert "best classical: median" in html
    for row in rows:
        assert f"{row.scores['psnr'].mean:.2f}" in html


def test_a_second_time_it_is_judged_again_to_the_same_scores(shown):
    run, rows = shown
    run.report_file.unlink()
    notes = Notes()
    again = demo(run.path, callback=notes, changes=FEW)[1]
    assert notes.epochs == []
    assert run.report_file.is_file()
    means = [{name: score.mean for name, score in row.scores.items()} for row in (*rows, *again)]
    assert means[: len(rows)] == means[len(rows) :]


def test_another_recipe_in_the_same_folder_is_told(shown):
    with pytest.raises(
        InputError, match=r"demo is a run of another recipe: .*train\.epochs was 1 and is \d+, "
    ):
        demo(shown[0].path, callback=Notes())
