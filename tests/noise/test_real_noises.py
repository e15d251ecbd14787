"""Noises of real pictures: strength 0 changes nothing, numpy and torch agree, and what is stated holds."""

import io

import numpy as np
import PIL.Image
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from grainless.learn.batches.draw import TorchDraw
from grainless.noise import noise_from
from grainless.noise.distributions.correlated import Correlated
from grainless.noise.draw import NumpyDraw
from grainless.noise.imaging.camera import Camera
from grainless.noise.imaging.grain import Grain
from grainless.noise.imaging.jpeg import Jpeg
from grainless.noise.imaging.monochrome import Monochrome
from grainless.noise.imaging.resize import Resize
from grainless.noise.separable import blurred, resampled
from grainless.noise.smoothing import luma, smoothed

ALL = ["camera", "correlated", "grain", "jpeg", "resize", "monochrome"]


def draw(seed=7):
    return NumpyDraw(np.random.default_rng(seed))


def photographs(count=4, side=32, dtype=np.float64):
    """Smooth coloured gradients, away from black and white."""
    down, across = np.meshgrid(*[np.linspace(0.25, 0.7, side)] * 2, indexing="ij")
    return np.stack([np.stack([down, across, (down + across) / 2])] * count).astype(dtype)


def flat(level, side=64, count=1, channels=3):
    return np.full((count, channels, side, side), level)


def each(one):
    return np.full((1, 1, 1, 1), float(one))


@pytest.mark.parametrize("noise", [Camera(shot=0.0), Correlated(sigma=0.0), Grain(sigma=0.0)], ids=str)
def test_strength_0_is_the_identity_in_grey_too(noise):
    clean = photographs()[:, :1]
    assert_allclose(noise(clean, draw()), clean, atol=1e-5)


@pytest.mark.parametrize("name", ALL)
def test_the_clean_side_changes_only_where_both_do(name):
    clean = photographs()
    noisy, wanted = noise_from(name).pair(clean, clean, draw())
    assert noisy.shape == wanted.shape == clean.shape
    assert (wanted is clean) == (name not in {"resize", "monochrome"})


def test_each_lot_meets_the_noise_of_its_share():
    clean = flat(0.5, 8, count=2000)
    noise = noise_from("gaussian:mean=1,sigma=0,images=0..0.3 + gaussian:mean=2,sigma=0,images=0.2..0.5")
    added = noise(clean, draw())[:, 0, 0, 0] - 0.5
    assert set(np.unique(added)) == {0.0, 1.0, 2.0, 3.0}  # both, where their shares overlap: one lot an image
    shares = [np.mean(added == level) for level in (1, 3, 2, 0)]
    assert_allclose(shares, [0.2, 0.1, 0.2, 0.5], atol=0.04)


def test_a_share_keeps_the_other_images_bit_for_bit():
    clean = photographs(count=50)
    noisy = noise_from("camera:images=0.5")(clean, draw())
    kept = (noisy == clean).all(axis=(1, 2, 3))
    assert 0 < kept.sum() < 50
    assert not np.shares_memory(noisy, clean)


def test_shares_survive_their_text():
    noise = noise_from("camera:shot=0.0002..0.006,images=0.1..0.5+jpeg:quality=30..90,images=0.3+resize")
    assert "images=0.1..0.5+jpeg" in str(noise)
    assert noise_from(str(noise)) == noise


# camera


def test_the_sensors_variance_is_what_the_linear_camera_states():
    """Gamma 1, no gains, no matrix, no smoothing, grey: what is left is shot x + read²."""
    plain = {"gamma": 1.0, "exposure": 1.0, "balance": 1.0, "saturation": 0.0, "luma": 0.0, "chroma": 0.0}
    shot, level = 1e-3, 0.4
    noisy = Camera(shot=shot, read=0.0, **plain)(flat(level, 400, channels=1), draw())
    assert np.var(noisy - level) == pytest.approx(shot * level, rel=0.02)


def test_less_light_is_noisier():
    dim, full = (Camera(shot=1e-3, exposure=exposure)(flat(0.3), draw()).std() for exposure in (0.2, 1.0))
    assert dim > 1.5 * full


@pytest.mark.parametrize("detail", [0.0, 0.5, 1.0])
def test_demosaicing_keeps_what_is_smooth(detail):
    """Gradients without noise come through both demosaicings: they are exact for planes."""
    from grainless.noise.imaging.camera import _demosaiced, _mosaic

    line = np.linspace(0.2, 0.6, 16)
    grey = np.broadcast_to(line[:, None] + 0.5 * line, (1, 1, 16, 16))
    sampled = _mosaic(np.repeat(grey, 3, axis=1), draw())
    colours = _demosaiced(grey, sampled, each(detail))
    assert_allclose(colours[..., 2:-2, 2:-2], np.repeat(grey, 3, axis=1)[..., 2:-2, 2:-2], atol=1e-12)


def test_every_pixel_has_one_colour_and_green_has_half():
    from grainless.noise.imaging.camera import _mosaic

    sampled = _mosaic(flat(0.5, 6, count=9), draw())
    assert_array_equal(sampled.sum(axis=1), 1)
    assert_allclose(sampled.mean(axis=(0, 2, 3)), [0.25, 0.5, 0.25])
    assert len({one.tobytes() for one in sampled}) == 4  # phases


def test_a_cameras_noise_is_correlated_between_neighbours():
    off = Camera(shot=5e-3, luma=0.0, chroma=0.0)(flat(0.4, 128), draw())[0, 0] - 0.4
    assert (off[:, 1:] * off[:, :-1]).mean() > 0.2 * (off**2).mean()


