"""Sequences: one choice for all frames, and how quiet they are in time."""

import pickle
import re

import numpy as np
import PIL.Image
import pytest
import tifffile
import tiny
from numpy.testing import assert_array_equal
from scenes import noisy

from grainless.denoising.files import memory
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.sequence import Flicker, settle
from grainless.denoising.files.streaming import must_stream
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.image.files import read
from grainless.model.card import Card
from grainless.model.denoiser import load

SIGMAS = (0, 12, 12, 0, 12)  # of the frames of a scene at rest: some say that nothing is to be done


@pytest.fixture
def stack(tmp_path):
    """A TIFF of some frames, each with noise of its own."""
    chance = np.random.default_rng(0)
    clean = noisy(0, size=(96, 120))[..., 0].astype(float)
    with tifffile.TiffWriter(tmp_path / "stack.tif") as file:
        for sigma in SIGMAS:
            page = (clean + chance.normal(0, sigma, clean.shape)).clip(0, 255).round().astype(np.uint8)
            file.write(page, photometric="minisblack", contiguous=False)
    return tmp_path / "stack.tif"


def test_all_frames_are_denoised_by_what_most_of_them_ask_for_and_flicker_less(stack, tmp_path):
    settled = settle([stack], Policy())
    assert settled.why == (
        "All frames are denoised by model grey: so say 3 of the 5 that were looked at; 2 say none."
    )
    out, each = tmp_path / "out.tif", tmp_path / "each.tif"
    flickers = Flicker(), Flicker()
    for policy, target, flicker in zip((settled.policy, Policy()), (out, each), flickers, strict=True):
        assert FileDenoiser(policy, callback=flicker.add)(Job(stack, target)).model == "grey"
    before, after, alone = (
        [tifffile.imread(path, key=page) for page in range(5)] for path in (stack, out, each)
    )
    assert all(one.tobytes() != other.tobytes() for one, other in zip(before, after, strict=True))
    assert [one.tobytes() != other.tobytes() for one, other in zip(before, alone, strict=True)] == [
        sigma > 0 for sigma in SIGMAS
    ]
    together, apart = flickers
    assert together.sigmas[1] < apart.sigmas[1] < apart.sigmas[0]


