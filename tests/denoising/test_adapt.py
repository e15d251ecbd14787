"""Adapting to one image: the curve's laws, what it wins, and the images that it leaves alone."""

import re

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter, uniform_filter

import grainless
from grainless.denoising.adapt import squares
from grainless.denoising.adapt.adapt import squares_of
from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.fit import fitted
from grainless.denoising.adapt.growth import Growth
from grainless.denoising.adapt.phases import by_phases
from grainless.denoising.adapt.shares import Looked, Shares, ratio
from grainless.denoising.adapt.squares import of_side
from grainless.denoising.adapt.transform import Transform
from grainless.denoising.adapt.turns import turned
from grainless.denoising.files import memory
from grainless.denoising.files.streaming import denoise_tiff
from grainless.denoising.look import inspect
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.errors import InputError
from grainless.image.files import read, write
from grainless.image.image import Image
from grainless.inspection.estimators import defects
from grainless.inspection.report import ALIKE
from grainless.model.denoiser import load

ADAPT = Policy(adapt=True)
DRAWS = 200_000


@pytest.fixture
def chance():
    return np.random.default_rng(5)


def scene(side=144):
    """Waves, discs and a dark corner, 0.02 to 0.9 of full scale."""
    rows, columns = np.mgrid[:side, :side] / side
    waves = 0.45 + 0.4 * np.sin(7 * rows + 2) * np.cos(5 * columns)
    disc = np.hypot(rows - 0.6, columns - 0.35) < 0.2
    return np.clip(waves - 0.3 * disc, 0.02, 0.9).astype(np.float32)


def counted(clean, gain, read, chance):
    noise = read * chance.standard_normal(clean.shape)
    return (gain * chance.poisson(clean / gain) + noise).astype(np.float32)


def psnr(image, clean):
    return -10 * np.log10(np.mean((image - clean) ** 2))


@pytest.fixture(scope="module")
def grey():
    return load("grey")


@pytest.mark.parametrize("photons", [0.4, 1, 3, 12, 39, 41, 300])
@pytest.mark.parametrize("read", [0.0, 0.02])
def test_the_way_back_keeps_the_mean_and_the_noise_along_the_curve_is_white(photons, read, chance):
    gain = 0.9 / 300
    drawn = counted(np.full(DRAWS, gain * photons), gain, read, chance)
    curve = Transform.of(Growth(gain, read**2), (-0.1 if read else 0.0, 1.0))
    stable = curve.stable(drawn)
    middle = curve.back(np.array([[stable.mean()]], np.float32))[0, 0]
    error = np.sqrt((gain**2 * photons + read**2) / DRAWS)
    assert middle == pytest.approx(gain * photons, abs=6 * error + 2e-3 * gain * photons)
    if photons >= 3:
        assert stable.var() == pytest.approx(1, abs=0.06)


def test_for_photons_and_read_out_the_curve_is_anscombes():
    gain, read = 0.01, 0.03
    curve = Transform.of(Growth(gain, read**2), (0.0, 1.0))
    x = np.linspace(0, 1, 30)
    anscombe = 2 / gain * np.sqrt(gain * x + 3 / 8 * gain**2 + read**2)
    assert_allclose(np.diff(curve.stable(x)), np.diff(anscombe), rtol=2e-3)


def test_what_is_cut_comes_back_as_what_was_stored(chance):
    drawn = np.clip(0.01 + 0.02 * chance.standard_normal(DRAWS), 0, None)
    curve = Transform.of(Growth(0.0, 0.02**2), (0.0, 1.0), cut=(0.0, np.inf))
    middle = curve.back(np.array([[curve.stable(drawn).mean()]], np.float32))[0, 0]
    assert middle == pytest.approx(drawn.mean(), rel=0.01)


