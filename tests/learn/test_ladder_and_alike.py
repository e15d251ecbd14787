"""The studies of several networks raised step by step, and of several recipes from several seeds."""

import math

import pytest
from PIL import Image
from trainings import TINY, Notes

from grainless.data.find import DataRoots
from grainless.errors import InputError
from grainless.learn.studies.alike import alike, half_width
from grainless.learn.studies.diagnose import verdict
from grainless.learn.studies.ladder import ladder, limits
from grainless.learn.studies.study import Study

CHANGES = ["train.epochs=1"]


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path / "study", DataRoots(), Notes())


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return str(path)


def test_each_rung_is_trained_with_noise_and_without(study, recipe):
    climbed = ladder(study, recipe, ["network.code=16,network.encoder=[32]"], CHANGES)
    rows = climbed.rows()
    assert [row["rung"] for row in rows] == [recipe, "network.code=16,network.encoder=[32]"]
    assert rows[0]["parameters"] < rows[1]["parameters"]
    assert all(row["share"] == row["clean input, MSE"] / row["noisy input, MSE"] for row in rows)
    assert not climbed.rungs[1].clean_run.recipe().noise().parts
    assert climbed.rungs[1].noisy_run.recipe().noise().parts
    with Image.open(climbed.figure) as figure:
        assert figure.height > 4 * 96  # clean, noisy, two rungs


def test_where_a_larger_network_does_worse_under_noise_no_limit_is_told():
    errors = [(0.018, 0.022), (0.006, 0.016), (0.006, 0.021), (0.005, 0.015)]
    rows = [{"limit": verdict(*pair), "noisy input, MSE": pair[1]} for pair in errors]
    assert limits(rows) == ["capacity", "noise", "not told", "noise"]


def test_a_ladder_tells_what_cannot_be_before_the_first_training(study, recipe):
    with pytest.raises(InputError, match='called "cod"'):
        ladder(study, recipe, ["network.cod=16"], CHANGES)
    with pytest.raises(InputError, match="has no noise"):
        ladder(study, recipe, ["network.code=16"], ["noise=none"])
    assert not study.folder.exists()


def test_recipes_are_compared_over_seeds_of_which_each_is_a_run(study, recipe, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(TINY.replace("code = 8", "code = 2"))
    rows = alike(study, [recipe, str(other)], [], CHANGES, 2, "psnr").rows()
    assert [row["recipe"] for row in rows] == [recipe, str(other)]
    for row in rows:
        low, high = sorted(row["values"])
        assert low < row["test psnr"] < high
        assert row["±"] == pytest.approx(12.706 * (high - low) / 2, rel=1e-3)  # Student's t of one degree


def test_an_interval_narrows_with_more_of_the_same():
    assert half_width([1.0, 2.0, 3.0, 1.0, 2.0, 3.0]) < half_width([1.0, 2.0, 3.0])
    assert half_width([2.0, 2.0]) == 0
    assert math.isclose(half_width([1.0, 2.0, 3.0]), 4.3027 / 3**0.5, rel_tol=1e-4)


def test_unlike_noises_and_one_seed_are_refused(study, recipe, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(TINY.replace("sigma = 0.3", "sigma = 0.4").replace("sigma = 0.5", "sigma = 0.4"))
    with pytest.raises(InputError, match=r"noises of their own: .*Give all one by --set noise="):
        alike(study, [recipe, str(other)], [], CHANGES, 2, "psnr")
    with pytest.raises(InputError, match="takes two seeds or more, and this is 1"):
        alike(study, [recipe], [], CHANGES, 1, "psnr")
    with pytest.raises(InputError, match="No metric"):
        alike(study, [recipe], [], CHANGES, 2, "psn")
