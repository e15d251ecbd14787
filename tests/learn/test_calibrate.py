"""Noise that was drawn is measured again, also where a denoiser takes too little of it."""

import numpy as np
import pytest

from grainless.errors import InputError
from grainless.learn.finetune.noisy_only.calibrate import calibrated
from grainless.noise import NumpyDraw, noise_from
from grainless.noise.distributions.measured import Measured

SIDE = 192


def scene(channels):
    """Waves from dark to bright; colours shifted against each other."""
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    waves = [0.5 + 0.4 * np.sin(5 * rows + c) * np.cos(4 * columns) for c in range(channels)]
    return np.stack(waves).astype(np.float32)


def drawn(noise, clean):
    return noise(clean[None], NumpyDraw(np.random.default_rng(3)))[0].astype(np.float32)


@pytest.mark.parametrize("taken", [1.0, 0.8])
def test_what_was_drawn_is_measured_however_much_the_denoiser_takes(taken):
    uneven = (1.2, 0.5, 1.6)
    noise = Measured(
        sigma=(0.02, 0.06), chroma=(0.03,), uneven=uneven, soft=(1.0, 0.5), softer=(1.0, 0.8, 0.3)
    )
    clean = scene(3)
    noisy = drawn(noise, clean)
    found, denoised = calibrated(noisy, lambda image: image - taken * (image - clean))
    assert np.abs(denoised - noisy).mean() > 0
    sigma = np.interp(np.linspace(0, found.white, 9), [0, 1], noise.sigma)
    assert found.sigma[2:7] == pytest.approx(sigma[2:7], rel=0.12)
    assert np.mean(found.chroma) * np.array(found.uneven) == pytest.approx(0.03 * np.array(uneven), rel=0.15)
    again = drawn(found, np.full((3, SIDE, SIDE), 0.5, np.float32))[0] - 0.5
    first = drawn(noise, np.full((3, SIDE, SIDE), 0.5, np.float32))[0] - 0.5
    for lag in (1, 2, 3):
        one, other = (np.mean(each[:, lag:] * each[:, :-lag]) / each.var() for each in (again, first))
        assert one == pytest.approx(other, abs=0.08)


def test_grey_noise_has_no_chroma():
    clean = scene(1)
    noisy = drawn(noise_from("gaussian:sigma=0.1"), clean)
    found, _ = calibrated(noisy, lambda image: clean)
    assert found.chroma == (0.0,)
    assert found.sigma == pytest.approx([0.1] * 9, rel=0.1)
    assert np.abs(found.soft[1:]).max() < 0.03


def test_where_nothing_is_taken_there_is_no_noise():
    clean = scene(1)
    found, _ = calibrated(clean, lambda image: image)
    assert set(found.sigma) == {0.0}
    assert np.allclose(drawn(found, clean), clean)


def test_text_and_recipe_say_the_same():
    noise = Measured(sigma=(0.01, 0.02, 0.05), soft=(1.0, 0.25))
    assert noise_from("measured:sigma=0.01..0.02..0.05,soft=1..0.25").parts[0] == noise
    assert noise_from(str(noise)).parts[0] == noise
    assert noise_from({"name": "measured", "sigma": [0.1, "25.5/255"]}).parts[0].sigma == (0.1, 0.1)


def test_what_are_no_numbers_is_told():
    with pytest.raises(
        InputError, match=r"option .sigma. of noise measured is .dark.: it should be numbers, such"
    ):
        noise_from("measured:sigma=dark")