@pytest.mark.parametrize(
    ("gain", "read", "seed"), [*((0.05, 0.01, seed) for seed in range(5)), (0.01, 0.0, 0)]
)
def test_unknown_gain_costs_less_than_a_tenth_of_a_decibel(grey, gain, read, seed):
    clean = scene()
    noisy = counted(clean, gain, read, np.random.default_rng(seed))
    fit = process(Image(noisy[None]), ADAPT)[0].pixels[0]
    true = Transform.of(Growth(gain, read**2), (float(noisy.min()), float(noisy.max())))
    told = Adapted.of(grey, true, noisy[None]).visible(noisy[None])[0]
    assert psnr(fit, clean) > psnr(told, clean) - 0.1
    assert psnr(fit, clean) > psnr(grey(noisy), clean) + 1


def test_a_golden_figure():
    """Made by this code on 2026-11-26, with the weights of that day; the plain model has 20.4 dB."""
    noisy = counted(scene(), 1 / 20, 0.01, np.random.default_rng(0))
    image, outcome = process(Image(noisy[None]), ADAPT)
    assert psnr(image.pixels[0], scene()) == pytest.approx(34.71, abs=0.05)
    assert outcome.model == "grey"
    assert re.fullmatch(
        r"The noise grows with brightness \(gain 0\.048, read noise [\d.]+/255\): a curve makes it equally strong "
        r"everywhere, and model grey takes it\.",
        outcome.why,
    )


def test_white_noise_gives_what_the_plain_model_gives(grey):
    noisy = (scene() + 0.08 * np.random.default_rng(0).standard_normal((144, 144))).astype(np.float32)
    image, outcome = process(Image(noisy[None]), ADAPT)
    told = re.fullmatch(
        r"The noise is equally strong everywhere \(sigma ([\d.]+)/255\): model grey takes it\.", outcome.why
    )
    assert float(told[1]) == pytest.approx(255 * 0.08, rel=0.1)
    adapted, plain = image.pixels[0], grey(noisy)
    assert np.sqrt(np.mean((adapted - plain) ** 2)) < 0.1 * np.sqrt(np.mean((plain - scene()) ** 2))


def test_an_image_twice_as_bright_gives_a_result_twice_as_bright(chance):
    noisy = counted(0.4 * scene(), 0.01, 0.01, chance)
    one, two = (process(Image(times * noisy[None]), ADAPT)[0].pixels for times in (1, 2))
    assert_allclose(two, 2 * one, atol=0.004)


def test_noise_that_grows_otherwise_bends_the_curve(chance):
    clean = scene()
    noisy = (clean + (0.02 + 0.2 * clean) * chance.standard_normal(clean.shape)).astype(np.float32)
    curve = fitted(noisy[None])
    assert curve.growth.bends
    off = curve.stable(noisy) - curve.stable(clean)
    dark, bright = (off[part].std() for part in (clean < 0.2, clean > 0.6))
    assert bright == pytest.approx(dark, rel=0.15)


def test_two_levels_are_no_line(chance):
    halves = np.where(np.arange(120) < 60, 0.2, 0.8) + 0.05 * chance.standard_normal((120, 120))
    curve = fitted(halves.astype(np.float32)[None])
    assert np.sqrt(curve.growth.variance(np.array([0.2, 0.8]))) == pytest.approx([0.05, 0.05], rel=0.1)


def test_all_channels_have_one_curve(chance):
    clean = np.stack([scene(), 0.8 * scene(), 0.5 * scene()])
    noisy = counted(clean, 0.1, 0.0, chance)
    image, outcome = process(Image(noisy), ADAPT)
    assert outcome.model == "color"
    assert psnr(image.pixels, clean) > psnr(load("color").run(noisy[None])[0], clean) + 0.5
    same, outcome = process(Image(counted(clean[:1], 0.02, 0.0, chance).repeat(3, axis=0)), ADAPT)
    assert outcome.model == "grey"
    assert_array_equal(same.pixels[0], same.pixels[2])


def test_what_nobody_sees_stays(chance):
    noisy = counted(scene(), 0.01, 0.0, chance)[None]
    alpha = np.ones((144, 144), np.float32)
    alpha[:40] = 0
    image = process(Image(noisy, alpha), ADAPT)[0]
    assert_array_equal(image.pixels[:, :40], noisy[:, :40])
    assert (image.pixels[:, 40:] != noisy[:, 40:]).mean() > 0.99


