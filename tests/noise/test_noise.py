"""Noise: stated moments hold for every noise, text and recipe say the same, numpy and torch agree."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.noise import (
    NOISES,
    Chain,
    Gaussian,
    Mask,
    Noise,
    NumpyDraw,
    SaltPepper,
    StatedNoise,
    Uniform,
    noise_from,
)

DRAWS = 200_000
STATED = [name for name, noise in NOISES.items() if issubclass(noise, StatedNoise)]
FALLING = [name for name, noise in NOISES.items() if issubclass(noise, Noise)]
RANGES = {
    "gaussian": {"sigma": (0.05, 0.5)},
    "poisson": {"peak": (5, 50)},
    "poisson-gaussian": {"peak": (5, 50), "read": (0.01, 0.3)},
    "speckle": {"sigma": (0.05, 0.5)},
    "salt-pepper": {"share": (0.05, 0.5)},
    "mask": {"share": (0.05, 0.9)},
}


@pytest.fixture
def draw():
    return NumpyDraw(np.random.default_rng(7))


def excess(noise, level, draw, full=np.full):
    """How many standard errors the sample's mean and variance lie from the stated ones."""
    clean = full((1, 1, 1, DRAWS), level)
    off = np.asarray(noise(clean, draw) - noise.expectation(clean))
    variance = float(noise.variance(clean)[0, 0, 0, 0])
    by_mean = off.mean() / np.sqrt(variance / DRAWS)
    by_variance = ((off**2).mean() - variance) / ((off**2).std() / np.sqrt(DRAWS))
    return abs(by_mean), abs(by_variance)


