import io
import json
from dataclasses import replace

import numpy as np
import pytest
from command import grainless
from PIL import Image, ImageDraw
from scipy.ndimage import uniform_filter

from grainless import InputError
from grainless.denoising.choose import advise, warnings
from grainless.image.files import Image as FileImage
from grainless.inspection import Report, measure
from grainless.inspection.estimators.curve import curve
from grainless.inspection.estimators.defects import correlation, grid, impulses
from grainless.inspection.estimators.levels import BLOCK, SIDE, Levels, levels
from grainless.inspection.estimators.pages import Page
from grainless.inspection.estimators.removed import Removed, removed
from grainless.inspection.facts import facts
from grainless.inspection.sampling import rows_of, sampled
from grainless.inspection.words import in_words
from grainless.model.card import Card
from grainless.noise import NumpyDraw, noise_from


def scene(side=192):
    """(side, side) smooth light with a few sharp discs."""
    y, x = np.mgrid[:side, :side] / side
    light = 0.15 + 0.7 * x + 0.1 * np.sin(9 * y)
    for level, (down, across) in zip((0.2, 0.5, 0.8), ((0.2, 0.7), (0.6, 0.2), (0.7, 0.8)), strict=True):
        light[(y - down) ** 2 + (x - across) ** 2 < 0.02] = level
    return light.astype(np.float32)


def noisy(noise, clean=None, seed=0):
    clean = scene() if clean is None else clean
    return noise_from(noise)(clean[None, None], NumpyDraw(np.random.default_rng(seed)))[0, 0]


def stored(image):
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def page():
    """Letters on paper, smoothed at their edges."""
    image = Image.new("L", (300, 240), 255)
    draw = ImageDraw.Draw(image)
    for line in range(15):
        draw.text((8, 16 * line), "The quick brown fox jumps over the lazy dog", fill=0)
    return np.asarray(image)


@pytest.mark.parametrize("sigma", [5, 15, 25, 50])
def test_sigma_is_told_within_a_tenth(sigma):
    image = noisy(f"gaussian:sigma={sigma}/255")
    for each in (image, stored(image)):
        report = measure(each)
        assert report.sigma * 255 == pytest.approx(sigma, rel=0.1)
        assert report.noisy
        assert report.curve is None


def test_each_channel_has_its_own_sigma():
    image = np.stack([noisy(f"gaussian:sigma={sigma}/255", seed=sigma) for sigma in (5, 10, 40)])
    report = measure(image, channel_axis=0)
    assert np.array(report.sigmas) * 255 == pytest.approx([5, 10, 40], rel=0.1)
    assert report.sigma * 255 == pytest.approx(np.sqrt((25 + 100 + 1600) / 3), rel=0.1)
    assert advise(report).model == "color"


def test_clipping_is_undone():
    dark = np.full((192, 192), 0.1, np.float32)
    image = stored(noisy("gaussian:sigma=25/255", dark))
    assert image.std() < 22  # what is left of 25
    assert measure(image).sigma * 255 == pytest.approx(25, rel=0.1)


@pytest.mark.parametrize("noise", ["poisson:peak=30", "poisson-gaussian:peak=100,read=0.02"])
def test_the_gain_of_photons_is_told_within_a_fifth(noise):
    truth = 1 / noise_from(noise).parts[0].peak
    for image in (noisy(noise), stored(noisy(noise))):
        assert measure(image).curve.gain == pytest.approx(truth, rel=0.2)


def test_levels_on_a_line_give_that_line():
    brightness = np.linspace(0.1, 0.9, 8)
    found = curve([Levels(brightness, 0.01 * brightness + 0.02**2, np.full(8, 1000))])
    assert found.gain == pytest.approx(0.01)
    assert found.read == pytest.approx(0.02)


def test_equal_levels_give_none_and_neither_do_few():
    brightness = np.linspace(0.1, 0.9, 8)
    assert curve([Levels(brightness, np.full(8, 0.01), np.full(8, 1000))]) is None
    assert curve([Levels(brightness, 0.01 * brightness, np.full(8, 10))]) is None


