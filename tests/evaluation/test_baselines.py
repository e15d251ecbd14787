"""Baselines: each denoises, whatever the shape, and the best setting is the best.

BM3D's package is for non-commercial use, so no environment of ours has it: where it is not installed, a blur
stands in for it, which tests how it is called.
"""

import json
import re
import sys
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter

from grainless.data.images import Images
from grainless.errors import InputError, RunError
from grainless.evaluation.baselines import (
    BASELINES,
    INCLUDED,
    Bilateral,
    Median,
    TotalVariation,
    best_setting,
    candidates,
    described,
)
from grainless.evaluation.evaluate import evaluate
from grainless.evaluation.metrics import METRICS, psnr
from grainless.noise import noise_from

ROOT = Path(__file__).parents[2]

SIGMA = 25 / 255
GAUSSIAN = noise_from("gaussian:sigma=25/255")


@dataclass
class Profile:
    num_threads: int = 0


def stand_in():
    """A module in the place of bm3d, that blurs; it refuses what the real one could not take."""
    module = ModuleType("bm3d")
    module.__spec__ = ModuleSpec("bm3d", None)
    module.BM3DProfile = Profile

    def bm3d(plane, sigma, profile):
        assert plane.ndim == 2
        assert min(plane.shape) >= 16
        assert sigma > 0
        assert profile.num_threads == 1
        return gaussian_filter(plane, 1.0)[..., None]

    def bm3d_rgb(image, sigma, profile):
        assert image.shape[2] == 3
        return np.dstack([bm3d(image[..., colour], sigma, profile) for colour in range(3)])

    module.bm3d, module.bm3d_rgb = bm3d, bm3d_rgb
    return module


@pytest.fixture(autouse=True)
def with_bm3d(monkeypatch):
    if find_spec("bm3d") is None:
        monkeypatch.setitem(sys.modules, "bm3d", stand_in())


@pytest.fixture
def without_bm3d(with_bm3d, monkeypatch):
    monkeypatch.setitem(sys.modules, "bm3d", None)
    monkeypatch.setattr("grainless.evaluation.baselines.find_spec", lambda name: None)


@pytest.fixture(params=BASELINES)
def baseline(request):
    return BASELINES[request.param]()


def scene(n=2, channels=1, height=40, width=56, seed=7):
    """Blurred blocks, no two images or channels the same, and no symmetry."""
    rng = np.random.default_rng(seed)
    blocks = rng.random((n, channels, height // 4, width // 4)).repeat(4, axis=2).repeat(4, axis=3)
    return gaussian_filter(blocks, (0, 0, 1.5, 1.5)).astype(np.float32)


def noisy_of(clean, seed=8):
    return clean + SIGMA * np.random.default_rng(seed).standard_normal(clean.shape, dtype=np.float32)


def as_images(clean):
    return Images.of(np.round(clean.clip(0, 1) * 255).astype(np.uint8))


@pytest.mark.parametrize("shape", [(1, 40, 56), (3, 40, 56), (1, 28, 28), (3, 32, 32)])
def test_each_takes_noise_away(baseline, shape):
    clean = scene(2, *shape)
    noisy = noisy_of(clean)
    denoised = baseline(noisy, SIGMA)
    assert (denoised.shape, denoised.dtype) == (noisy.shape, np.float32)
    assert (psnr(denoised, clean, peak=1) > psnr(noisy, clean, peak=1) + 2).all()


def test_the_test_above_notices_an_image_on_its_side(baseline):
    clean = scene(2, 1, 40, 40)
    turned = baseline(noisy_of(clean), SIGMA).swapaxes(2, 3)
    assert (psnr(turned, clean, peak=1) < psnr(noisy_of(clean), clean, peak=1)).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_each_image_is_denoised_on_its_own(baseline, channels):
    noisy = noisy_of(scene(3, channels))
    one_by_one = np.concatenate([baseline(noisy[i : i + 1], SIGMA) for i in range(3)])
    assert_array_equal(baseline(noisy, SIGMA), one_by_one)


def test_what_goes_in_is_not_changed_in_place(baseline):
    noisy = noisy_of(scene())
    before = noisy.copy()
    baseline(noisy, SIGMA)
    assert_array_equal(noisy, before)


def test_without_noise_there_is_nothing_to_do(baseline):
    clean = scene()
    assert baseline(clean, 0.0) is clean


@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_settings_are_factors_of_sigma(baseline, factor):
    noisy = noisy_of(scene())
    assert_allclose(
        baseline(factor * noisy, factor * SIGMA), factor * baseline(noisy, SIGMA), atol=2e-3 * factor
    )


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 3, 1, 9), (1, 1, 5, 3), (2, 3, 8, 8), (1, 2, 9, 7)])
def test_every_candidate_takes_tiny_images(name, shape):
    tiny = noisy_of(np.full(shape, 0.5, np.float32))
    for candidate in candidates(name):
        denoised = candidate(tiny, SIGMA)
        assert denoised.shape == shape
        assert_allclose(denoised, 0.5, atol=5 * SIGMA)
        assert_allclose(candidate(np.full(shape, 0.5, np.float32), SIGMA), 0.5, atol=2e-4)


