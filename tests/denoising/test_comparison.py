import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from grainless.denoising.files import comparison
from grainless.denoising.files.comparison import GAP, LINE, side_by_side


@pytest.mark.parametrize("channels", [1, 3])
def test_three_panels_noisy_denoised_and_what_was_removed(channels):
    noisy = np.random.default_rng(0).random((channels, 40, 60), dtype=np.float32)
    denoised = np.clip(noisy + 0.05, 0, 1)
    page = np.asarray(side_by_side(noisy, denoised)) / 255
    assert page.shape == (40 + LINE, 3 * 60 + 2 * GAP, 3)
    panels = [page[LINE:, left : left + 60].transpose(2, 0, 1) for left in (0, 60 + GAP, 120 + 2 * GAP)]
    for panel, pixels in zip(panels, (noisy, denoised, 0.5 + 4 * (noisy - denoised)), strict=True):
        assert_allclose(panel, np.broadcast_to(pixels, panel.shape), atol=0.51 / 255)
    assert page[:LINE].min() < 0.5  # words


def test_nothing_removed_is_middle_grey():
    pixels = np.full((1, 8, 8), 0.7, np.float32)
    page = np.asarray(side_by_side(pixels, pixels))
    assert_array_equal(page[LINE:, -8:], 128)


def test_of_a_large_image_the_middle_is_shown(monkeypatch):
    monkeypatch.setattr(comparison, "WIDEST", 10)
    pixels = np.zeros((1, 30, 12), np.float32)
    pixels[:, 10:20] = 1
    page = np.asarray(side_by_side(pixels, pixels))
    assert page.shape == (10 + LINE, 3 * 10 + 2 * GAP, 3)
    assert_array_equal(page[LINE:, :10], 255)
