import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from grainless.inspection.estimators.removed import COLOURED, CORRELATED, removed

SIGMA = 6 / 255


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def scene(brightness=0.5, channels=3, side=128):
    return np.full((2, channels, side, side), brightness, np.float32)


def white(rng, like):
    return rng.standard_normal(like.shape, dtype=np.float32)


def grey(rng, like):
    """The same noise in all channels."""
    return np.broadcast_to(white(rng, like[:, :1]), like.shape)


def soft(noise, sigma=1.0):
    blurred = gaussian_filter(noise, (0, 0, sigma, sigma))
    return blurred / blurred.std()


def test_the_sigma_of_luma_is_that_of_grey_noise(rng):
    clean = scene()
    found = removed(clean + SIGMA * grey(rng, clean), clean)
    assert found.luma[1] == pytest.approx(SIGMA, rel=0.05)
    assert found.chroma[1] == pytest.approx(0, abs=1e-5)
    assert found.luma[0] is found.luma[2] is None  # all of it is a middle tone


def test_luma_and_colours_together_are_all_of_it(rng):
    clean = scene()
    noise = SIGMA * white(rng, clean)
    found = removed(clean + noise, clean)
    luma = np.einsum("c,nchw->nhw", [0.299, 0.587, 0.114], noise)
    assert found.luma[1] == pytest.approx(luma.std(), rel=0.05)
    assert found.chroma[1] ** 2 == pytest.approx(((noise - luma[:, None]) ** 2).sum(axis=1).mean(), rel=0.1)


def test_white_noise_keeps_half_of_its_sigma_in_means_of_four(rng):
    clean = scene()
    found = removed(clean + SIGMA * white(rng, clean), clean)
    assert found.coarseness == pytest.approx((0.5, 0.5), abs=0.03)


@pytest.mark.parametrize("channels", [1, 3])
def test_soft_noise_is_not_white(rng, channels):
    clean = scene(channels=channels)
    assert not removed(clean + SIGMA * soft(white(rng, clean)), clean).white


def test_shadows_are_told_from_lights(rng):
    clean = scene(0.1)
    clean[..., 64:] = 0.8
    sigma = np.where(clean < 0.5, 3 * SIGMA, SIGMA).astype(np.float32)
    shadows, middle, lights = removed(clean + sigma * grey(rng, clean), clean).luma
    assert middle is None
    assert shadows == pytest.approx(3 * lights, rel=0.1)


def test_the_strongest_zone_counts(rng):
    clean = scene(0.1)
    clean[..., 64:] = 0.8
    noise = np.where(clean < 0.5, 3 * SIGMA, SIGMA).astype(np.float32) * grey(rng, clean)
    assert removed(clean + noise, clean).sigma == pytest.approx(3 * SIGMA, rel=0.1)


def test_noise_in_every_block_is_noise_and_detail_in_some_is_none(rng):
    clean = scene()
    noise = soft(grey(rng, clean)) * 3 * CORRELATED
    assert removed(clean + noise, clean).noisy
    edge = np.zeros_like(clean)
    edge[..., :32] = 20 * noise[..., :32]
    assert not removed(clean + edge, clean).noisy


def test_noise_of_one_brightness_is_noise_though_most_of_the_image_is_dark(rng):
    clean = scene(0.1)
    clean[..., 96:] = 0.6
    noise = soft(grey(rng, clean)) * np.where(clean > 0.5, 3 * CORRELATED, 0.1 * CORRELATED).astype(
        np.float32
    )
    found = removed(clean + noise, clean)
    assert found.noisy
    assert found.coarse_luma == pytest.approx(2.4 * CORRELATED, rel=0.2)


def test_detail_in_a_few_blocks_of_one_brightness_is_none(rng):
    clean = scene(0.1)
    clean[..., 64:] = 0.6
    clean[..., -16:] += 20 * CORRELATED * soft(grey(rng, clean[..., -16:]))
    smooth = scene(0.1)
    smooth[..., 64:] = 0.6
    assert not removed(clean, smooth).noisy


def test_colour_noise_alone_is_noise(rng):
    clean = scene()
    noise = soft(white(rng, clean)) * 2 * COLOURED
    colours = noise - np.einsum("c,nchw->nhw", [0.299, 0.587, 0.114], noise)[:, None]
    assert removed((clean + colours).astype(np.float32), clean).noisy


@pytest.mark.parametrize("beyond", [-0.2, 1.2])
def test_what_a_denoiser_makes_darker_than_black_or_brighter_than_white_counts_as_these(rng, beyond):
    clean = scene(beyond)
    assert removed(clean + SIGMA * soft(grey(rng, clean)), clean).noisy


def test_nothing_taken_is_no_noise():
    assert not removed(scene(), scene()).noisy


def test_too_little_to_tell():
    assert removed(scene(side=16)[:1], scene(side=16)[:1]) is None


def test_a_drawing_has_no_noise_of_a_camera(rng):
    drawn = scene()
    drawn[..., 64:] += SIGMA * soft(grey(rng, drawn[..., 64:]))
    assert removed(drawn, scene()).drawn
    assert not removed(drawn, scene()).noisy
