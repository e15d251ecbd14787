"""A camera's 12 bits in a file's 16: noise is judged, and taken, by the bits that are used."""

import numpy as np
import pytest
import tifffile
import tiny
from numpy.testing import assert_allclose
from onnx import helper

import grainless
from grainless.denoising.files import memory
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.streaming import must_stream
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.image.image import Image
from grainless.inspection.facts import facts
from grainless.model.card import Card
from grainless.model.denoiser import load


def stored(bits, sigma=10, side=160, seed=0):
    """(side, side) a soft scene with noise, as a camera of so many bits writes it."""
    y, x = np.mgrid[:side, :side] / side
    scene = 0.5 + 0.4 * np.sin(5 * y) * np.cos(4 * x)
    scene += sigma / 255 * np.random.default_rng(seed).standard_normal((side, side))
    scene[0, 0] = 1  # the brightest that there is
    return np.rint(scene.clip(0, 1) * (2**bits - 1)).astype(np.uint16)


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_noise_is_told_by_the_bits_that_are_used(bits):
    report, whole = grainless.inspect(stored(bits)), grainless.inspect(stored(16))
    assert (report.bits, whole.bits) == (bits, None)
    assert report.noisy
    assert report.sigma == pytest.approx(whole.sigma, rel=0.02)
    assert facts(report)["bits"] == f"{bits} of 16 are used: levels are of these"
    assert "bits" not in facts(whole)


@pytest.mark.parametrize(
    "pixels",
    [
        stored(15),  # a dark picture, and no other scale
        stored(7),  # labels, and no picture
        stored(8).astype(np.uint8),
        (stored(12) / 65535 + 3e-6).astype(np.float32),
        (stored(8) // 4 / 255).astype(np.float32),
    ],
    ids=["15 bits", "7 bits", "8 of 8", "floats", "floats of bytes"],
)
def test_all_else_is_judged_as_it_is(pixels):
    assert grainless.inspect(pixels).bits is None


def test_floats_of_a_camera_are_denoised_as_its_integers():
    whole = stored(12)
    floats = (whole / 65535).astype(np.float32)
    assert grainless.inspect(floats).bits == 12
    given = grainless.denoise(floats, model="grey")
    assert_allclose(65535 * given, grainless.denoise(whole, model="grey"), atol=0.6)  # half a step, rounded


def test_a_bright_pixel_anywhere_says_that_all_bits_are_used():
    pixels = np.tile(stored(12), (7, 7))
    assert grainless.inspect(pixels).bits == 12
    pixels[301, 2] = 60000  # where nobody looks
    assert grainless.inspect(pixels).bits is None


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_comes_out_is_what_comes_of_all_bits():
    """The same image with its 12 bits spread over 16."""
    narrow = stored(12)
    wide = np.rint(narrow * (65535 / 4095)).astype(np.uint16)
    for options in ({}, {"model": "grey", "strength": 0.5}, {"model": "document"}):
        given = grainless.denoise(narrow, **options).astype(float)
        assert_allclose(
            given * (65535 / 4095), grainless.denoise(wide, **options), atol=32
        )  # two steps of 12 bits
        assert np.abs(given - narrow).max() > 100


def test_a_stack_that_is_streamed_comes_out_alike_and_it_is_said(tmp_path):
    """A model that squares its image tells in which scales it sees it."""
    square = helper.make_node("Mul", ["noisy", "noisy"], ["denoised"])
    model = load(tiny.save(tmp_path / "square.onnx", Card("square", channels=1, reach=0), square))
    pages = np.stack([np.tile(stored(bits), (4, 2)) for bits in (12, 16)])
    tifffile.imwrite(tmp_path / "in.tif", pages, photometric="minisblack", rowsperstrip=32)
    wanted = np.stack([page / top * page for page, top in zip(pages, (4095, 65535), strict=True)])
    small = memory.RESERVE + 5_000_000
    assert must_stream(tmp_path / "in.tif", tmp_path / "streamed.tif", Policy(model), small)
    for name, budget in (("whole", None), ("streamed", small)):
        told = FileDenoiser(Policy(model), memory=budget)(Job(tmp_path / "in.tif", tmp_path / f"{name}.tif"))
        assert_allclose(tifffile.imread(tmp_path / f"{name}.tif"), wanted, atol=0.51)
        assert (
            "Page 1: It uses 12 of its 16 bits: its noise is measured, and taken, by these." in told.remarks
        )


def test_of_what_is_left_nothing_is_said_to_be_taken():
    clean = np.full((1, 64, 64), 3000 / 65535, np.float32)
    outcome = process(Image(clean, depth=16))[1]
    assert outcome.model is None
    assert outcome.notes == ("It uses 12 of its 16 bits: its noise is measured by these.",)
