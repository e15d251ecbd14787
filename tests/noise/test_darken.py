"""Darken: a full exposure without noise changes nothing; less light follows the camera's curve and law."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from same_draw import SameDraw

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.noise import NumpyDraw, noise_from
from grainless.noise.imaging.darken import Darken

QUIET = {"shot": 0.0, "read": 0.0, "cast": 0.0, "steps": 0}


def draw(seed=7):
    return NumpyDraw(np.random.default_rng(seed))


def photographs(count=4, channels=3, side=24, dtype=np.float64):
    return np.random.default_rng(0).random((count, channels, side, side)).astype(dtype)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_full_exposure_without_noise_is_the_identity(channels):
    clean = photographs(channels=channels)
    assert_allclose(Darken(exposure=1.0, **QUIET)(clean, draw()), clean, atol=1e-9)


def test_numpy_and_torch_agree():
    clean = photographs(dtype=np.float32)
    by_numpy = noise_from("darken:steps=0")(clean, draw())
    by_torch = noise_from("darken:steps=0")(torch.from_numpy(clean), SameDraw(7))
    assert_allclose(by_numpy, by_torch.numpy(), atol=1e-5)


def test_torch_draws_on_its_own_and_a_seed_gives_the_same():
    clean = torch.from_numpy(photographs(dtype=np.float32))
    one, same, other = (Darken()(clean, TorchDraw.seeded(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_less_light_is_darker_and_keeps_the_order():
    clean = np.linspace(0, 1, 64).reshape(1, 1, 8, 8)
    less, least = (Darken(exposure=exposure, **QUIET)(clean, draw()).ravel() for exposure in (0.3, 0.05))
    assert (np.diff(least) > 0).all()
    assert (least[1:] < less[1:]).all()
    assert (less[1:] < clean.ravel()[1:]).all()


def test_shadows_fall_by_the_power_of_the_exposure():
    """Far below the shoulder the curve is a power, so light becomes a factor."""
    dark = Darken(exposure=0.1, power=0.7, shoulder=1.0, **QUIET)(np.full((1, 1, 2, 2), 0.001), draw())
    assert_allclose(dark, 0.001 * 0.1**0.7, rtol=1e-3)


def test_the_sensors_noise_has_the_stated_variance():
    """Power 1 and a shoulder without end: what is left is exposure x, and shot exposure x + read²."""
    plain = {"power": 1.0, "shoulder": 1e6, "cast": 0.0, "steps": 0}
    noisy = Darken(exposure=0.2, shot=1e-3, read=5e-3, **plain)(np.full((1, 1, 400, 400), 0.5), draw())
    assert noisy.mean() == pytest.approx(0.1, rel=0.01)
    assert noisy.var() == pytest.approx(1e-3 * 0.1 + 2.5e-5, rel=0.02)


def test_exposures_are_drawn_evenly_in_their_logarithm():
    plain = QUIET | {"power": 1.0, "shoulder": 1e6}
    dark = Darken(exposure=(0.01, 1.0), **plain)(np.full((4000, 1, 1, 1), 0.5), draw()).ravel() / 0.5
    assert_allclose(np.quantile(np.log10(dark), [0.25, 0.5, 0.75]), [-1.5, -1, -0.5], atol=0.07)


def test_a_file_has_its_steps():
    dark = Darken(steps=255)(photographs(), draw())
    assert_allclose(255 * dark, np.round(255 * dark), atol=1e-9)


def test_a_cast_is_one_factor_a_colour():
    plain = QUIET | {"power": 1.0, "shoulder": 1e6, "exposure": 0.1}
    ratio = Darken(**plain | {"cast": 0.3})(photographs(2), draw()) / Darken(**plain)(photographs(2), draw())
    assert_allclose(ratio, ratio[:, :, :1, :1] + 0 * ratio, rtol=1e-4)
    assert ratio[:, :, 0, 0].std() > 0.05


def test_a_number_of_steps_is_no_less_than_none():
    with pytest.raises(InputError, match='option "steps" of noise darken'):
        noise_from("darken:steps=-1")