# correlated, grain


def test_correlated_noise_has_its_sigma_where_nothing_is_blurred():
    plain = {"tilt": 0.0, "uneven": 0.0, "luma": 0.0, "chroma": 0.0}
    noisy = Correlated(sigma=0.1, alike=0.5, **plain)(flat(0.5, 200), draw())
    assert noisy.std() == pytest.approx(0.1, rel=0.02)
    red, green = (noisy[0, channel] - 0.5 for channel in (0, 1))
    assert (red * green).mean() / 0.01 == pytest.approx(0.5, abs=0.03)  # half of the variance is common


def test_correlated_noise_tilts():
    noise = Correlated(sigma=0.1, tilt=1.0, uneven=0.0, luma=0.0, chroma=0.0)
    dark, bright = (noise(flat(level), draw()).std() for level in (0.1, 0.9))
    assert max(dark, bright) > 5 * min(dark, bright)


def test_grain_is_strongest_in_middle_grey_and_missing_in_black_and_white():
    at = {level: Grain(sigma=0.1)(flat(level), draw()).std() for level in (0.0, 0.2, 0.5, 1.0)}
    assert max(at[0.0], at[1.0]) < 1e-8
    assert at[0.5] == pytest.approx(0.1, rel=0.02)
    assert at[0.2] == pytest.approx(0.1 * 2 * 0.4, rel=0.02)


# smoothing and its matrices


def test_a_blur_by_matrices_is_scipys():
    from scipy.ndimage import gaussian_filter

    image = np.random.default_rng(0).random((1, 1, 40, 41))
    ours = blurred(image, each(1.3))[0, 0, 8:-8, 8:-8]
    assert_allclose(ours, gaussian_filter(image[0, 0], 1.3, truncate=8)[8:-8, 8:-8], atol=1e-6)


def test_a_blur_of_0_is_the_identity_and_each_image_has_its_own():
    image = np.random.default_rng(0).random((2, 3, 9, 9))
    ours = blurred(image, np.array([0.0, 2.0]).reshape(2, 1, 1, 1))
    assert_allclose(ours[0], image[0])
    assert ours[1].std() < 0.5 * image[1].std()


def test_strength_is_given_back_where_asked():
    noise = np.random.default_rng(0).standard_normal((1, 3, 64, 64))
    lost, kept = (smoothed(noise, each(1.5), each(3.0), each(share)).std() for share in (0.0, 1.0))
    assert lost < 0.4
    assert kept == pytest.approx(noise.std(), rel=0.03)


def test_luma_is_the_fields():
    assert_allclose(luma(np.eye(3).reshape(1, 3, 3, 1))[0, 0, :, 0], [0.299, 0.587, 0.114])


# jpeg


def test_jpeg_is_pillows_where_the_blocks_begin_at_the_corner():
    image = (255 * photographs(1)).round().astype(np.uint8)[0]

    class Corner:
        def uniform(self, like):
            return np.zeros_like(like)

    saved = Jpeg(quality=70.0, subsampled=0.0, twice=0.0)(image[None] / 255, Corner())
    buffer = io.BytesIO()
    PIL.Image.fromarray(image.transpose(1, 2, 0)).save(buffer, "JPEG", quality=70, subsampling="4:4:4")
    assert_allclose(255 * saved[0], np.asarray(PIL.Image.open(buffer)).transpose(2, 0, 1), atol=1e-3)


def test_lower_quality_loses_more():
    noisy = Camera(shot=1e-2)(photographs(), draw())
    losses = [
        np.abs(Jpeg(quality=quality, twice=0.0)(noisy, draw()) - noisy).mean() for quality in (95.0, 40.0)
    ]
    assert losses[1] > 1.5 * losses[0]


def test_blocks_begin_anywhere():
    noisy = np.repeat(Camera(shot=1e-2)(photographs(1), draw()), 8, axis=0)
    saved = Jpeg(quality=30.0, subsampled=0.0, twice=0.0)(noisy, draw())
    assert len({one.tobytes() for one in saved}) > 4


# resize, monochrome


def test_resizing_by_1_is_the_identity():
    image = np.random.default_rng(0).random((1, 3, 12, 13))
    assert_allclose(resampled(image, each(1.0)), image, atol=1e-12)


def test_halving_averages_and_mirrors():
    line = np.arange(8.0)
    halved = resampled(np.broadcast_to(line, (1, 1, 8, 8)), each(0.5))[0, 0, 4]
    assert_allclose(halved[1:3], [2.5, 4.5])
    assert_allclose(halved[:4], halved[:3:-1])  # there and back again


def test_both_sides_are_resized_alike():
    clean = photographs()
    noisy, wanted = Resize(factor=0.5).both(clean + 0.1, clean, draw())
    assert_allclose(noisy, wanted + 0.1)


def test_monochrome_has_equal_channels_on_both_sides():
    clean = photographs()
    noisy = np.random.default_rng(0).random(clean.shape)
    for side in Monochrome().both(noisy, clean, draw()):
        assert_array_equal(side, side[:, :1].repeat(3, axis=1))


def test_torch_draws_on_its_own():
    clean = torch.from_numpy(photographs(8, dtype=np.float32))
    chain = noise_from(
        "camera:images=0..0.6+correlated:images=0.6..0.9+jpeg:images=0.2..0.8+resize:images=0.5"
    )
    one, same = (chain.pair(clean, clean, TorchDraw.seeded(3)) for _ in range(2))
    other = chain.pair(clean, clean, TorchDraw.seeded(4))
    assert torch.equal(one[0], same[0])
    assert not torch.equal(one[0], other[0])
    assert one[0].isfinite().all()
