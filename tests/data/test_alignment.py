"""Pairs that are shifted are found, and by how much; those that are not are left alone, however noisy."""

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.ndimage import gaussian_filter

from grainless.data.checks.alignment import check_aligned, shift_between
from grainless.errors import InputError


def scene(seed=0, side=96):
    """Soft blobs and a few edges, 0..1."""
    chance = np.random.default_rng(seed)
    plane = gaussian_filter(chance.normal(size=(side, side)), 3)
    plane += (np.add.outer(np.arange(side), np.arange(side)) // 24 % 2) * plane.std()
    return (plane - plane.min()) / np.ptp(plane)


def moved(plane, down, right, side=64):
    top, left = 16 - down, 16 - right
    return plane[top : top + side, left : left + side]


@settings(max_examples=25, deadline=None)
@given(some.integers(-9, 9), some.integers(-9, 9), some.sampled_from([0.0, 0.03, 0.08]), some.integers(0, 5))
def test_a_shift_is_found_also_under_noise(down, right, sigma, seed):
    plane = scene(seed)
    noisy = moved(plane, down, right) + sigma * np.random.default_rng(seed).normal(size=(64, 64))
    assert shift_between(noisy, moved(plane, 0, 0)) == (down, right)


@pytest.mark.parametrize("seed", range(5))
def test_noise_gain_and_light_are_no_shift(seed):
    clean = moved(scene(seed), 0, 0)
    noise = np.random.default_rng(seed).normal(size=clean.shape)
    for noisy in (clean + 0.5 * noise, 0.3 * clean + 0.4, clean + np.linspace(0, 0.5, 64), noise):
        assert shift_between(noisy, clean) == (0, 0)


def write(path, plane):
    path.parent.mkdir(exist_ok=True)
    PIL.Image.fromarray(np.round(255 * np.clip(plane, 0, 1)).astype(np.uint8)).save(path)
    return path


def test_a_shifted_pair_is_named(tmp_path):
    pairs = []
    for seed in range(4):
        shift = (-2, 3) if seed in {1, 2} else (0, 0)
        noisy = write(tmp_path / "noisy" / f"{seed}.png", moved(scene(seed), *shift))
        pairs.append((noisy, write(tmp_path / "clean" / f"{seed}.png", moved(scene(seed), 0, 0))))
    check_aligned([pairs[0], pairs[3]])
    with pytest.raises(
        InputError,
        match=r"noisy/1\.png is shifted against .*clean/1\.png by 3 pixels right and 2 pixels up, and so are 1 more "
        r"of the 4 looked at: partners must match pixel by pixel; align them",
    ):
        check_aligned(pairs)
