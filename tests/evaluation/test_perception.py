import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from grainless.evaluation.perception import frechet, sharpness


@pytest.fixture
def images():
    return np.random.default_rng(0).random((4, 3, 16, 16)).astype(np.float32)


def test_an_image_is_as_sharp_as_itself_and_a_blurred_one_is_not(images):
    assert sharpness(images, images) == pytest.approx(1)
    assert sharpness(uniform_filter(images, (0, 0, 3, 3)), images) < 0.2


def test_noise_counts_as_detail(images):
    noise = np.random.default_rng(1).normal(0, 0.5, images.shape)
    assert sharpness(images + noise, images) > 1.5


def test_brightness_and_colours_apart_do_not_count(images):
    tinted = images + np.array([0.1, 0.5, 0.9])[:, None, None]
    assert sharpness(tinted, images) == pytest.approx(1, abs=1e-5)


def test_flat_images_have_no_sharpness_to_compare_with(images):
    with pytest.raises(ValueError, match="flat images have no detail"):
        sharpness(images, np.ones_like(images))


def test_the_distance_of_two_sets_by_hand():
    chance = np.random.default_rng(0)
    first = chance.normal(0, 1, (20_000, 2))
    assert frechet(first, first) == pytest.approx(0, abs=1e-9)
    # means 3 apart, deviations 1 and 2 in each of 2 directions: 9 + 2 (1 + 4 - 2 * 2)
    second = chance.normal([3, 0], 2, (20_000, 2))
    assert frechet(first, second) == pytest.approx(11, rel=0.03)
    assert frechet(second, first) == pytest.approx(frechet(first, second))
