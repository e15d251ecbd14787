import numpy as np
import pytest

from grainless.inspection.estimators.detail import DETAIL_LOSS_WARNING, detail_taken, detail_taken_from_parts


@pytest.fixture
def chance():
    return np.random.default_rng(1)


@pytest.fixture
def scene(chance):
    """Half of it flat, half of it textured, at every brightness."""
    ramp = np.tile(np.linspace(0.2, 0.8, 256, dtype=np.float32), (256, 1))
    ramp[128:] += 0.15 * np.sin(np.arange(128)[:, None] * 1.3) * np.sin(np.arange(256) * 0.9)
    return ramp[None]


def test_noise_alone_is_as_strong_everywhere(scene, chance):
    noisy = scene + 0.02 * chance.standard_normal(scene.shape)
    assert detail_taken(noisy, scene) == pytest.approx(1, abs=0.1)


def test_noise_that_grows_with_brightness_is_no_detail(scene, chance):
    noisy = scene + np.sqrt(0.002 * scene) * chance.standard_normal(scene.shape)
    assert detail_taken(noisy, scene) == pytest.approx(1, abs=0.15)


def test_texture_that_was_taken_is_noticed(scene, chance):
    noisy = scene + 0.02 * chance.standard_normal(scene.shape)
    dulled = scene.copy()
    dulled[:, 128:] = 0.5 * scene[:, 128:] + 0.5 * scene[:, :128]
    assert detail_taken(noisy, dulled) > 2 * DETAIL_LOSS_WARNING


def test_colours_count_together(scene, chance):
    noisy = np.repeat(scene, 3, axis=0) + 0.02 * chance.standard_normal((3, *scene.shape[1:]))
    assert detail_taken(noisy, np.repeat(scene, 3, axis=0)) == pytest.approx(1, abs=0.1)


def test_parts_are_looked_at_together(scene, chance):
    noisy = scene + 0.02 * chance.standard_normal(scene.shape)
    halves = [np.stack([each[:, :, :128], each[:, :, 128:]]) for each in (noisy, 0.6 * scene)]
    whole = detail_taken(noisy, 0.6 * scene)
    assert detail_taken_from_parts(*halves) == pytest.approx(whole, rel=0.1)
    hidden = np.zeros((2, 256, 128), dtype=bool)
    hidden[:, 128:] = True  # the textured half
    assert detail_taken_from_parts(*halves, hidden) < 0.7 * whole


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (7, 7), (16, 16)])
def test_too_small_to_tell(size):
    assert detail_taken(np.full((1, *size), 0.4), np.full((1, *size), 0.5)) is None


def test_where_nothing_was_taken_there_is_nothing_to_tell(scene):
    assert detail_taken(scene, scene) is None


def test_clipped_blocks_are_left_out(chance):
    noisy = np.clip(1.5 * chance.random((1, 128, 128)), 0, 1)
    assert detail_taken(noisy, np.full_like(noisy, 0.5)) is None