def test_bands_of_an_image_give_what_the_whole_gives(tmp_path, chance):
    noisy = counted(np.tile(scene(), (4, 1)), 0.01, 0.01, chance)
    tifffile.imwrite(tmp_path / "in.tif", noisy, photometric="minisblack")
    budget = memory.RESERVE + 60_000_000
    denoise_tiff(tmp_path / "in.tif", tmp_path / "out.tif", ADAPT, budget=budget)
    write(process(read(tmp_path / "in.tif"), ADAPT)[0], tmp_path / "whole.tif")
    assert_allclose(tifffile.imread(tmp_path / "out.tif"), tifffile.imread(tmp_path / "whole.tif"), atol=1e-4)


def test_arrays_are_adapted_to(chance):
    noisy = np.rint(2000 * counted(scene(), 0.02, 0.0, chance)).astype(np.uint16)  # little of 16 bits is used
    denoised = grainless.denoise(noisy, adapt=True)
    assert denoised.dtype == np.uint16
    assert psnr(denoised / 2000, scene()) > psnr(noisy / 2000, scene()) + 8


def blurred(chance):
    white = 0.1 * chance.standard_normal((145, 145))
    return scene() + (white[1:, 1:] + white[:-1, 1:] + white[1:, :-1] + white[:-1, :-1]) / 2


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (lambda _: np.full((144, 144), 0.3), "^All its pixels are alike: it is left as it is"),
        (lambda _: np.eye(3)[0, :, None, None] * np.ones((144, 144)), "^All its pixels are alike"),
        (
            lambda chance: chance.random((20, 20)),
            r"^It is 20 x 20 pixels, too small to tell its noise \(about 40 x 40",
        ),
        (
            lambda _: np.full((1, 1), 0.5),
            "^It is 1 x 1 pixels, too small to tell its noise .*: it is left as it is",
        ),
        (
            lambda chance: np.minimum(scene() + 0.1 * chance.random((144, 144)), 0.4),
            "^5. % of its pixels are as bright",
        ),
        (lambda _: scene(), "^No noise found"),
        (blurred, r"^Its noise has neighbours alike \(correlation 0\.[45]"),
    ],
    ids=["constant", "red", "small", "one-pixel", "saturated", "clean", "correlated"],
)
def test_images_that_a_curve_cannot_help_are_left_as_they_are(chance, pixels, words):
    drawn = np.atleast_3d(pixels(chance).astype(np.float32).T).T  # grey becomes (1, h, w)
    image = Image(drawn)
    left, outcome = process(image, ADAPT)
    assert left is image
    assert outcome.model is None
    assert re.search(words, outcome.why)


def test_texture_as_fine_as_noise_does_not_pass_for_noise_where_a_few_blocks_are_flat(chance):
    texture = uniform_filter(chance.standard_normal((320, 320)), 2)
    texture[:32, :48] = 0  # 6 of 400 blocks
    image = Image((0.5 + 0.1 * texture + 0.03 * chance.standard_normal((320, 320))).astype(np.float32)[None])
    assert defects.correlation(image.pixels)[0] > ALIKE
    assert process(image, ADAPT)[1].model == "grey"


def texture(chance, sigma):
    """Finer in every block than shared noise would be, under white noise."""
    rows, columns = np.mgrid[:320, :320] / 320
    fine = uniform_filter(chance.standard_normal((320, 320)), 3) * (0.08 + 0.12 * rows)
    shade = 0.5 + 0.35 * np.sin(7 * rows) * np.cos(5 * columns)
    return np.clip(shade + fine + sigma * chance.standard_normal((320, 320)), 0, 1)


def test_texture_everywhere_does_not_pass_for_noise_where_inspection_found_white_noise(chance):
    image = Image(texture(chance, 0.03).astype(np.float32)[None])
    outcome = process(image, Policy(adapt=True, squares=1))[1]
    assert outcome.report.correlation > ALIKE
    assert "correlated" not in outcome.report.findings
    assert outcome.model == process(image)[1].model == "grey"


def soft_beside_even(chance):
    """Soft noise beside an even wall, in which nothing is alike."""
    soft = gaussian_filter(chance.standard_normal((144, 144)), 1.5)
    noisy = scene() + 0.02 / soft.std() * soft
    noisy[:, :16] = 0.5
    return noisy


