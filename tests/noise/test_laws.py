"""Laws that every noise of the table keeps, those to come included: a noise is tested by being listed."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from same_draw import SameDraw

from grainless.learn.batches.draw import TorchDraw
from grainless.noise import NOISES, NumpyDraw, noise_from
from grainless.parts import make

NOTHING = {  # what strength 0 is, where it is not sigma = 0
    "uniform": {"low": 0, "high": 0},
    "poisson": {"peak": 1e9},
    "poisson-gaussian": {"peak": 1e9, "read": 0},
    "salt-pepper": {"share": 0},
    "mask": {"share": 0},
    "camera": {"shot": 0},
    "darken": {"exposure": 1, "shot": 0, "read": 0, "cast": 0, "steps": 0},
    "jpeg": {"quality": 100, "subsampled": 0, "twice": 0},
    "resize": {"factor": 1},
    "paper": dict.fromkeys(
        ("tone", "light", "stains", "folds", "texture", "through", "fade", "blur", "noise"), 0
    ),
}
TO_BYTES = {"jpeg"}
"""What is stored in 8 bits is the identity to a step or two of them."""


def draw(seed=7):
    return NumpyDraw(np.random.default_rng(seed))


def photographs(count=4, side=32):
    """Smooth gradients without colour (the identity of `monochrome`), away from black and white."""
    line = np.linspace(0.25, 0.7, side)
    plane = np.add.outer(line, line) / 2
    return np.broadcast_to(plane, (count, 3, side, side)).astype(np.float32).copy()


def colourful():
    return photographs() * np.array([1.0, 0.9, 1.1], np.float32)[:, None, None]


@pytest.mark.parametrize("name", NOISES)
def test_strength_0_is_the_identity(name):
    default = {"sigma": 0} if hasattr(NOISES[name], "sigma") else {}
    noise = make("noise", NOISES, {"name": name} | NOTHING.get(name, default))
    clean = photographs()
    for side in noise.both(clean, clean, draw()):
        assert_allclose(side, clean, atol=2.1 / 255 if name in TO_BYTES else 1e-4)


@pytest.mark.parametrize("name", NOISES)
def test_the_test_above_could_fail(name):
    if name == "monochrome":  # of what has no colour nothing is lost
        return
    clean = photographs()
    noisy, _ = noise_from(name).pair(clean, clean, draw())
    assert np.abs(noisy - clean).max() > 2.1 / 255


@pytest.mark.parametrize("name", NOISES)
def test_numpy_and_torch_agree(name):
    clean = colourful()
    noise = noise_from(name)
    by_numpy = noise.pair(clean, clean, draw())
    by_torch = noise.pair(torch.from_numpy(clean), torch.from_numpy(clean), SameDraw(7))
    for one, other in zip(by_numpy, by_torch, strict=True):
        assert_allclose(one, other.numpy(), atol=2.1 / 255 if name in TO_BYTES else 5e-4)


@pytest.mark.parametrize("name", NOISES)
def test_a_seed_gives_the_same_on_both_sides_and_another_seed_another(name):
    clean, noise = torch.from_numpy(colourful()), noise_from(name)
    first, again, other = (noise.pair(clean, clean, TorchDraw.seeded(seed)) for seed in (1, 1, 2))
    for one, same in zip(first, again, strict=True):
        assert_array_equal(one.numpy(), same.numpy())
    assert name == "monochrome" or not torch.equal(first[0], other[0])


@pytest.mark.parametrize("name", NOISES)
def test_images_and_what_is_given_are_left_as_they_were(name):
    clean = colourful()
    before = clean.copy()
    noisy, wanted = noise_from(name).pair(clean, clean, draw())
    assert_array_equal(clean, before)
    assert noisy.shape == wanted.shape == clean.shape
    assert noisy.dtype == wanted.dtype == clean.dtype
    assert np.isfinite(noisy).all()
