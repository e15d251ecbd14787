"""Metrics: formulas by hand, laws, and agreement with scikit-image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from grainless.errors import InputError
from grainless.evaluation.metrics import METRICS, bce, mae, mse, psnr, psnr_own_peak, ssim


def pair(n=3, channels=1, height=24, width=31, seed=7, dtype=np.float32):
    """Smooth clean images and noisy ones that leave 0..1."""
    draw = np.random.default_rng(seed)
    clean = draw.random((n, channels, height, width)).cumsum(axis=3) / width
    return (clean + draw.normal(0, 0.1, clean.shape)).astype(dtype), clean.astype(dtype)


@pytest.mark.parametrize("name", METRICS)
def test_each_image_is_scored_on_its_own(name):
    denoised, clean = pair(channels=3)
    one_by_one = [METRICS[name](denoised[i : i + 1], clean[i : i + 1])[0] for i in range(3)]
    assert_array_equal(METRICS[name](denoised, clean), one_by_one)


@pytest.mark.parametrize("name", METRICS)
def test_scores_are_one_double_an_image(name):
    scores = METRICS[name](*pair(n=5))
    assert (scores.dtype, scores.shape) == (np.float64, (5,))


@pytest.mark.parametrize("name", METRICS)
def test_less_noise_is_better_in_the_stated_direction(name):
    noisy, clean = pair()
    halved = clean + (noisy - clean) / 2
    better = METRICS[name](halved, clean) > METRICS[name](noisy, clean)
    assert (better == METRICS[name].higher_is_better).all()


@pytest.mark.parametrize("name", ["psnr", "ssim", "mse", "mae"])
def test_these_do_not_ask_which_image_is_which(name):
    denoised, clean = pair()
    assert_allclose(METRICS[name](denoised, clean), METRICS[name](clean, denoised), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "best"), [("psnr", np.inf), ("psnr-own-peak", np.inf), ("ssim", 1), ("mse", 0), ("mae", 0)]
)
def test_a_perfect_image_scores_the_best_there_is(name, best):
    clean = np.full((2, 1, 16, 16), 0.5)
    clean[0] = pair(height=16, width=16)[1][0]
    assert_allclose(METRICS[name](clean, clean), [best, best])


def test_errors_by_hand():
    denoised, clean = np.array([0.0, 0.5, 1.0, 0.25]).reshape(1, 1, 2, 2), np.full((1, 1, 2, 2), 0.5)
    assert_allclose(mse(denoised, clean), [(0.25 + 0.25 + 0.0625) / 4])
    assert_allclose(mae(denoised, clean), [(0.5 + 0.5 + 0.25) / 4])


def test_cross_entropy_by_hand():
    denoised, clean = np.array([0.2, 0.9]).reshape(2, 1, 1, 1), np.array([0.0, 0.5]).reshape(2, 1, 1, 1)
    by_hand = [-np.log(0.8), -(np.log(0.9) + np.log(0.1)) / 2]
    assert_allclose(bce(denoised, clean), by_hand)


@pytest.mark.parametrize(("wrong", "clean"), [(0.0, 1.0), (1.0, 0.0), (-3.0, 1.0), (2.0, 0.0)])
def test_cross_entropy_of_the_worst_is_the_floor_of_keras(wrong, clean):
    """16.118 = -log(1e-7): keras.losses.binary_crossentropy([[1.]], [[0.]]) of Keras 3."""
    for dtype in (np.float32, np.float64):
        denoised, truth = np.full((1, 1, 2, 2), wrong, dtype), np.full((1, 1, 2, 2), clean, dtype)
        assert_allclose(bce(denoised, truth), [16.118095651], rtol=1e-9)


@given(x=some.floats(0, 1), p=some.floats(-1, 2))
def test_no_guess_beats_the_entropy_of_grey(x, p):
    clean, guess = np.full((1, 1, 1, 1), x), np.full((1, 1, 1, 1), p)
    assert bce(guess, clean)[0] >= bce(clean, clean)[0] - 1e-9


@given(peak=some.floats(0.01, 1e4))
def test_psnr_and_ssim_do_not_depend_on_units(peak):
    denoised, clean = pair(n=1, dtype=np.float64)
    for metric in (psnr, ssim):
        assert_allclose(
            metric(peak * denoised, peak * clean, peak=peak), metric(denoised, clean, peak=1), rtol=1e-9
        )


@pytest.mark.parametrize("channels", [1, 3])
def test_psnr_agrees_with_scikit_image(channels):
    denoised, clean = pair(channels=channels)
    theirs = [peak_signal_noise_ratio(x, y, data_range=1) for x, y in zip(clean, denoised, strict=True)]
    assert_allclose(psnr(denoised, clean, peak=1), theirs, atol=1e-6)


def test_own_peak_is_the_range_of_each_clean_image():
    denoised, clean = pair()
    theirs = [
        peak_signal_noise_ratio(x, y, data_range=np.ptp(x)) for x, y in zip(clean, denoised, strict=True)
    ]
    assert_allclose(psnr_own_peak(denoised, clean), theirs, atol=1e-6)


def test_a_constant_image_that_is_missed_has_no_peak():
    assert_array_equal(psnr_own_peak(np.zeros((1, 1, 8, 8)), np.ones((1, 1, 8, 8))), [-np.inf])


GAUSSIAN = {"gaussian_weights": True, "sigma": 1.5}


@pytest.mark.parametrize(
    ("height", "width", "window"),
    [
        (24, 31, GAUSSIAN),
        (28, 28, GAUSSIAN),
        (11, 40, GAUSSIAN),
        (10, 40, {"win_size": 7}),
        (7, 7, {"win_size": 7}),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ssim_agrees_with_scikit_image(channels, height, width, window, dtype):
    denoised, clean = pair(2, channels, height, width, dtype=dtype)
    theirs = [
        structural_similarity(
            x.astype(np.float64),
            y.astype(np.float64),
            data_range=1,
            channel_axis=0,
            use_sample_covariance=False,
            **window,
        )
        for x, y in zip(clean, denoised, strict=True)
    ]
    assert_allclose(ssim(denoised, clean, peak=1), theirs, atol=1e-6)


def test_ssim_says_what_is_too_small():
    tiny = np.zeros((1, 1, 6, 40))
    with pytest.raises(
        InputError, match="SSIM compares images of 7 x 7 pixels or more, and one here has a side of 6"
    ):
        ssim(tiny, tiny, peak=1)


@pytest.mark.parametrize("name", METRICS)
def test_different_shapes_are_refused_not_broadcast(name):
    clean = np.zeros((2, 3, 16, 16))
    for other in (clean[:1], clean[:, :1]):
        with pytest.raises(
            ValueError, match=r"of one shape are compared, not \(\d, \d, 16, 16\) with \(2, 3, 16, 16\)"
        ):
            METRICS[name](other, clean)
    with pytest.raises(ValueError, match=r"two \(n, c, h, w\)"):
        METRICS[name](clean[0], clean[0])
