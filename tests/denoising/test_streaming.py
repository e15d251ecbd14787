import subprocess
import sys
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
import tifffile
import tiny
from numpy.testing import assert_allclose, assert_array_equal
from onnx import helper
from scenes import noisy

from grainless.denoising.files import memory
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.streaming import denoise_tiff, must_stream
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.errors import InputError
from grainless.image.files import read, write
from grainless.image.formats.tiff import strips
from grainless.inspection import measure, measure_rows, sampling
from grainless.model.card import Card
from grainless.model.denoiser import load

SMALL = memory.RESERVE + 5_000_000
BANDS = memory.RESERVE + 16_000_000  # with alpha, a band reads up to 128 rows more


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def blur(folder):
    return load(tiny.blur(folder / "blur.onnx", Card("blur", channels=1, reach=1, multiple=4)))


@pytest.fixture(scope="module")
def wide(folder):
    """The mean of 33 x 33 pixels: it sees far into what fills clear pixels."""
    weights = {"kernel": np.full((1, 1, 33, 33), 33.0**-2, np.float32)}
    node = helper.make_node("Conv", ["noisy", "kernel"], ["denoised"], pads=[16] * 4)
    return load(tiny.save(folder / "wide.onnx", Card("wide", channels=1, reach=16), node, weights=weights))


@pytest.fixture(scope="module")
def whole_only(folder):
    return load(tiny.blur(folder / "whole.onnx", Card("whole", channels=1)))


def stored(dtype, *shape):
    samples = np.random.default_rng(0).random(shape)
    return (samples * (1 if dtype == "f4" else np.iinfo(dtype).max)).astype(dtype)


def streamed_and_whole(path, denoiser, strength, budget=SMALL):
    target = path.with_name("out.tif")
    policy = Policy(denoiser, strength)
    denoise_tiff(path, target, policy, budget=budget)
    wanted = path.with_name("wanted.tif")
    write(process(read(path), policy)[0], wanted)
    return target, wanted


@pytest.mark.usefixtures("_looked_at_alone")
@pytest.mark.parametrize("strength", [0.2, 0.7, 1])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_streaming_gives_what_the_whole_image_gives(blur, tmp_path, dtype, strength):
    tifffile.imwrite(tmp_path / "in.tif", stored(dtype, 1001, 301, 3), photometric="rgb", compression="zlib")
    target, wanted = streamed_and_whole(tmp_path / "in.tif", blur, strength)
    if dtype == "f4":
        assert_allclose(tifffile.imread(target), tifffile.imread(wanted), atol=1e-5)
    else:
        off = tifffile.imread(target).astype(int) - tifffile.imread(wanted)
        assert np.abs(off).max() <= 1
        assert (off != 0).mean() < 1e-4  # ties of rounding


@pytest.mark.usefixtures("_looked_at_alone")
@pytest.mark.parametrize("extra", [1, 2])
def test_alpha_is_streamed_alike(wide, tmp_path, extra):
    samples = stored("f4", 700, 150, 4)
    samples[50:600, 30:, 3] = 0
    samples[50:600:20, 50::25, 3] = 1  # islands
    if extra == 1:
        samples[..., :3] *= samples[..., 3:]
    tifffile.imwrite(tmp_path / "in.tif", samples, photometric="rgb", extrasamples=[extra])
    target, wanted = streamed_and_whole(tmp_path / "in.tif", wide, 1, budget=BANDS)
    result = tifffile.imread(target)
    assert_array_equal(result[..., 3], samples[..., 3])
    assert_allclose(result, tifffile.imread(wanted), atol=1e-5)
    assert_array_equal(result[samples[..., 3] == 0], samples[samples[..., 3] == 0])


def test_every_page_is_streamed(blur, tmp_path):
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        for height in (900, 1, 30):
            writer.write(stored("u2", height, 100), contiguous=False)
    denoise_tiff(tmp_path / "in.tif", tmp_path / "out.tif", Policy(blur), budget=SMALL)
    with tifffile.TiffFile(tmp_path / "out.tif") as written:
        assert [page.shape for page in written.pages] == [(900, 100), (1, 100), (30, 100)]


