import json
import re
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import tiny
from numpy.testing import assert_allclose, assert_array_equal
from scenes import noisy

import grainless
from grainless.denoising.look import inspect
from grainless.denoising.policy import Policy
from grainless.denoising.process import Outcome, blend, decide, process
from grainless.errors import InputError, RunError
from grainless.image.image import Image, Metadata
from grainless.inspection.sampling import rows_of
from grainless.model.card import Card
from grainless.model.denoiser import load

GREY = Card("tiny", channels=1)


def denoised(image, model, strength=1.0):
    return process(image, Policy(model, strength))[0]


@pytest.fixture
def generator():
    return np.random.default_rng(4)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def same(folder):
    return load(tiny.identity(folder / "identity.onnx", GREY))


@pytest.fixture(scope="session")
def half(folder):
    return load(tiny.times(folder / "half.onnx", GREY, 0.5))


def test_only_pixels_change(half):
    image = Image(
        np.ones((3, 4, 5), np.float32),
        np.full((4, 5), 0.25, np.float32),
        16,
        metadata=Metadata(icc=b"x"),
        name="a.png",
    )
    result = denoised(image, half)
    assert_allclose(result.pixels, np.full((3, 4, 5), 0.5))
    assert result.alpha is image.alpha
    assert (result.depth, result.metadata, result.name) == (16, image.metadata, "a.png")
    assert denoised(image, half, 0) is image


@pytest.fixture(scope="session")
def blur(folder):
    return load(tiny.blur(folder / "blur.onnx", Card("blur", channels=1, reach=1)))


def disc(chance, sigma):
    """Noisy (3, 64, 64) pixels of one colour, and an alpha that shows a disc of them."""
    noise = sigma * chance.standard_normal((3, 64, 64))
    pixels = (np.array([0.8, 0.3, 0.1])[:, None, None] + noise).astype(np.float32)
    rows, columns = np.mgrid[:64, :64]
    return pixels, (np.hypot(rows - 30, columns - 33) < 22).astype(np.float32)


@pytest.mark.parametrize("premultiplied", [False, True])
def test_transparent_pixels_do_not_bleed(blur, generator, premultiplied):
    pixels, alpha = disc(generator, sigma=0.25 / 255)
    seen = alpha > 0
    violent = np.where(seen, pixels, 0 if premultiplied else np.float32([7, -7, 7])[:, None, None])
    result = denoised(Image(violent, alpha, premultiplied=premultiplied), blur).pixels
    own = pixels.mean(axis=(1, 2), keepdims=True)
    wanted = denoised(Image(np.where(seen, pixels, own)), blur).pixels
    assert_allclose(result[:, seen], wanted[:, seen], atol=1e-3)
    assert_array_equal(result[:, ~seen], violent[:, ~seen])
    bled = denoised(Image(violent), blur).pixels
    assert np.abs(bled - wanted)[:, seen].max() > 0.1


def test_colours_of_transparent_pixels_do_not_matter(blur, generator):
    pixels, alpha = disc(generator, sigma=25 / 255)
    other = np.where(alpha == 0, generator.random(pixels.shape, dtype=np.float32), pixels)
    one, two = (denoised(Image(each, alpha), blur).pixels for each in (pixels, other))
    assert_array_equal(one[:, alpha > 0], two[:, alpha > 0])


def test_an_image_that_nobody_sees_stays(half):
    image = Image(np.ones((3, 4, 5), np.float32), np.zeros((4, 5), np.float32))
    assert_array_equal(denoised(image, half).pixels, image.pixels)


def test_transparent_pixels_stay_at_every_strength(half):
    image = Image(np.ones((1, 1, 2), np.float32), np.float32([[0, 1]]))
    assert denoised(image, half, 0.5).pixels.tolist() == [[[1, 0.75]]]


def test_other_strengths_are_refused(same):
    with pytest.raises(InputError, match=r"strength is 1\.1: it goes from 0"):
        denoised(Image(np.zeros((1, 4, 4), np.float32)), same, 1.1)


def test_floats_of_another_range_in_a_file_are_refused(same):
    with pytest.raises(InputError, match=r"^scan\.tif holds floats from 0 to 4095"):
        denoised(Image(np.float32([[[0, 4095]]]), depth=32, name="scan.tif"), same)


def test_a_model_that_gives_no_numbers_is_told(folder):
    broken = load(tiny.times(folder / "nan.onnx", GREY, np.nan))
    with pytest.raises(RunError, match="tiny gave pixels that are no numbers"):
        denoised(Image(np.ones((1, 1, 1), np.float32)), broken)


RANDOM = np.random.default_rng(1).random((3, 6, 8), dtype=np.float32)
LUMA = np.array([0.299, 0.587, 0.114])


def luma(pixels):
    return np.einsum("c,chw->hw", LUMA, pixels)