@pytest.mark.parametrize("name", BASELINES)
def test_candidates_are_all_combinations_of_the_grid(name):
    grid = BASELINES[name].grid
    assert len(set(candidates(name))) == np.prod([len(values) for values in grid.values()])
    for field, values in grid.items():
        assert {getattr(candidate, field) for candidate in candidates(name)} == set(values)


@pytest.mark.parametrize("name", BASELINES)
def test_the_best_setting_is_the_best_of_its_candidates(name):
    clean = as_images(scene(2))
    best = best_setting(name, clean, GAUSSIAN, seed=5)
    _, *rows = evaluate(
        {repr(each): each for each in candidates(name)}, clean, GAUSSIAN, data_name="", seed=5
    )
    assert repr(best) == max(rows, key=lambda row: row.scores["psnr"].mean).denoiser


def test_the_best_setting_depends_on_the_task():
    clean = as_images(scene(2))
    settings = {best_setting("median", clean, noise_from(f"gaussian:sigma={sigma}")) for sigma in (0.02, 0.5)}
    assert settings == {Median(side=3), Median(side=7)}


def test_an_error_is_made_small_and_a_ratio_large():
    clean = as_images(scene(2))
    by_error, by_ratio = (
        best_setting("tv", clean, GAUSSIAN, metric=METRICS[name]) for name in ("mse", "psnr")
    )
    assert by_error == by_ratio == TotalVariation(weight=by_error.weight)
    assert 0.3 < by_error.weight < 2.0


def test_the_best_setting_for_given_pairs():
    given = replace(as_images(scene(2)), noisy=as_images(noisy_of(scene(2))))
    best = best_setting("nlm", given)
    rows = evaluate({repr(each): each for each in candidates("nlm")}, given, data_name="")[1:]
    assert rows[0].sigma == pytest.approx(SIGMA, rel=0.1)
    assert repr(best) == max(rows, key=lambda row: row.scores["psnr"].mean).denoiser


def test_only_middles_of_some_images_are_looked_at():
    seen = []

    def look(denoised, clean):
        seen.append(clean)
        return METRICS["mse"](denoised, clean)

    clean = np.zeros((10, 1, 30, 40), np.uint8)
    clean[:, :, 7:23, 12:28] = 10 * np.arange(10).reshape(10, 1, 1, 1)
    best_setting(
        "median", Images.of(clean), metric=type(METRICS["mse"])(look, False), pixels=3 * 16**2, side=16
    )
    assert_allclose(
        seen[0] * 255, np.array([0, 40, 90]).reshape(3, 1, 1, 1) * np.ones((1, 1, 16, 16)), atol=1e-4
    )