def test_one_pixel_is_streamed(blur, tmp_path):
    tifffile.imwrite(tmp_path / "in.tif", np.uint8([[9]]))
    denoise_tiff(tmp_path / "in.tif", tmp_path / "out.tif", Policy(blur), budget=SMALL)
    assert tifffile.imread(tmp_path / "out.tif").size == 1


GROWTH = """
import sys, resource
from pathlib import Path
import imagecodecs, tifffile, PIL.Image
from grainless.model.denoiser import load
from grainless.denoising.policy import Policy
from grainless.denoising.files.streaming import denoise_tiff

source, target, model, budget = sys.argv[1:]
denoiser = load(model)
denoiser.bytes_a_pixel
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
denoise_tiff(Path(source), Path(target), Policy(denoiser), budget=int(budget))
print(1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux alone")
def test_the_budget_is_kept(blur, tmp_path):
    budget = 60_000_000
    row = stored("u1", 1, 3000, 3)
    image = np.broadcast_to(row, (4000, 3000, 3)).copy()
    tifffile.imwrite(tmp_path / "in.tif", image, photometric="rgb", tile=(256, 256), compression="zlib")
    assert (
        memory.of_whole(tmp_path / "in.tif", replace(blur.card, bytes_a_pixel=blur.bytes_a_pixel))
        > 10 * budget
    )
    run = [sys.executable, "-c", GROWTH, tmp_path / "in.tif", tmp_path / "out.tif", blur.path, str(budget)]
    grown = int(subprocess.run(list(map(str, run)), capture_output=True, check=True, text=True).stdout)
    assert grown < budget


def test_what_fits_is_not_streamed(blur, tmp_path):
    tifffile.imwrite(tmp_path / "in.tif", stored("u1", 500, 500))
    assert not must_stream(tmp_path / "in.tif", tmp_path / "out.tif", Policy(blur), 10**9)
    assert must_stream(tmp_path / "in.tif", tmp_path / "out.tif", Policy(blur), memory.RESERVE)


@pytest.mark.parametrize(("source", "target"), [("in.png", "out.tif"), ("in.tif", "out.png")])
def test_other_formats_beyond_the_budget_are_refused(blur, tmp_path, source, target):
    PIL.Image.new("L", (500, 400)).save(tmp_path / source)
    with pytest.raises(
        InputError,
        match=r"^in\.... needs about 99 MB to be denoised whole, and --memory allows 40 MB: allow more, or convert it "
        r"to TIFF and write TIFF, which is streamed\.$",
    ):
        must_stream(tmp_path / source, tmp_path / target, Policy(blur), 40_000_000)


def test_models_of_whole_images_cannot_stream(whole_only, tmp_path):
    tifffile.imwrite(tmp_path / "in.tif", stored("u1", 500, 500))
    with pytest.raises(InputError, match="; whole takes whole images only: allow more"):
        must_stream(tmp_path / "in.tif", tmp_path / "out.tif", Policy(whole_only), 1000)
    with pytest.raises(InputError, match=r"whole takes whole images only: it cannot stream in\.tif"):
        denoise_tiff(tmp_path / "in.tif", tmp_path / "out.tif", Policy(whole_only), budget=SMALL)


def test_too_small_a_budget_is_refused_with_one_that_does(blur, tmp_path):
    tifffile.imwrite(tmp_path / "in.tif", stored("u1", 300, 5000))
    with pytest.raises(
        InputError,
        match=r"in\.tif is too wide for --memory 34 MB, or packed in too large pieces: give about 39 MB",
    ):
        denoise_tiff(tmp_path / "in.tif", tmp_path / "out.tif", Policy(blur), budget=memory.RESERVE + 1)
    assert not (tmp_path / "out.tif").exists()


def test_what_is_wrong_is_one_line(blur, tmp_path):
    target = tmp_path / "out.tif"
    with pytest.raises(InputError, match=r"gone\.tif: no such file"):
        denoise_tiff(tmp_path / "gone.tif", target, Policy(blur), budget=SMALL)
    (tmp_path / "in.tif").write_bytes(b"II*\0nothing here")
    with pytest.raises(InputError, match=r"in\.tif is a broken TIFF file: "):
        denoise_tiff(tmp_path / "in.tif", target, Policy(blur), budget=SMALL)
    tifffile.imwrite(tmp_path / "in.tif", stored("u1", 10, 10))
    with pytest.raises(InputError, match=r"^in\.tif holds 10 x 10 pixels, more than the 99"):
        denoise_tiff(tmp_path / "in.tif", target, Policy(blur), budget=SMALL, max_pixels=99)
    tifffile.imwrite(tmp_path / "in.tif", np.full((10, 10), 4095, np.float32))
    with pytest.raises(InputError, match=r"^in\.tif holds floats from 4095 to 4095"):
        denoise_tiff(tmp_path / "in.tif", target, Policy(blur), budget=SMALL)
    with pytest.raises(InputError, match=r"strength is 2: it goes from 0"):
        denoise_tiff(tmp_path / "in.tif", target, Policy(blur, 2), budget=SMALL)
    assert not target.exists()


def book(path, *pages, **options):
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(page, contiguous=False, **options)
    return path


FEW_ROWS = memory.RESERVE + 10_000_000  # five bands of the page below
BLANK = np.full((360, 120), 90, np.uint8)
GRAINY = noisy(20, size=(360, 120))[..., 0]


@pytest.mark.parametrize("pages", [(BLANK, GRAINY), (GRAINY, BLANK), (BLANK, GRAINY, BLANK)])
def test_each_page_is_looked_at_and_streamed_equals_whole(tmp_path, pages):
    """A blank page decides nothing for the next."""
    source = book(tmp_path / "in.tif", *pages, photometric="minisblack", rowsperstrip=64)
    assert must_stream(source, tmp_path / "streamed.tif", Policy(), FEW_ROWS)
    results = {}
    for name, budget in (("whole", None), ("streamed", FEW_ROWS)):
        results[name] = FileDenoiser(memory=budget)(Job(source, tmp_path / f"{name}.tif"))
    for number, page in enumerate(pages):
        whole, streamed = (tifffile.imread(tmp_path / f"{name}.tif", key=number) for name in results)
        assert np.abs(whole.astype(int) - streamed).max() <= 1
        assert (streamed == page).all() == (page is BLANK)
    assert results["whole"].state == results["streamed"].state == "denoised"
    assert results["whole"].sigma == results["streamed"].sigma
    assert set(results["streamed"].remarks) == set(results["whole"].remarks)


def test_pages_without_noise_are_not_written_but_copied(tmp_path):
    source = book(tmp_path / "in.tif", BLANK, BLANK, photometric="minisblack")
    done = denoise_tiff(source, tmp_path / "out.tif", Policy(), budget=SMALL)
    assert not done.written
    assert [outcome.model for outcome in done.outcomes] == [None, None]
    assert not (tmp_path / "out.tif").exists()
    result = FileDenoiser(memory=memory.RESERVE)(Job(source, tmp_path / "out.tif"))
    assert result.state == "left"
    assert (tmp_path / "out.tif").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("extra", [None, 2])
@pytest.mark.parametrize("size", [(360, 300), (80, 900), (30, 70)])
def test_a_page_read_by_rows_is_found_as_noisy_as_the_whole(tmp_path, size, extra, monkeypatch):
    monkeypatch.setattr(sampling, "TILE", 64)
    monkeypatch.setattr(sampling, "AT_ONCE", 2**13)
    samples = noisy(15, 3 if extra is None else 4, size)
    if extra:
        samples[..., 3] = 255
        samples[: size[0] // 2, :, 3] = 0
    else:
        samples[...] = samples[..., :1]  # colourless, to the last row
    options = {} if extra is None else {"extrasamples": [extra]}
    source = book(
        tmp_path / "in.tif", samples, photometric="rgb", rowsperstrip=100, compression="zlib", **options
    )
    with strips.opened(source, 10**8) as (page,):
        assert measure_rows(page.rows, page.size, "in.tif") == measure(read(source))


def test_which_pages_need_too_much_is_asked_of_cards_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("grainless.model.session.Session", None)  # none is opened
    tifffile.imwrite(tmp_path / "in.tif", stored("u1", 500, 500))
    assert must_stream(tmp_path / "in.tif", tmp_path / "out.tif", Policy(), memory.RESERVE)
    assert not must_stream(tmp_path / "in.tif", tmp_path / "out.tif", Policy(), 10**9)