@pytest.mark.parametrize("level", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("name", STATED)
def test_draws_keep_the_stated_expectation_and_variance(name, level, draw):
    mean, variance = excess(NOISES[name](), level, draw)
    assert mean < 5
    assert variance < 5


@pytest.mark.parametrize("name", STATED)
def test_torch_keeps_the_same_law(name):
    mean, variance = excess(NOISES[name](), 0.5, TorchDraw.seeded(7), torch.full)
    assert mean < 5
    assert variance < 5


def test_the_tests_above_notice_two_percent(draw):
    class Off(Gaussian):
        def variance(self, clean):
            return 1.02 * super().variance(clean)

        def expectation(self, clean):
            return super().expectation(clean) + 0.02 * self.sigma

    mean, variance = excess(Off(), 0.5, draw)
    assert mean > 5
    assert variance > 5


def test_the_ends_of_uniform_noise_are_kept(draw):
    added = Uniform(low=-0.2, high=0.7)(np.zeros((1, 1, 100, 100)), draw)
    assert -0.2 <= added.min() < -0.199
    assert 0.699 < added.max() < 0.7


def test_gaussian_noise_has_the_mean_it_is_given(draw):
    noisy = Gaussian(sigma=0.5, mean=0.5)(np.zeros((1, 1, 300, 300)), draw)
    assert noisy.mean() == pytest.approx(0.5, abs=0.01)


def test_salt_and_pepper_come_in_the_stated_shares(draw):
    noisy = SaltPepper(share=0.4, salt=0.25)(np.full((1, 1, 300, 300), 0.5), draw)
    assert (noisy == 1).mean() == pytest.approx(0.1, abs=0.01)
    assert (noisy == 0).mean() == pytest.approx(0.3, abs=0.01)


def test_a_lost_pixel_is_lost_in_all_channels(draw):
    kept = Mask(share=0.5)(np.full((2, 3, 20, 20), 0.5), draw) > 0
    assert_array_equal(kept[:, :1] & np.ones((1, 3, 1, 1), bool), kept)
    assert 0.4 < kept.mean() < 0.6


@pytest.mark.parametrize("level", [-0.5, 0.0])
@pytest.mark.parametrize("name", ["poisson", "poisson-gaussian"])
def test_no_photons_come_from_below_black(name, level, draw):
    noise = NOISES[name]()
    noisy = noise(np.full((1, 1, 100, 100), level), draw)
    assert abs(noisy.mean()) < 0.001


@pytest.mark.parametrize("name", FALLING)
def test_clipping_cuts_to_black_and_white_and_does_nothing_else(name):
    clean = np.random.default_rng(0).random((2, 3, 30, 30), dtype=np.float32)
    noisy, cut = (
        NOISES[name](clip=clip)(clean, NumpyDraw(np.random.default_rng(7))) for clip in (False, True)
    )
    assert_array_equal(cut, np.clip(noisy, 0, 1))


@pytest.mark.parametrize("name", FALLING)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_goes_in_comes_out_in_type_and_shape_and_is_not_changed_in_place(name, dtype, draw):
    for noise in (NOISES[name](), NOISES[name](**RANGES.get(name, {}))):
        clean = np.full((4, 3, 8, 6), 0.5, dtype=dtype)
        noisy = noise(clean, draw)
        assert (noisy.dtype, noisy.shape) == (clean.dtype, clean.shape)
        assert (clean == 0.5).all()


@pytest.mark.parametrize("name", FALLING)
def test_torch_keeps_type_and_shape(name):
    noisy = NOISES[name](**RANGES.get(name, {}))(torch.full((4, 3, 8, 6), 0.5), TorchDraw.seeded(7))
    assert (noisy.dtype, noisy.shape) == (torch.float32, (4, 3, 8, 6))


@pytest.mark.parametrize("name", FALLING)
def test_a_seed_gives_the_same_noise_and_another_seed_another(name):
    clean = np.random.default_rng(0).random((2, 1, 8, 8))
    one, same, other = (NOISES[name]()(clean, NumpyDraw(np.random.default_rng(seed))) for seed in (7, 7, 8))
    assert_array_equal(one, same)
    assert (one != other).any()


def test_each_image_draws_its_own_strength_evenly_from_the_range(draw):
    noisy = Gaussian(sigma=(0.1, 0.3))(np.zeros((1000, 1, 30, 30), np.float32), draw)
    sigmas = noisy.std(axis=(1, 2, 3))
    assert 0.09 < sigmas.min() < 0.11
    assert 0.29 < sigmas.max() < 0.33
    assert_allclose(np.quantile(sigmas, [0.25, 0.5, 0.75]), [0.15, 0.2, 0.25], atol=0.015)


@pytest.mark.parametrize("name", RANGES)
def test_every_strength_may_be_a_range(name, draw):
    noise = NOISES[name](**RANGES[name])
    spread = noise(np.full((200, 1, 4, 64), 0.5), draw).std(axis=(1, 2, 3))
    strengths = product(*(np.linspace(*ends, 20) for ends in RANGES[name].values()))
    fixed = (NOISES[name](**dict(zip(RANGES[name], strength, strict=True))) for strength in strengths)
    stated = [float(each.variance(np.full(1, 0.5))[0]) ** 0.5 for each in fixed]
    assert min(stated) * 0.7 < spread.min() < spread.max() < max(stated) * 1.3
    assert spread.max() - spread.min() > 0.5 * (max(stated) - min(stated))


@pytest.mark.parametrize("name", RANGES)
def test_a_range_has_no_single_moments(name):
    noise = NOISES[name](**RANGES[name])
    with pytest.raises(
        ValueError, match=r"one strength, and 0\.05\.\.0\.\d is a range|and 5\.\.50 is a range"
    ):
        noise.variance(np.zeros(1))


def test_a_chain_applies_its_parts_in_turn():
    clean = np.full((1, 1, 20, 20), 0.5)
    chain = noise_from("salt-pepper:share=0.5+mask:share=0.5")
    draw = NumpyDraw(np.random.default_rng(7))
    by_hand = Mask(share=0.5)(SaltPepper(share=0.5)(clean, draw), draw)
    assert_array_equal(chain(clean, NumpyDraw(np.random.default_rng(7))), by_hand)


def test_no_noise_changes_nothing(draw):
    clean = np.full((1, 1, 4, 4), 0.5)
    assert noise_from("none") == noise_from({"name": "none"}) == noise_from([]) == Chain(())
    assert str(Chain(())) == "none"
    assert_array_equal(noise_from("none")(clean, draw), clean)


@pytest.mark.parametrize(
    "text",
    [
        "gaussian:sigma=25/255",
        "gaussian:sigma=0..55/255",
        "gaussian:sigma=0.5,mean=0.5,clip=true",
        "gaussian:sigma=25/255,mean=-10/255",
        "uniform:high=0.9,clip=true",
        "uniform:low=-0.1,high=0.1",
        "poisson:peak=30",
        "poisson-gaussian:peak=20..100,read=0",
        "salt-pepper:share=0.05,salt=0.5",
        "salt-pepper:share=0.05,salt=0",
        "mask:share=0.5",
        "gaussian:sigma=25/255+poisson:peak=1e20",
        "none",
    ],
)
def test_text_comes_back_as_it_was(text):
    assert str(noise_from(text)) == text


@pytest.mark.parametrize("name", NOISES)
def test_a_bare_name_takes_the_defaults(name):
    assert noise_from(name) == noise_from(str(NOISES[name]())) == Chain((NOISES[name](),))


@given(low=some.floats(0, 1e9), wide=some.floats(0, 1e9), mean=some.floats(-1e9, 1e9), clip=some.booleans())
def test_any_noise_survives_its_text(low, wide, mean, clip):
    for sigma in (low, (low, low + wide)):
        noise = Gaussian(sigma=sigma, mean=mean, clip=clip)
        assert noise_from(str(noise)) == Chain((noise,))


def test_a_recipe_says_what_text_says():
    in_text = noise_from("gaussian:sigma=0..55/255,clip=true + poisson:peak=30")
    gaussian = {"name": "gaussian", "sigma": [0, "55/255"], "clip": True}
    assert in_text == noise_from([gaussian, {"name": "poisson", "peak": 30}])
    assert noise_from(gaussian) == noise_from({**gaussian, "sigma": "0..55/255"}) == Chain(in_text.parts[:1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "gausian",
            r'No noise is called "gausian" \(did you mean "gaussian"\?\)\. There are: camera, correlated',
        ),
        ("", 'No noise is called ""'),
        ("gaussian:sigm=1", r'no option of noise gaussian is called "sigm" \(did you mean "sigma"\?\)'),
        (
            "gaussian:25/255",
            'The noise "gaussian:25/255" has "25/255" where an option should be; write it as in',
        ),
        (
            "gaussian:sigma=-0.1",
            "option \"sigma\" of noise gaussian is '-0.1': it should be a number of 0 or more, or",
        ),
        ("gaussian:sigma=15..50/255", r'or a range such as "5/255\.\.55/255" or \[0, 0\.2\]'),
        ("gaussian:sigma=1..2..3", "it should be a number of 0 or more"),
        ("gaussian:sigma=lots", "it should be a number of 0 or more"),
        ("gaussian:sigma=nan", "it should be a number of 0 or more"),
        (
            "gaussian:clip=perhaps",
            'option "clip" of noise gaussian is .perhaps.: input should be a valid boolean',
        ),
        ("gaussian:mean=x", 'option "mean" of noise gaussian is .x.: input should be a valid number'),
        ("poisson:peak=0", "it should be a number above 0, or a range"),
        ("mask:share=1.1", "it should be a number from 0 to 1, or a range"),
        ("mask:share=0.5..1.1", "it should be a number from 0 to 1, or a range"),
        (
            "salt-pepper:salt=2",
            "option \"salt\" of noise salt-pepper is '2': input should be less than or equal to 1",
        ),
    ],
)
def test_what_is_wrong_is_said(text, message):
    with pytest.raises(InputError, match=message):
        noise_from(text)


def test_a_table_without_a_name_is_refused():
    with pytest.raises(InputError, match="the noise has no name; there are: camera, correlated"):
        noise_from({"sigma": 0.1})
