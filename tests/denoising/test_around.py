"""Stacks by a model that looks at the planes before and after: made by hand, so that every share is known."""

import re
import subprocess
import sys

import numpy as np
import pytest
import tifffile
import tiny
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import uniform_filter

import grainless
from grainless.denoising.around import mirrored
from grainless.denoising.files import memory
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.streaming import denoise_tiff
from grainless.denoising.policy import Policy
from grainless.errors import InputError
from grainless.image.files import read, write
from grainless.image.image import Image
from grainless.model.card import Card
from grainless.model.denoiser import load

SHARES = (0.1, 0.5, 0.4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def grey(folder):
    card = Card("stacked", 1, reach=1, multiple=2, neighbours=1, bytes_a_pixel=50)
    return load(tiny.planes(folder / "grey.onnx", card, *SHARES))


@pytest.fixture(scope="module")
def colour(folder):
    return load(tiny.planes(folder / "rgb.onnx", Card("rgb", 3, reach=1, neighbours=1), *SHARES))


@pytest.fixture(scope="module")
def wide(folder):
    return load(tiny.planes(folder / "wide.onnx", Card("wide", 1, reach=1, neighbours=2), 1, 2, 3, 4, 5))


def stack(*shape):
    return np.random.default_rng(0).integers(0, 2**16, shape, np.uint16)


def by_hand(planes, shares=SHARES):
    """(n, h, w) -> what the model gives, in the planes' unit."""
    half = len(shares) // 2
    padded = np.pad(planes.astype(float), ((half, half), (0, 0), (0, 0)), mode="reflect")
    mixed = sum(share * padded[at : at + len(planes)] for at, share in enumerate(shares))
    return uniform_filter(mixed, (0, 3, 3), mode="constant")


def denoised(folder, planes, model, **options):
    tifffile.imwrite(folder / "in.tif", planes, photometric="minisblack", metadata=None)
    FileDenoiser(Policy(model), overwrite=True, **options)(Job(folder / "in.tif", folder / "out.tif"))
    return tifffile.imread(folder / "out.tif")


def test_each_plane_is_shown_between_its_neighbours_which_are_mirrored_at_the_ends(grey, tmp_path):
    planes = stack(5, 12, 10)
    assert_allclose(denoised(tmp_path, planes, grey), by_hand(planes), atol=1)


@pytest.mark.parametrize("count", [2, 3, 4, 9])
def test_stacks_shorter_than_what_the_model_looks_at_are_mirrored_again(wide, tmp_path, count):
    planes = stack(count, 8, 8) // 20
    assert_allclose(denoised(tmp_path, planes, wide), by_hand(planes, (1, 2, 3, 4, 5)), atol=1)


def test_colours_go_one_by_one_through_a_grey_model_and_grey_as_three_through_one_of_colours(grey, colour):
    planes = np.random.default_rng(1).random((3, 3, 12, 10), np.float32)  # planes, colours
    wanted = np.stack([by_hand(planes[:, each])[1] for each in range(3)])
    for model in (grey, colour):
        assert_allclose(model.run(planes.reshape(1, 9, 12, 10))[0], wanted, atol=1e-6)
        assert_allclose(model.run(planes[None, :, 0])[0, 0], wanted[0], atol=1e-6)


def test_tiles_change_nothing(grey):
    planes = np.random.default_rng(2).random((1, 3, 64, 50), np.float32)
    assert_array_equal(grey.run(planes, tile=400), grey.run(planes))


@pytest.mark.usefixtures("_looked_at_alone")
@pytest.mark.parametrize("strength", [0.3, 1])
def test_streaming_gives_what_the_whole_stack_gives(grey, tmp_path, strength):
    planes = stack(4, 700, 300)
    tifffile.imwrite(tmp_path / "in.tif", planes, photometric="minisblack", compression="zlib", metadata=None)
    policy = Policy(grey, strength)
    FileDenoiser(policy)(Job(tmp_path / "in.tif", tmp_path / "whole.tif"))
    denoise_tiff(tmp_path / "in.tif", tmp_path / "rows.tif", policy, budget=memory.RESERVE + 6_000_000)
    off = tifffile.imread(tmp_path / "rows.tif").astype(int) - tifffile.imread(tmp_path / "whole.tif")
    assert np.abs(off).max() <= 1


def test_the_budget_counts_the_planes_around(grey, tmp_path):
    tifffile.imwrite(tmp_path / "in.tif", stack(3, 100, 100), photometric="minisblack", metadata=None)
    alone = Card("alone", 1, reach=1, bytes_a_pixel=50)
    more = memory.of_whole(tmp_path / "in.tif", grey.card) - memory.of_whole(tmp_path / "in.tif", alone)
    assert more == 2 * 100 * 100 * memory.A_SAMPLE_AROUND


def test_what_is_transparent_stays_and_colours_nobody(folder, tmp_path):
    model = load(tiny.planes(folder / "clear.onnx", Card("clear", 3, reach=1, neighbours=1), *SHARES))
    planes = stack(3, 16, 16, 4)
    planes[..., 3] = 65535
    planes[:, :8, :, 3] = 0
    tifffile.imwrite(tmp_path / "in.tif", planes, photometric="rgb", extrasamples=["unassalpha"])
    FileDenoiser(Policy(model))(Job(tmp_path / "in.tif", tmp_path / "out.tif"))
    assert_array_equal(tifffile.imread(tmp_path / "out.tif")[:, :8], planes[:, :8])


def test_an_image_alone_is_refused(grey, tmp_path):
    words = "stacked looks at 3 planes at once, and .+ is one: give it a stack of several"
    with pytest.raises(InputError, match=words):
        denoised(tmp_path, stack(12, 10), grey)
    with pytest.raises(InputError, match=words):
        grainless.denoise(np.zeros((12, 10), np.uint8), model=grey)
    with pytest.raises(InputError, match=words):
        grey(np.zeros((12, 10), np.uint8))
    with pytest.raises(InputError, match=words):
        grainless.process(Image(np.zeros((1, 12, 10), np.float32), name="an image"), Policy(grey))


def test_planes_of_several_sizes_are_refused(grey, tmp_path):
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        for side in (40, 40, 50):
            writer.write(stack(40, side), photometric="minisblack", metadata=None)
    words = r"^in\.tif.* is of another size or colour than a plane beside it, and the model looks at"
    with pytest.raises(InputError, match=words):
        FileDenoiser(Policy(grey))(Job(tmp_path / "in.tif", tmp_path / "out.tif"))
    with pytest.raises(InputError, match=words):
        denoise_tiff(
            tmp_path / "in.tif", tmp_path / "out.tif", Policy(grey), budget=memory.RESERVE + 6_000_000
        )


def test_adapt_is_refused(grey, tmp_path):
    with pytest.raises(InputError, match=r"^adapt fits a curve to one image, and stacked looks at several"):
        FileDenoiser(Policy(grey, adapt=True))(_job(tmp_path))


def _job(folder):
    tifffile.imwrite(folder / "in.tif", stack(3, 20, 20), photometric="minisblack", metadata=None)
    return Job(folder / "in.tif", folder / "out.tif")


def test_channels_that_are_no_planes_are_refused(grey):
    with pytest.raises(InputError, match=r"^stacked takes 3 planes at once, and 4 channels are none\.$"):
        grey.run(np.zeros((1, 4, 8, 8), np.float32))


@pytest.mark.parametrize("total", range(2, 7))
def test_mirrored_planes_are_those_that_numpy_reflects(total):
    wanted = np.pad(np.arange(total), 9, mode="reflect")
    assert [mirrored(at, total) for at in range(-9, total + 9)] == wanted.tolist()


def test_the_card_says_it_and_earlier_programs_are_warned(grey):
    assert grey.card.summary == "stacks of grey images, 3 at once"
    assert (grey.card.format, Card("one", 1).format) == (3, 2)
    assert Card.from_json(grey.card.to_json()) == grey.card
    with pytest.raises(InputError, match=r"neighbours is -1, and a whole number from 0 on is needed"):
        Card("x", 1, neighbours=-1)


def test_it_is_never_chosen_unasked(grey):
    from grainless.denoising.choose import may_be_chosen

    assert not may_be_chosen(grey.card)


@pytest.mark.parametrize(
    ("name", "wanted", "words"),
    [
        (
            "stacked",
            2,
            r"is 2, and the model stacked looks at 1 plane before each and as many after it: name one that was "
            r"trained so \(grainless train --neighbours 2\), or leave out",
        ),
        ("stacked", 0, "is 0, and the model stacked looks at 1 plane before each .*: name another, or leave"),
        (None, 1, "is 1, and the model auto looks at single images: name one that was trained so"),
    ],
    ids=["others", "none", "auto"],
)
def test_a_person_can_rely_on_the_planes_that_a_model_looks_at(call, grey, tmp_path, name, wanted, words):
    job = _job(tmp_path)
    typed = (
        "denoise",
        job.source,
        "-o",
        job.target,
        "--model",
        grey.path if name else "auto",
        "--neighbours",
    )
    status, _, told = call(*typed, wanted)
    assert (status, told.count("\n"), job.target.exists()) == (2, 1, False)
    assert re.match(f"grainless: --neighbours {words}", told)
    assert call(*typed, 1 if name else 0)[0] == 0
    assert job.target.exists()


def write_png(path, plane):
    path.parent.mkdir(exist_ok=True)
    write(Image((plane[None] / 65535).astype(np.float32), depth=16), path)


def read_png(path):
    return read(path).pixels[0] * 65535


def test_frames_of_several_sizes_are_refused(grey, tmp_path):
    for name, side in (("a", 8), ("b", 10)):
        write_png(tmp_path / f"{name}.png", stack(side, side))
    sequence = [tmp_path / "a.png", tmp_path / "b.png"]
    with pytest.raises(InputError, match=r"^a\.png is of another size or colour than a plane beside it"):
        FileDenoiser(Policy(grey), sequence=sequence)(Job(sequence[0], tmp_path / "out.png"))


def test_sequences_of_pages_and_of_files_stay_in_order_through_the_command(grey, tmp_path):
    planes = stack(4, 20, 20)
    tifffile.imwrite(tmp_path / "in.tif", planes, photometric="minisblack", metadata=None)
    for number, plane in enumerate(planes):
        write_png(tmp_path / "frames" / f"{number}.png", plane)
    command = [
        sys.executable,
        "-m",
        "grainless",
        "denoise",
        tmp_path / "in.tif",
        "--model",
        grey.path,
        "--sequence",
    ]
    command[4:4] = [tmp_path / "frames"]
    subprocess.run([*map(str, command)], check=True, capture_output=True)
    assert_allclose(tifffile.imread(tmp_path / "in-denoised.tif"), by_hand(planes), atol=1)
    frames = [read_png(tmp_path / "frames-denoised" / f"{number}.png") for number in range(4)]
    assert_allclose(np.stack(frames), by_hand(planes), atol=1)