def test_it_grows_above_a_pedestal_too():
    """Dark frames of microscopes: their noise rises fast from black on, along no line through 0."""
    brightness = np.array([12.0, 14, 16, 18, 24, 46, 65, 95]) / 1000
    variance = np.array([0.02, 0.27, 0.56, 0.88, 1.6, 4.1, 6.0, 9.0]) / 1e4
    found = curve([Levels(brightness, variance, np.full(8, 2000))])
    assert found.gain == pytest.approx(5e-3, rel=0.2)
    assert curve([Levels(brightness, variance[::-1], np.full(8, 2000))]) is None
    uneven = variance.copy()
    uneven[[3, 4]] = uneven[[4, 3]]
    assert curve([Levels(brightness, uneven, np.full(8, 2000))]) is None


@pytest.mark.parametrize("share", [0.005, 0.05, 0.2])
def test_the_share_of_salt_and_pepper_is_told_within_a_tenth(share):
    image = noisy(f"salt-pepper:share={share}", scene(512))
    truth = np.isin(image, (0, 1)).mean()
    assert measure(stored(image)).impulses == pytest.approx(truth, rel=0.1)


def test_stuck_pixels_do_not_hide_the_other_noise():
    report = measure(stored(noisy("gaussian:sigma=15/255+salt-pepper:share=0.1")))
    assert report.sigma * 255 == pytest.approx(15, rel=0.15)
    assert "by a median filter" in advise(report).warnings[-1]


def test_salt_and_pepper_alone_wants_no_network():
    advice = advise(measure(stored(noisy("salt-pepper:share=0.05"))))
    assert advice.model is None
    assert advice.why == "No model learned what was found: it is left as it is."
    assert advice.warnings[0].endswith("which no model learned: remove them first, by a median filter.")


@pytest.mark.parametrize(
    "image",
    [
        stored(scene() * 2),  # a blown-out sky
        page(),
        np.where(page() < 128, 0, 255).astype(np.uint8),
        stored(noisy("gaussian:sigma=50/255")),
        stored(noisy("gaussian:sigma=20/255", page() / np.float32(255))),
        stored(noisy("poisson:peak=2")),
    ],
    ids=["sky", "letters", "two levels", "strong noise", "noisy letters", "2 photons"],
)
def test_what_is_merely_black_or_white_is_not_stuck(image):
    assert impulses(image[None] / np.float32(255)) == 0


@pytest.mark.parametrize(
    "image",
    [
        scene(),
        stored(scene()),
        np.full((64, 64), 100, np.uint8),
        np.zeros((64, 64, 3), np.uint8),
        np.full((64, 64), 65535, np.uint16),
        page(),
        (page() * 0.7 + 30).astype(np.uint8),
        np.indices((64, 64)).sum(axis=0).astype(np.uint8) % 2 * 255,
    ],
)
def test_no_noise_is_found_where_there_is_none(image):
    report = measure(image)
    assert report.noisy is False
    assert advise(report).model is None
    assert advise(report).why == "No noise found: it is left as it is."


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (1, 300), (32, 32)])
def test_the_smallest_cannot_be_told(shape):
    report = measure(np.random.default_rng(0).normal(0.5, 0.1, shape))
    assert report.sigmas is None
    assert report.noisy is None
    assert advise(report).why == "It is too small to tell its noise: it is left as it is."


def test_an_image_of_40_pixels_can():
    found = [measure(noisy("gaussian:sigma=25/255", scene(40), seed)).sigma * 255 for seed in range(8)]
    assert np.mean(found) == pytest.approx(25, rel=0.25)


def test_noise_smoothed_over_neighbours_is_called_correlated():
    noise = np.random.default_rng(0).normal(0, 0.15, (193, 193)).astype(np.float32)
    smooth = (noise[1:, 1:] + noise[:-1, 1:] + noise[1:, :-1] + noise[:-1, :-1]) / 4
    clean = scene() / 2 + 0.25
    report = measure(clean + smooth, denoise=lambda parts: clean[None, None])
    assert report.correlation == pytest.approx(0.5, abs=0.1)  # of a 2 x 2 mean, by hand
    assert report.correlated
    white = Card("white", 1, learned={"white": None})
    assert any("neighbours alike" in warning for warning in warnings(report, white))