def test_an_unknown_baseline_is_refused():
    with pytest.raises(InputError, match=r'No baseline is called "mediann" \(did you mean "median"\?\)'):
        best_setting("mediann", as_images(scene()))


def test_nothing_to_tune_on_is_refused():
    with pytest.raises(InputError, match="There are no images to find the best setting of tv on"):
        best_setting("tv", Images.of([]))


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("channels", [1, 3])
def test_what_was_swept_is_in_the_grid_and_takes_the_nearest_sigma(name, channels):
    settings = BASELINES[name].swept[channels]
    for sigma, setting in settings.items():
        assert setting.keys() == BASELINES[name].grid.keys()
        assert all(value in BASELINES[name].grid[key] for key, value in setting.items())
        for near in (0.95 * sigma, sigma, 1.05 * sigma):
            assert BASELINES[name].at(near / 255, channels) == BASELINES[name](**setting)
    assert BASELINES[name].at(0.0, channels) == BASELINES[name](**settings[min(settings)])
    assert BASELINES[name].at(9.0, channels) == BASELINES[name](**settings[max(settings)])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("space", [1.0, 1.5])
def test_bilateral_is_its_formula(channels, space):
    image = noisy_of(scene(1, channels, 12, 16))[0].astype(np.float64)
    reach, height, width = int(2 * space), *image.shape[1:]
    expected = np.empty_like(image)
    for row, column in np.ndindex(height, width):
        total = weights = 0.0
        for down, right in np.ndindex(2 * reach + 1, 2 * reach + 1):
            y, x, far = row + down - reach, column + right - reach, np.hypot(down - reach, right - reach)
            if 0 <= y < height and 0 <= x < width and far <= 2 * space:
                difference = np.sqrt(np.mean((image[:, y, x] - image[:, row, column]) ** 2))
                weight = np.exp(-(far**2) / (2 * space**2) - (difference / (2.5 * SIGMA)) ** 2 / 2)
                total, weights = total + weight * image[:, y, x], weights + weight
        expected[:, row, column] = total / weights
    assert_allclose(Bilateral(space=space, range=2.5)(image[None], SIGMA)[0], expected, atol=1e-12)


def test_the_list_says_what_bm3d_needs_and_whether_it_is_there(without_bm3d, monkeypatch):
    need = "needs the package bm3d, for non-commercial use: pip install bm3d"
    assert f"{need} (which is not there)" in described()["bm3d"]
    monkeypatch.setattr("grainless.evaluation.baselines.find_spec", lambda name: True)
    assert f"{need} (which is there)" in described()["bm3d"]
    assert [name for name, line in described().items() if "package" not in line] == list(INCLUDED)


@pytest.mark.parametrize("ask", [BASELINES["bm3d"], lambda: candidates("bm3d")])
def test_without_its_package_bm3d_says_what_to_install(without_bm3d, ask):
    with pytest.raises(
        RunError, match=r"which is not installed; it is for non-commercial use: pip install bm3d$"
    ):
        ask()


def test_what_the_package_itself_lacks_is_not_hidden(monkeypatch):
    def lacking(name):
        raise ModuleNotFoundError(name="bm4d")

    monkeypatch.setattr("importlib.import_module", lacking)
    with pytest.raises(ModuleNotFoundError) as lacks:
        BASELINES["bm3d"]()
    assert lacks.value.name == "bm4d"


def test_bm3d_is_no_dependency_of_ours():
    for file in ("pyproject.toml", "requirements.lock"):
        text = (ROOT / file).read_text("utf-8")
        assert not re.search(r"^[^#]*\bbm[34]d\b(?!\.\*)", text, re.MULTILINE)


def test_what_was_swept_is_what_the_benchmark_found():
    found = json.loads((ROOT / "benchmarks/results/quality/baselines.json").read_text("utf-8"))["rows"]
    assert {row["baseline"] for row in found} == {name for name in BASELINES if BASELINES[name].grid}
    for row in found:
        assert repr(BASELINES[row["baseline"]].at(row["sigma"] / 255, row["channels"])) == row["best"]