@pytest.mark.parametrize("strength", [0, 0.3, 1])
@pytest.mark.parametrize("chroma", [0, 0.6, 1])
def test_brightness_goes_by_strength_and_the_rest_by_chroma(half, strength, chroma):
    result = process(Image(RANDOM), Policy(half, strength, chroma))[0].pixels
    taken, all_of_it = result - RANDOM, 0.5 * RANDOM - RANDOM
    assert_allclose(luma(taken), strength * luma(all_of_it), atol=1e-6)
    assert_allclose(taken - luma(taken), chroma * (all_of_it - luma(all_of_it)), atol=1e-6)


def test_by_default_chroma_is_as_strength(half):
    one, other = (process(Image(RANDOM), Policy(half, 0.4, chroma))[0].pixels for chroma in (None, 0.4))
    assert_array_equal(one, other)


def test_grey_knows_no_chroma(half):
    grey = Image(RANDOM[:1])
    assert_allclose(process(grey, Policy(half, 1, 0))[0].pixels, 0.5 * grey.pixels)
    same, outcome = process(grey, Policy(half, 0, 1))
    assert same is grey
    assert outcome == Outcome(notes=("chroma is 1, and the image is grey: only strength counts.",))


def test_transparent_pixels_stay_at_every_chroma(half):
    alpha = np.zeros((6, 8), np.float32)
    alpha[:, 4:] = 1
    result = process(Image(RANDOM, alpha), Policy(half, 0.2, 0.9))[0].pixels
    assert_array_equal(result[:, :, :4], RANDOM[:, :, :4])
    assert (result[:, :, 4:] != RANDOM[:, :, 4:]).all()


def test_what_was_done_is_told(half):
    image = Image(noisy(20)[None, ..., 0] / np.float32(255), name="scan.png")
    result, outcome = process(image, Policy(half))
    assert (outcome.model, outcome.why, outcome.changed) == ("tiny", None, True)
    assert outcome.report == inspect(image)
    assert outcome.sigma == outcome.report.sigma
    assert result.name == "scan.png"
    json.dumps(outcome.plain())


def test_an_image_without_noise_is_the_same_object():
    image = Image(noisy(0)[None, ..., 0] / np.float32(255))
    result, outcome = process(image)
    assert result is image
    assert (outcome.model, outcome.changed, outcome.report.noisy) == (None, False, False)
    assert outcome.remarks == ("No noise found: it is left as it is.",)


def test_a_model_that_changes_nothing_is_told_so(same):
    _, outcome = process(Image(RANDOM), Policy(same))
    assert (outcome.model, outcome.changed) == ("tiny", False)


def test_nobody_looks_where_nothing_is_to_be_done(same, monkeypatch):
    monkeypatch.setattr("grainless.denoising.process.look", None)
    image = Image(RANDOM)
    assert process(image, Policy(same, 0)) == (image, Outcome())
    assert process(image, Policy(strength=0, chroma=0))[0] is image


def test_a_model_that_cannot_take_the_image_is_told_at_every_strength(folder):
    fixed = load(tiny.identity(folder / "fixed.onnx", Card("fixed", 1, size=(4, 4)), sides=(4, 4)))
    for strength in (0, 1):
        with pytest.raises(InputError, match="fixed takes images of 4 x 4"):
            process(Image(RANDOM), Policy(fixed, strength))


def test_a_named_model_is_warned_of_as_a_loaded_one_is(folder):
    card = Card("own", channels=1, learned={"white": (0.0, 10 / 255)})
    path = tiny.identity(folder / "own.onnx", card)
    image = Image(noisy(30)[None, ..., 0] / np.float32(255))
    named, loaded = (process(image, Policy(model))[1].warnings for model in (path, load(path)))
    assert named == loaded
    assert named[0].startswith("The noise, sigma ")
    assert named[0].endswith("is beyond what own learned, up to sigma 10.0/255.")
    weak = Image(noisy(10)[None, ..., 0] / np.float32(255))
    assert process(weak, Policy(path))[1].warnings == ()


def counted(photons=30, size=(160, 176)):
    """Waves of light, of which photons were counted: (1, h, w) clean, noisy."""
    rows, columns = (np.linspace(0, 1, side) for side in size)
    light = 0.45 + 0.4 * np.sin(7 * rows[:, None] + 2) * np.cos(5 * columns)
    noisy = np.random.default_rng(5).poisson(photons * light) / photons
    return light[None], noisy[None].astype(np.float32).clip(0, 1)