def test_white_noise_is_not_correlated():
    found, sigma = correlation(noisy("gaussian:sigma=25/255", scene() * 0 + 0.5)[None])
    assert found == pytest.approx(0, abs=0.05)
    assert sigma * 255 == pytest.approx(25, rel=0.15)


def through_jpeg(image, quality):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def test_blocks_of_jpeg_are_found_where_they_lie():
    image = through_jpeg(stored(noisy("gaussian:sigma=4/255")), 30)
    assert measure(image).blocky
    found = grid(image[None, 3:, 6:] / np.float32(255))
    assert found.offset == (5, 2)
    white = Card("white", 1, learned={"white": None})
    assert "The blocks of JPEG show" in " ".join(warnings(measure(image), white))


@pytest.mark.parametrize("image", [scene(), noisy("gaussian:sigma=25/255"), page()])
def test_no_blocks_are_found_where_there_are_none(image):
    assert not measure(image).blocky


def test_clipped_shares_count_what_is_cut_and_not_what_merely_touches():
    image = np.full((40, 40), 0.5, np.float32)
    image[:10], image[10:20] = 0, 1
    assert measure(image).clipped == (0.25, 0.25)
    image[39, 39] = 1.5
    assert measure(image).clipped == (0.25, 0.0)


def test_large_images_are_looked_at_in_parts_with_the_blocks_in_place():
    image = np.tile(stored(noisy("gaussian:sigma=25/255", scene(256))), (6, 7))
    assert measure(image).sigma * 255 == pytest.approx(25, rel=0.1)
    blocks = np.kron(np.random.default_rng(0).random((150, 150)), np.ones((8, 8)))
    assert measure(blocks.astype(np.float32)).grid.offset == (0, 0)


def test_what_lies_under_alpha_0_does_not_count():
    image = np.dstack([stored(scene())] * 3 + [np.full((192, 192), 255, np.uint8)])
    image[:96, :, :3] = np.random.default_rng(0).integers(0, 255, (96, 192, 3))
    assert measure(image[..., :3]).noisy
    image[:96, :, 3] = 0
    assert not measure(image).noisy


def test_hidden_pixels_do_not_make_noise_weaker_nor_hide_that_it_grows():
    image = stored(noisy("poisson:peak=30", scene(256)))
    alpha = np.full(image.shape, 255, np.uint8)
    alpha[:, :100] = 0
    whole, seen = (measure(each) for each in (image[:, 100:], np.dstack([image, image, image, alpha])))
    assert seen.curve.gain == pytest.approx(whole.curve.gain, rel=0.1)
    assert seen.sigma == pytest.approx(whole.sigma, rel=0.1)


@pytest.mark.parametrize(
    ("hidden", "side"),
    [(slice(100), 64), (slice(None, None, 200), 64), (slice(16, None), 192), (slice(None), 192)],
)
def test_noise_is_measured_in_squares_without_hidden_pixels_if_there_are_enough(hidden, side):
    pixels = np.arange(192 * 192, dtype=np.float32).reshape(1, 192, 192)
    alpha = np.ones((192, 192), np.float32)
    alpha[:, hidden] = 0
    sample = sampled(rows_of(FileImage(pixels, alpha)), (192, 192))
    assert sample.seen.shape[2:] == (side, side)
    if side < 192:
        assert np.isin(sample.seen, pixels[:, alpha > 0]).all()
        assert (sample.seen[0, :, 0, 0] % 8 == 0).all()


def test_equal_channels_want_the_grey_model():
    report = measure(np.dstack([noisy("gaussian:sigma=25/255")] * 3))
    assert report.colourless
    assert advise(report).model == "grey"
    assert measure(np.dstack([noisy("poisson:peak=50")] * 3)).curve == measure(noisy("poisson:peak=50")).curve
    assert advise(report).why.endswith("in a grey image: model grey.")


