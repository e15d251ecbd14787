"""Denoisers called by name, side by side."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import tiny
from small_data import images

from grainless.data.find import DataRoots
from grainless.errors import InputError, RunError
from grainless.evaluation import denoisers as module
from grainless.evaluation.baselines import BASELINES, candidates
from grainless.evaluation.denoisers import blind, contender, contenders, evaluate_named
from grainless.model.card import Card
from grainless.noise import noise_from

GAUSSIAN = noise_from("gaussian:sigma=0.2")
DIGITS = "digits:test=30,validation=10"


@pytest.fixture
def half(tmp_path):
    return str(tiny.times(tmp_path / "half.onnx", Card("half", channels=1), 0.5))


def judged(*names, data=DIGITS, noise=GAUSSIAN, **options):
    return evaluate_named(names, data, noise, roots=DataRoots(), **options)


def test_models_and_baselines_stand_in_the_order_they_were_asked_for(half):
    rows = judged("median", half, "median", half)
    assert [row.denoiser for row in rows] == ["noisy", "median", half]
    assert {row.data for row in rows} == {f"{DIGITS} test"}
    assert {len(row.scores["psnr"].values) for row in rows} == {30}


@pytest.mark.parametrize(("part", "count"), [("train", 1757), ("validation", 10), ("test", 30)])
def test_a_part_is_chosen(half, part, count):
    row = judged(half, part=part)[1]
    assert len(row.scores["mse"].values) == count
    assert row.data.endswith(part)


def test_the_first_so_many_are_the_first_of_all(half):
    few, all_of_them = judged(half, limit=5)[1], judged(half)[1]
    np.testing.assert_array_equal(few.scores["psnr"].values, all_of_them.scores["psnr"].values[:5])
    assert len(judged(half, limit=99)[1].scores["psnr"].values) == 30


def test_a_baseline_has_its_best_setting_for_the_training_images(monkeypatch):
    asked = []

    def best_setting(name, clean, noise, *, seed):
        asked.append((name, len(clean), str(noise), seed))
        return lambda noisy, sigma: noisy

    monkeypatch.setattr(module, "best_setting", best_setting)
    judged("tv", seed=4)
    assert asked == [("tv", 1757, "gaussian:sigma=0.2", 4)]


def test_noisy_partners_of_the_data_are_what_is_denoised(half, tmp_path):
    names = [f"{number}.png" for number in range(6)]
    images(tmp_path / "low", *names, size=(12, 12), seed=0)
    images(tmp_path / "high", *names, size=(12, 12), seed=50)
    same, _ = judged(half, data=f"pairs:path={tmp_path},grey=true", noise=noise_from("none"), part="train")
    assert np.isfinite(same.scores["psnr"].values).all()  # the clean images themselves would score inf


def test_progress_is_told(half):
    told = []
    judged(half, progress=lambda count, total: told.append((count, total)))
    assert sum(count for count, _ in told) == 30
    assert {total for _, total in told} == {30}


def test_a_model_is_not_told_sigma():
    seen = []
    denoise = blind(SimpleNamespace(run=lambda noisy: seen.append(noisy.dtype)))
    denoise(np.zeros((1, 1, 8, 8)), 0.3)
    assert seen == [np.float32]


@pytest.mark.parametrize(
    ("names", "options", "told"),
    [
        (
            ["nlmm"],
            {},
            r'No model is called "nlmm".* Baselines: median, .*, tv, bm3d \(did you mean "nlm"\?\)\.$',
        ),
        (
            ["tv", "qqq"],
            {},
            r'No model is called "qqq".* Baselines: median, bilateral, nlm, wavelet, tv, bm3d\.$',
        ),
        (["tv"], {"part": "tests"}, r'No part is called "tests" \(did you mean "test"\?\)'),
        (["tv"], {"protocol": "flaot"}, r'No protocol is called "flaot" \(did you mean "float"\?\)'),
        (["tv"], {"data": "digit"}, r'No data set is called "digit" \(did you mean "digits"\?\)'),
        (
            ["tv"],
            {"data": "digits:tset=3"},
            r'no option of data set digits is called "tset" \(did you mean "test"\?\)',
        ),
        (["tv"], {"data": "digits:test"}, r'The data set "digits:test" has "test" where an option should be'),
        (
            ["tv", "nlm:hh=0.5"],
            {},
            r'no option of baseline nlm is called "hh" \(did you mean "h"\?\)',
        ),
        (["nlm:h=0"], {}, r"option \"h\" of baseline nlm is '0': input should be greater than 0"),
        ([__file__], {}, r"test_denoisers\.py is no ONNX model that can be run"),
    ],
)
def test_what_is_wrong_is_told(names, options, told, monkeypatch):
    monkeypatch.setattr(
        module, "best_setting", lambda *_, **__: pytest.fail("a long search before the mistake is told")
    )
    with pytest.raises(InputError, match=told):
        judged(*names, **options)


def test_a_name_that_is_none_is_told_before_the_search_for_a_best_setting(half, monkeypatch):
    data = module.DATA["digits"]().read(DataRoots())
    monkeypatch.setattr(module, "best_setting", lambda *_, **__: pytest.fail("a long search"))
    with pytest.raises(InputError, match=r'No model is called "qqq"'):
        contenders(["tv", half, "qqq"], data, GAUSSIAN)
    monkeypatch.setattr(module, "best_setting", lambda *_, **__: None)
    assert list(contenders(["tv", half, "nlm"], data, GAUSSIAN)) == ["tv", half, "nlm"]


def test_a_contender_is_a_baseline_or_a_model(half):
    data = module.DATA["digits"]().read(DataRoots())
    noisy = np.ones((1, 1, 8, 8), np.float32)
    np.testing.assert_array_equal(contender(half, data, GAUSSIAN)(noisy, 0.1), noisy / 2)
    assert type(contender("median", data, GAUSSIAN)).__name__ == "Median"


def test_a_setting_can_be_given(half):
    data = module.DATA["digits"]().read(DataRoots())
    assert contender("median:side=5", data, GAUSSIAN) == BASELINES["median"](side=5)
    assert [row.denoiser for row in judged("median:side=5", half)] == ["noisy", "median:side=5", half]


def test_a_package_that_is_not_there_is_told_before_the_search_for_a_best_setting(monkeypatch):
    monkeypatch.setitem(sys.modules, "bm3d", None)
    data = module.DATA["digits"]().read(DataRoots())
    searched = []
    monkeypatch.setattr(
        module, "best_setting", lambda name, *_, **__: searched.append(name) or candidates(name)
    )
    with pytest.raises(RunError, match="pip install bm3d"):
        contenders(["tv", "bm3d"], data, GAUSSIAN)
    assert searched == ["bm3d"]
