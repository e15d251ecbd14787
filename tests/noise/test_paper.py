"""Paper: without strength a page stays as it is; each strength does what it says; numpy and torch agree."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from same_draw import SameDraw

from grainless.learn.batches.draw import TorchDraw
from grainless.noise import NumpyDraw, noise_from
from grainless.noise.imaging.paper import Paper, _field

NOTHING = dict.fromkeys(
    ["tone", "light", "stains", "folds", "texture", "through", "fade", "blur", "noise"], 0.0
)


def draw(seed=7):
    return NumpyDraw(np.random.default_rng(seed))


def pages(count=3, side=48, channels=1, dtype=np.float64):
    """White, with black bars of several widths."""
    page = np.ones((count, channels, side, side), dtype)
    for at in range(0, side, 8):
        page[..., at : at + 1 + at // 16, 4:-4] = 0
    return page


@pytest.mark.parametrize("channels", [1, 3])
def test_strength_0_is_the_identity(channels):
    clean = pages(channels=channels)
    assert_allclose(Paper(**NOTHING)(clean, draw()), clean, atol=1e-12)


@pytest.mark.parametrize("name", NOTHING)
def test_every_strength_changes_the_page(name):
    clean = pages()
    assert np.abs(Paper(**NOTHING | {name: 0.3})(clean, draw()) - clean).max() > 0.01


@pytest.mark.parametrize("channels", [1, 3])
def test_numpy_and_torch_agree(channels):
    clean = pages(channels=channels, dtype=np.float32)
    by_numpy = noise_from("paper")(clean, draw())
    by_torch = noise_from("paper")(torch.from_numpy(clean), SameDraw(7))
    assert_allclose(by_numpy, by_torch.numpy(), atol=2e-3)


def test_torch_draws_on_its_own_and_a_seed_gives_the_same_page():
    clean = torch.from_numpy(pages(dtype=np.float32))
    one, same, other = (Paper()(clean, TorchDraw.seeded(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert one.isfinite().all()


@pytest.mark.parametrize("name", ["tone", "light", "stains", "through"])
def test_what_lies_on_a_sheet_only_darkens_it(name):
    clean = pages()
    noisy = Paper(**NOTHING | {name: 0.9})(clean, draw())
    assert (noisy <= clean + 1e-12).all()
    assert noisy.min() >= 0


def test_a_sheets_tone_is_one_number_in_grey():
    noisy = Paper(**NOTHING | {"tone": 0.5})(np.ones((1, 1, 8, 8)), draw())
    assert np.ptp(noisy) == 0
    assert 0.5 <= noisy[0, 0, 0, 0] <= 1 - 0.5 * 0.6


def test_faded_ink_is_grey_and_paper_stays_white():
    clean = pages()
    noisy = Paper(**NOTHING | {"fade": 0.3})(clean, draw())
    assert_allclose(noisy[clean == 0], 0.3)
    assert_allclose(noisy[clean == 1], 1.0)


def test_the_back_is_the_next_page_mirrored():
    clean = np.ones((2, 1, 24, 24))
    clean[0, ..., 2:6] = 0  # on the left of the first page
    noisy = Paper(**NOTHING | {"through": 0.4})(clean, draw())
    darkest = noisy[1, 0].mean(axis=0).argmin()
    assert 18 <= darkest < 22  # on the right of the second
    assert_allclose(noisy[1, 0, :, :10], 1.0, atol=1e-3)


def test_the_weak_end_of_a_range_is_drawn_more_often():
    noisy = Paper(**NOTHING | {"fade": (0.0, 1.0)})(np.zeros((4000, 1, 1, 1)), draw()).ravel()
    assert_allclose(np.quantile(noisy, [0.25, 0.5, 0.75]), np.square([0.25, 0.5, 0.75]), atol=0.03)


@pytest.mark.parametrize("sigma", [3.0, 10.0])
def test_smooth_noise_has_variance_1_everywhere(sigma):
    like = np.zeros((3000, 1, 31, 8))
    field = _field(like, np.full((3000, 1, 1, 1), sigma), draw())
    assert field.shape == like.shape
    assert_allclose(field.var(axis=0), 1.0, atol=0.15)


def test_smooth_noise_is_as_smooth_as_stated():
    """Neighbours of a blur by sigma differ by variance 2 (1 - exp(-1 / (4 sigma²))), away from the border."""
    field = _field(np.zeros((300, 1, 48, 48)), np.full((300, 1, 1, 1), 4.0), draw())[..., 18:30, 18:30]
    assert np.square(np.diff(field)).mean() == pytest.approx(2 * (1 - np.exp(-1 / 64)), rel=0.1)


def test_pages_of_a_batch_are_dirty_each_in_its_own_way():
    noisy = Paper()(np.ones((4, 1, 32, 32)), draw())
    assert len({each.tobytes() for each in noisy}) == 4
    assert_array_equal(noisy.shape, (4, 1, 32, 32))