def test_a_curve_is_fitted_unasked_to_grey_noise_that_grows(monkeypatch):
    clean, noise = counted()
    found, outcome = process(Image(noise))
    plain, named = process(Image(noise), Policy("grey"))
    assert re.fullmatch(
        r"The noise grows with brightness \(gain .*: a curve makes it equally strong everywhere, and model grey takes "
        r"it.*",
        outcome.why,
    )
    assert (outcome.model, outcome.warnings) == ("grey", ())
    (told,) = named.warnings
    assert told.startswith("The noise grows with brightness (gain 0.0")
    assert told.endswith("bright parts may keep some; denoise --adapt fits a curve to it.")
    assert_array_equal(found.pixels, process(Image(noise), Policy(adapt=True))[0].pixels)
    error, before = (((each.pixels - clean) ** 2).mean() for each in (found, plain))
    assert error < 0.6 * before
    three, _ = process(Image(np.repeat(noise, 3, axis=0)))
    assert_array_equal(three.pixels, np.repeat(found.pixels, 3, axis=0))
    monkeypatch.setattr("grainless.denoising.process.adapt", lambda *_: (None, "It cannot help."))
    unfitted, outcome = process(Image(noise))
    assert re.fullmatch(r"Noise of sigma [\d.]+/255 in a grey image: model grey\.", outcome.why)
    assert outcome.warnings == named.warnings
    assert_array_equal(unfitted.pixels, plain.pixels)


def test_a_curve_is_fitted_to_two_photons_too_and_to_what_is_seen():
    clean, few = counted(photons=2)
    result, outcome = process(Image(few))
    assert (outcome.adapt, outcome.report.impulses) == (True, 0)
    assert ((result.pixels - clean) ** 2).mean() < 0.12 * ((few - clean) ** 2).mean()
    alpha = np.ones(clean.shape[1:], np.float32)
    alpha[:, :64] = 0
    assert process(Image(counted()[1], alpha))[1].adapt


@pytest.mark.parametrize("channels", [1, 3])
def test_a_smaller_strength_says_of_lost_detail_what_the_whole_says(folder, channels):
    blur = load(tiny.blur(folder / f"lost-{channels}.onnx", Card("blur", channels, reach=1)))
    chance = np.random.default_rng(0)
    light = np.tile(np.linspace(0.3, 0.7, 160), (160, 1))
    light[96:] += 0.04 * np.sign(np.sin(1.7 * np.arange(160)))
    image = Image((light + 0.05 * chance.standard_normal((channels, 160, 160))).astype(np.float32))
    said = [
        process(image, Policy(blur, strength, chroma))[1].warnings
        for strength, chroma in ((1, 1), (0.7, 0.7), (0.2, 0.2), (0.2, 0.6))
    ]
    assert len(set(said)) == 1


def test_shipped_models_are_opened_once():
    image = Image(noisy(20)[None, ..., 0] / np.float32(255))
    sessions = {
        decide(inspect(image), Policy(model), rows_of(image))[0].session
        for model in ("auto", "grey", load("grey"))
    }
    assert len(sessions) == 1


def test_progress_and_cancelling_go_through(blur, monkeypatch):
    monkeypatch.setattr("grainless.denoising.process.blend", partial(blend, tile=400))
    image, told = Image(np.zeros((1, 50, 40), np.float32)), []
    process(image, Policy(blur), lambda done, total: told.append((done, total)))
    assert told[0] == (1, len(told))
    assert told[-1] == (len(told), len(told))

    def cancel(done, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        process(image, Policy(blur), cancel)


def test_nothing_is_told_where_nothing_is_denoised():
    process(Image(np.zeros((1, 50, 40), np.float32)), progress=None)
    process(Image(np.zeros((1, 50, 40), np.float32)), Policy(), lambda done, total: 1 / 0)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"strength": -0.1}, r"strength is -0\.1: it goes from 0"),
        ({"strength": float("nan")}, "strength is nan"),
        ({"chroma": 1.5}, r"chroma is 1\.5: it goes from 0 .* to 1"),
        ({"strength": "0.5"}, r"strength is '0\.5': it is a number from 0 to 1"),
        ({"device": "cud"}, r'No device is called "cud" \(did you mean "cuda"\?\)'),
        ({"threads": 0}, "threads is 0: a run works with 1 or more"),
        ({"adapt": "x"}, "adapt is 'x': it is True or False"),
        ({"adapt": 1}, "adapt is 1: it is True or False"),
    ],
)
def test_a_policy_makes_sense(options, fault):
    with pytest.raises(InputError, match=fault):
        Policy(**options)


def test_the_heart_leaves_the_process_as_it_was(half):
    """No filter of warnings and no switch of the allocator: servers and threads depend on them."""
    filters, show = list(warnings.filters), warnings.showwarning
    process(Image(RANDOM), Policy(half))
    process(Image(noisy(20)[None, ..., 0] / np.float32(255)))
    assert (warnings.filters, warnings.showwarning) == (filters, show)
    for part in ("denoising", "model", "inspection", "image"):
        for path in (Path(grainless.__file__).parent / part).rglob("*.py"):
            assert not re.search("catch_warnings|simplefilter|mallopt|umask", path.read_text("utf-8")), path


@pytest.mark.parametrize("given", ["photo.png", np.zeros((8, 8), np.float32)])
def test_the_heart_says_what_it_takes(given):
    with pytest.raises(InputError, match=r"process takes a grainless\.Image, as read gives it, not"):
        process(given)


def test_a_policy_is_no_name():
    with pytest.raises(InputError, match=r"How is told by a grainless\.Policy, .* not by 'color'"):
        process(Image(np.zeros((1, 8, 8), np.float32)), "color")