def test_the_models_limits_are_said():
    strong = advise(measure(noisy("gaussian:sigma=80/255")), curves=False)
    assert "learned, up to sigma 55.0/255" in strong.warnings[0]
    grows = advise(measure(noisy("poisson:peak=50")), curves=False).warnings
    assert any("grows with brightness" in warning for warning in grows)


def test_an_image_without_patches_has_no_levels():
    assert levels(np.zeros((1, 4, 4), np.float32)) is None
    assert levels(np.zeros((0, 64, 64), np.float32)) is None


def test_kinds_of_image_agree():
    image = stored(noisy("gaussian:sigma=25/255"))
    ours = FileImage(image[None] / np.float32(255), name="the image")
    reports: list[Report] = [
        measure(each) for each in (image, Image.fromarray(image), ours, image[None].T.swapaxes(0, 1))
    ]
    assert reports[0] == reports[1] == reports[2] == reports[3]


@pytest.mark.parametrize(
    ("image", "match"),
    [
        (np.full((8, 8), np.nan), "no numbers"),
        (np.full((8, 8), 200.0), "divide them by their full scale"),
        (np.zeros((8, 8), np.int32), "not int32"),
        (np.zeros((8, 8, 5)), "1 to 4 channels"),
        ([[1]], "not list"),
        (Image.new("LAB", (8, 8)), "mode LAB is not taken"),
    ],
)
def test_what_is_no_image_is_refused(image, match):
    with pytest.raises(InputError, match=match):
        measure(image)


def test_the_command_tells_and_goes_on_after_a_bad_file(tmp_path):
    Image.fromarray(stored(noisy("gaussian:sigma=25/255"))).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no image")
    Image.fromarray(stored(scene())).save(tmp_path / "c.png")
    done = grainless("inspect", *sorted(tmp_path.iterdir()))
    assert done.returncode == 2
    assert "model grey." in done.stdout
    assert "No noise found" in done.stdout
    assert done.stderr.startswith(f"grainless: {tmp_path / 'b.png'} is no image")


def test_the_command_tells_programs(tmp_path):
    Image.fromarray(stored(noisy("gaussian:sigma=25/255"))).save(tmp_path / "a.png")
    done = grainless("inspect", tmp_path / "a.png", "--json")
    told = json.loads(done.stdout)["images"][0]
    assert told["report"]["sigma"] * 255 == pytest.approx(25, rel=0.1)
    assert told["advice"]["model"] == "grey"


def test_a_drawing_in_black_and_white_alone_has_no_stuck_pixels():
    dithered = np.where(np.random.default_rng(0).random((96, 96)) < 0.5, 0, 255).astype(np.uint8)
    report = measure(dithered)
    assert report.impulses == 0
    assert advise(report).model is None


@pytest.mark.parametrize(("sigma", "found"), [(2, False), (4, True)])
def test_weak_noise_that_a_denoiser_does_not_see_is_the_scenes_own(sigma, found):
    image = noisy(f"gaussian:sigma={sigma}/255")
    assert "white" in measure(image).findings
    report = measure(image, denoise=lambda parts: parts)
    assert ("white" in report.findings) is found


def taken(detail, *, luma=4.0):
    """What a denoiser took that found correlated noise."""
    zones = (luma / 255,) * 3
    return Removed(zones, zones, luma / 255, luma / 255, (0.8, 0.8), False, 0.0, detail)


@pytest.mark.parametrize(
    ("detail", "quality", "found"),
    [(1.0, None, True), (3.9, None, True), (14.5, None, False), (14.5, 70, True), (14.5, 95, False)],
)
def test_what_lies_in_busy_places_alone_is_detail_unless_jpeg_left_it_there(detail, quality, found):
    report = replace(measure(np.dstack([stored(scene())] * 3)), removed=taken(detail), quality=quality)
    assert ("correlated" in report.findings) is found
    alike = facts(report)["noise with neighbours alike, sigma"]
    assert alike == ("5.7/255" if found else "none found")  # 4 of luma and 4 of colours
    assert report.mostly_detail is not found
    why = advise(report).why
    assert why.startswith("No noise found; what a denoiser takes is detail, 14 times as much") is not found