def stuck(chance):
    return np.where(chance.random((144, 144)) < 0.02, 1, scene())


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (
            soft_beside_even,
            r"^There is noise of sigma \d\.\d/255 with neighbours alike, .* try without --adapt\.$",
        ),
        (
            stuck,
            r"^There is hardly any noise that a curve is for: it is left as it is; try without --adapt\.$",
        ),
    ],
    ids=["soft", "stuck"],
)
def test_noise_that_a_curve_does_not_see_is_told_as_inspection_found_it(chance, pixels, words):
    outcome = process(Image(pixels(chance).astype(np.float32)[None]), ADAPT)[1]
    assert outcome.report.noisy
    assert outcome.model is None
    assert re.search(words, outcome.why)


def test_what_inspection_does_not_take_for_noise_is_none_here(chance):
    soft = gaussian_filter(chance.standard_normal((3, 144, 144)), (0, 1, 1))
    colours = scene() * np.array([0.9, 0.8, 1]).reshape(3, 1, 1) + 0.0051 / soft.std() * soft
    outcome = process(Image((np.rint(255 * colours) / 255).astype(np.float32)), ADAPT)[1]
    assert outcome.report.correlation > ALIKE
    assert outcome.report.noisy is False
    assert outcome.why == "No noise found: it is left as it is."


def looked(chance, finer, coarser, *, dots=0.0):
    """40,000 hidden pixels of two results with errors of their own, of which the finer one shows the noise as dots."""
    clean, noise = chance.random(40_000), 0.1 * chance.standard_normal(40_000)
    results = [clean + sigma * chance.standard_normal(40_000) for sigma in (finer, coarser)]
    return [
        Looked(clean + noise, result + share * noise, result)
        for result, share in zip(results, (dots, 0), strict=True)
    ]


@pytest.mark.parametrize("finer", [0.05, 0.1, 0.2])
def test_hidden_pixels_tell_the_share_that_two_results_with_errors_of_their_own_have(finer, chance):
    fine, coarse = looked(chance, finer, 0.1)
    best = finer**2 / (finer**2 + 0.1**2)
    assert ratio([coarse.beside(fine)]) == pytest.approx(best, abs=0.03)
    assert ratio([coarse.surely(fine)]) == pytest.approx(best, abs=0.03)
    assert Shares.by_brightness(coarse, fine).shares == pytest.approx(best, abs=0.12)


def test_each_brightness_has_its_share(chance):
    halves = [looked(chance, finer, 0.1) for finer in (0.03, 0.3)]
    fine, coarse = (
        Looked(*(np.concatenate([dark - 2, bright]) for dark, bright in zip(*sides, strict=True)))
        for sides in zip(*halves, strict=True)
    )
    shares = Shares.by_brightness(coarse, fine)
    assert_allclose(shares.shares[[0, 1, 2, 5, 6, 7]], [0.083] * 3 + [0.9] * 3, atol=0.12)
    row = np.array([[-1.5, 0.5]], np.float32)
    assert_allclose(shares(row + 1, row), row + 1 - np.array([[0.083, 0.9]]), atol=0.12)


def test_images_of_any_scale_count_alike(chance):
    pairs = [
        looked(chance, 0.05, 0.1),
        [Looked(*(100 * one for one in each)) for each in looked(chance, 0.2, 0.1)],
    ]
    shares = [ratio([coarse.beside(fine)]) for fine, coarse in pairs]
    assert shares[0] < ratio([coarse.beside(fine) for fine, coarse in pairs]) < shares[1]
    same = looked(chance, 0.1, 0.1)[0]
    assert ratio([same.beside(same)]) == 0  # they tell nothing


@pytest.mark.parametrize("way", range(5))
@given(height=some.integers(1, 9), width=some.integers(1, 9), multiple=some.integers(1, 4))
def test_what_is_turned_comes_back_as_it_was(way, height, width, multiple):
    image, shown = np.arange(float(height * width), dtype=np.float32).reshape(1, height, width), []

    def work(part):
        shown.append(part)
        return part

    assert_array_equal(turned(image, way, multiple, work), image)
    assert {side % multiple for side in shown[0].shape[1:]} == {0}
    corner = [(0, 0), (-1, -1), (0, 0), (-1, -1)][way % 4]
    assert shown[0][0][corner] == image[0, 0, 0]