def test_most_may_say_that_nothing_is_to_be_done(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path, sigma in zip(paths, (0, 20, 0), strict=True):
        PIL.Image.fromarray(noisy(sigma, size=(96, 120))[..., 0]).save(path)
    (tmp_path / "broken.png").write_bytes(b"nothing")
    settled = settle([*paths, tmp_path / "broken.png"], Policy())
    assert (
        settled.why == "All frames are left as they are: so say 2 of the 3 that were looked at; 1 says grey."
    )
    assert settled.policy.idle(3)
    assert settle([tmp_path / "broken.png"], Policy()).why == "No frame could be looked at."


@pytest.mark.parametrize(
    ("sigmas", "told"),
    [
        (
            (20, 0),
            "All frames are denoised by model color: so say 1 of the 2 that were looked at; 1 says none: {}.",
        ),
        (
            (20, 10),
            "All frames are denoised by model color: so say 1 of the 2 that were looked at; 1 says grey: {}. {}.",
        ),
        (
            (10, 20),
            "All frames are denoised by model grey: so say 1 of the 2 that were looked at; 1 says color: {}. {}.",
        ),
    ],
)
def test_of_a_draw_the_noisier_frames_decide_and_not_their_order(tmp_path, sigmas, told):
    """Two frames: one in colour, and one that is grey, or has no noise."""
    paths = [tmp_path / "colour.png", tmp_path / "other.png"]
    for path, sigma, colours in zip(paths, sigmas, (3, 1 if sigmas[1] else 3), strict=True):
        PIL.Image.fromarray(noisy(sigma, size=(96, 120), channels=colours).squeeze()).save(path)
    mixed = "Some frames are grey, some in colour"
    for order in (paths, paths[::-1]):
        assert settle(order, Policy()).why == told.format("of a draw the noisier frames decide", mixed)


def photons(folder, bright=(1.0,) * 3, peak=30, depth=16):
    """Frames of waves of light, of which photons were counted; clean ones, (h, w) full scales, and files."""
    rows, columns = np.linspace(0, 1, 160)[:, None], np.linspace(0, 1, 176)
    waves = 0.45 + 0.4 * np.sin(7 * rows + 2) * np.cos(5 * columns)
    chance, white = np.random.default_rng(3), 2**depth - 1
    paths = [folder / f"{number}.tif" for number in range(len(bright))]
    for path, light in zip(paths, bright, strict=True):
        shot = chance.poisson(peak * light * waves) / peak
        tifffile.imwrite(path, np.uint16(np.rint(shot.clip(0, 1) * white)))
    return [light * waves * white / 65535 for light in bright], paths


def test_one_curve_is_fitted_to_all_frames(tmp_path):
    cleans, paths = photons(tmp_path)
    frames = [read(path) for path in paths]
    settled, asked = (settle(paths, Policy(adapt=adapt)) for adapt in (False, True))
    assert settled.why.startswith(
        "All frames are denoised along one curve. The noise grows with brightness (gain "
    )
    assert asked.why == settled.why
    errors, flickers = [], (Flicker(), Flicker())
    for policy, flicker in zip((settled.policy, Policy()), flickers, strict=True):
        results = [process(frame, policy) for frame in frames]
        assert {(outcome.model, outcome.warnings) for _, outcome in results} == {("grey", ())}
        for frame, (result, _) in zip(frames, results, strict=True):
            flicker.add(frame.pixels, result.pixels)
        made = np.stack([result.pixels[0] for result, _ in results])
        errors.append(np.mean((made - np.stack(cleans)) ** 2))
    together, alone = errors
    assert together < 1.02 * alone
    assert flickers[0].sigmas[1] < 1.02 * flickers[1].sigmas[1] < flickers[0].sigmas[0] / 2
    again = pickle.loads(pickle.dumps(settled.policy))
    assert_array_equal(process(frames[0], again)[0].pixels, process(frames[0], settled.policy)[0].pixels)


def test_frames_that_use_other_bits_have_the_same_curve(tmp_path):
    """A camera of 12 bits: the brightest sample of a dark frame needs 11."""
    cleans, paths = photons(tmp_path, bright=(1.0, 0.45, 1.0), depth=12)
    settled = settle(paths, Policy(adapt=True))
    for clean, path in zip(cleans[:2], paths, strict=False):
        made, outcome = process(read(path), settled.policy)
        alone, _ = process(read(path), Policy(adapt=True))
        assert outcome.report.bits in {11, 12}
        ours, theirs = (((each.pixels[0] - clean) ** 2).mean() for each in (made, alone))
        assert ours < 1.1 * theirs
    gain = float(re.search(r"gain ([\d.]+)", settled.why)[1])
    assert gain == pytest.approx(1 / 30, rel=0.2)  # in the bits that the brightest frame uses


def test_frames_that_no_curve_helps_are_left(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(2)]
    for path in paths:
        PIL.Image.fromarray(np.full((96, 120), 70, np.uint8)).save(path)
    settled = settle(paths, Policy(adapt=True))
    assert settled.why.startswith("All frames are left as they are. All its pixels are alike: it is left")
    assert settled.policy.idle(1)


def test_a_model_that_was_named_is_taken_without_a_look(tmp_path):
    policy = Policy("grey", 0.5)
    assert settle([tmp_path / "gone.png"], policy).policy is policy


def test_change_over_time_is_the_sigma_of_a_scene_at_rest():
    draw, flicker = np.random.default_rng(1), Flicker()
    assert flicker.sentence is None
    scene = draw.random((1, 600, 700))
    for _ in range(4):
        noise = draw.normal(0, 1, scene.shape)
        flicker.add((scene + 0.1 * noise).astype("f4"), (scene + 0.02 * noise).astype("f4"))
    assert flicker.sigmas == pytest.approx((0.1, 0.02), rel=0.01)
    assert flicker.sentence == "From frame to frame pixels changed by sigma 25.5/255, and now by 5.1/255."
    flicker.add(np.zeros((1, 9, 9), "f4"), np.zeros((1, 9, 9), "f4"))  # another size: no change
    assert flicker.sigmas == pytest.approx((0.1, 0.02), rel=0.01)


def test_a_stack_of_pages_that_fit_is_streamed_where_all_together_do_not(tmp_path):
    blur = load(tiny.blur(tmp_path / "blur.onnx", Card("blur", channels=1, reach=1)))
    chance = np.random.default_rng(0)
    pages = chance.integers(0, 2**16, (8, 256, 256), np.uint16)
    tifffile.imwrite(tmp_path / "stack.tif", pages, photometric="minisblack")
    of_a_page = memory.RESERVE + 2_000_000
    assert memory.of_whole(tmp_path / "stack.tif", Card("blur", channels=1)) > of_a_page
    assert must_stream(tmp_path / "stack.tif", tmp_path / "out.tif", Policy(blur), of_a_page)
    flicker = Flicker()
    for name, budget in (("whole", None), ("streamed", of_a_page)):
        done = FileDenoiser(Policy(blur), memory=budget, callback=flicker.add)
        done(Job(tmp_path / "stack.tif", tmp_path / f"{name}.tif"))
    one, other = (tifffile.imread(tmp_path / f"{name}.tif").astype(int) for name in ("whole", "streamed"))
    assert one.shape == (8, 256, 256)
    assert abs(one - other).max() <= 1
    assert flicker.sigmas[1] < flicker.sigmas[0]


def test_the_command_tells_the_choice_and_the_change_over_time(stack, tmp_path, call):
    status, out, told = call("denoise", stack, "-o", tmp_path / "out.tif", "--sequence")
    assert (status, out.strip()) == (0, str(tmp_path / "out.tif"))
    assert "All frames are denoised by model grey" in told
    assert "From frame to frame pixels changed by sigma" in told
    status, _, told = call("denoise", stack, "-o", tmp_path / "two.tif", "--sequence", "--jobs", 2)
    assert (status, told) == (
        2,
        "grainless: --sequence takes the frames one after the other: leave out --jobs.\n",
    )
