"""Baselines: each denoises, whatever the shape, and the best setting is the best."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter

from grainless.errors import InputError
from grainless.judge.baselines import (
    BASELINES,
    Median,
    TotalVariation,
    best_setting,
    candidates,
)
from grainless.judge.data.images import Images
from grainless.judge.evaluation import evaluate
from grainless.judge.metrics import METRICS, psnr
from grainless.judge.noise import noise_from

SIGMA = 25 / 255
GAUSSIAN = noise_from("gaussian:sigma=25/255")


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
        assert_allclose(candidate(np.full(shape, 0.5, np.float32), SIGMA), 0.5, atol=1e-5)


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
    rows = evaluate({repr(each): each for each in candidates(name)}, clean, GAUSSIAN, data_name="", seed=5)[
        1:
    ]
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