def test_where_photons_are_few_the_model_is_shown_means_over_squares(chance, monkeypatch):
    monkeypatch.setattr(squares, "SIDES", (2,))
    clean = scene(190)
    noisy = counted(clean, 1 / 1.5, 0.0, chance)[None]
    image, outcome = process(Image(noisy), Policy(adapt=True, threads=1))
    assert outcome.why.endswith("; the result is made from averages of 2 x 2 pixels, which have less noise.")
    alone = Adapted.of(load("grey"), fitted(noisy), noisy).visible(noisy)
    assert psnr(image.pixels[0], clean) > psnr(alone[0], clean) + 1


def test_images_too_small_to_tell_squares_alone_tell_them_together(grey, chance, monkeypatch):
    monkeypatch.setattr(squares, "SIDES", (2,))
    tiles = [counted(scene(120), 1 / 1.5, 0.0, chance)[None] for _ in range(3)]
    reports = [inspect(tile, channel_axis=0) for tile in tiles]
    assert squares_of(grey, tiles[:1], reports[:1]) == 1
    assert squares_of(grey, tiles, reports) == 2
    assert squares_of(grey, [0 * tiles[0]], reports[:1]) is None
    _, outcome = process(Image(tiles[0]), Policy(adapt=True, squares=2))
    assert outcome.why.endswith("; the result is made from averages of 2 x 2 pixels, which have less noise.")
    _, outcome = process(Image(tiles[0]), Policy(adapt=True, squares=1.6))
    assert outcome.why.endswith(
        "; about 60 % of the result is made from averages of 2 x 2 pixels, which have less noise, the rest from "
        "single pixels."
    )
    with pytest.raises(InputError, match=r"squares is 0: they have 1 pixel a side or more\."):
        Policy(adapt=True, squares=0)


def test_where_photons_are_many_it_is_shown_the_image_itself(chance):
    rough = scene(190) * (0.75 + 0.25 * np.sign(np.sin(2.1 * np.arange(190))))  # columns as narrow as pixels
    _, outcome = process(Image(counted(rough, 1 / 60, 0.0, chance)[None]), Policy(adapt=True, threads=1))
    assert outcome.why.endswith("model grey takes it.")


@given(
    height=some.integers(1, 14),
    width=some.integers(1, 14),
    side=some.integers(1, 4),
    slope=some.tuples(some.floats(-1, 1), some.floats(-1, 1)),
)
def test_a_plane_comes_back_from_its_squares(height, width, side, slope):
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    plane = (slope[0] * rows + slope[1] * columns)[None]
    back = by_phases(plane, side, lambda means: means)
    inside = slice(4 * side, -4 * side or None) if side > 1 else slice(None)
    assert back.shape == plane.shape
    assert_allclose(back[:, inside, inside], plane[:, inside, inside], atol=1e-4)
    assert_allclose(by_phases(plane * 0 + 3, side, lambda means: means), 3, rtol=1e-6)


@pytest.mark.parametrize("side", [2, 3, 1.4])
def test_means_over_squares_in_bands_are_those_of_the_whole(grey, side, chance):
    noisy = counted(np.tile(scene(), (5, 1)), 0.1, 0.0, chance)[None]
    adapted = of_side(Adapted.of(grey, fitted(noisy), noisy), noisy, side)
    whole, halo = adapted.visible(noisy), adapted.card.reach
    first = 240 // adapted.card.multiple * adapted.card.multiple
    band = adapted.visible(noisy, rows=slice(first - first, first + 100 + halo))
    told = []
    adapted.visible(noisy[:, :96], progress=lambda done, total: told.append((done, total)))
    assert told[-1] == ((side**2, side**2) if side != 1.4 else (8, 8))
    assert_allclose(band[:, : first + 100], whole[:, : first + 100], atol=1e-5)