@pytest.mark.parametrize(
    ("luma", "quality", "found"), [(0.55, None, True), (0.55, 92, False), (0.65, 92, True)]
)
def test_what_a_jpeg_of_high_quality_left_is_no_noise_to_speak_of(luma, quality, found):
    report = replace(
        measure(np.dstack([stored(scene())] * 3)), removed=taken(1.0, luma=luma), quality=quality
    )
    assert ("correlated" in report.findings) is found


def test_noise_grows_only_where_there_is_noise():
    report = measure(noisy("poisson:peak=50"))
    assert {"white", "growing"} <= report.findings.keys()
    assert replace(report, sigmas=(2 / 255,), removed=taken(None, luma=0.0)).findings == {}


def test_on_a_page_a_formula_alone_is_not_believed():
    report = replace(measure(stored(scene())), sigmas=(39 / 255,), removed=taken(None, luma=0.0))
    assert report.findings == {"white": 39 / 255}
    assert replace(report, page=Page(0.0)).findings == {}
    assert replace(report, page=Page(0.0), removed=taken(1.0)).findings["white"] == 39 / 255


def test_hidden_blocks_do_not_count_in_what_was_taken():
    chance = np.random.default_rng(3)
    pixels = (0.5 + 0.02 * chance.standard_normal((1, 3, 96, 96))).astype(np.float32)
    hidden = np.zeros((1, 96, 96), dtype=bool)
    hidden[:, :48] = True
    pixels[:, :, :48] = 0.5
    halves = pixels[:, :, 48:], np.full_like(pixels[:, :, 48:], 0.5)
    assert removed(pixels, np.full_like(pixels, 0.5), hidden) == removed(*halves)
    assert removed(pixels, pixels, np.ones_like(hidden)) is None


def test_noise_is_the_same_in_few_large_products_as_in_many_small_ones(monkeypatch):
    tiles = (0.5 + 0.1 * np.random.default_rng(0).standard_normal((1, 90, 70))).astype(np.float32)
    small = levels(tiles)
    monkeypatch.setattr("grainless.inspection.estimators.levels.BLOCK", 10_000)
    large = levels(tiles)
    np.testing.assert_allclose(small.variance, large.variance, rtol=1e-5)


def test_products_are_so_small_that_openblas_keeps_to_one_thread():
    assert BLOCK * SIDE**4 <= 2**18


def test_the_table_tells_of_what_was_found_alone():
    report = measure(stored(noisy("salt-pepper:share=0.05")))
    curved = replace(
        report, curve=curve([Levels(np.linspace(0.1, 0.9, 8), np.linspace(0.1, 0.9, 8), np.full(8, 999))])
    )
    for each in (report, curved, replace(curved, removed=taken(14.5))):
        assert each.words == "stuck pixels"
        told = facts(each)
        assert told["salt and pepper"].endswith(" %")
        assert told["noise that grows with brightness"] == told["blocks of JPEG"] == "none found"


def test_white_noise_that_is_cut_off_in_every_block_is_white_still():
    chance = np.random.default_rng(2)
    cut = np.clip(0.1 + 0.3 * chance.standard_normal((1, 128, 128)), 0, 1).astype(np.float32)
    assert (cut == 0).mean() > 0.3
    assert abs(correlation(cut)[0]) < 0.05
    blurred = np.clip(0.1 + 0.5 * uniform_filter(chance.standard_normal((1, 128, 128)), 2), 0, 1)
    assert correlation(blurred.astype(np.float32))[0] > 0.3


def test_where_nothing_varies_no_correlation_is_told():
    report = measure(np.full((64, 64), 100, np.uint8))
    assert (report.correlation, report.flat_sigma) == (None, 0)
    assert facts(report)["correlation of neighbours"] == "cannot be told"


def test_white_noise_is_fine_grain():
    told = Removed((9 / 255,) * 3, (0.0,) * 3, 4.5 / 255, 0.0, (0.5003, 0.5), True)
    assert in_words(told) == "fine grain, strong"


def test_only_a_report_is_advised_on():
    with pytest.raises(
        InputError, match=r"takes what grainless\.inspect gives, a grainless\.Report, not ndarray"
    ):
        advise(np.zeros((8, 8)))
