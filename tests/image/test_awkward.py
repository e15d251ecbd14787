"""Real files that programs stumble over: each is read and comes back, or is refused in one line."""

import csv
import os
from pathlib import Path

import pytest
from image_files import refusal
from numpy.testing import assert_allclose, assert_array_equal

from grainless.image.files import frames, write_frames
from grainless.image.image import to_samples

PALETTE = "Palette colours were turned"
READ = {
    "16bit.cropped.tif": (["64x64 grey 16"], ""),
    "Landscape_6.jpg": (["1200x1800 rgb 8"], ""),
    "basn0g16.png": (["32x32 grey 16"], ""),
    "basn4a08.png": (["32x32 grey+alpha 8"], ""),
    "chessboard_GRAY_U16.tif": (["200x200 grey 16"], ""),
    "dispose_bgnd.gif": (5 * ["100x100 rgb+alpha 8"], "Frames of this GIF"),
    "hopper.pfm": (["128x128 grey 32"], ""),
    "hopper.webp": (["128x128 rgb 8"], ""),
    "hopper_1bit.pbm": (["128x128 grey 8"], "1-bit samples became 8-bit ones."),
    "hopper_gray.jpg": (["128x128 grey 8"], ""),
    "hopper_orientation_3.jpg": (["128x128 rgb 8"], ""),
    "hopper_rle8.bmp": (["128x128 rgb 8"], PALETTE),
    "multipage.tiff": (["10x10 rgb 8", "10x10 rgb 8", "20x20 rgb 8"], PALETTE),
    "multipage_rgb.tif": (["10x10 rgb 32", "10x10 rgb 32"], "64-bit floats became 32-bit ones."),
    "p_trns_single.png": (["64x64 rgb+alpha 8"], PALETTE),
    "palette_color.png": (["10x10 rgb 8"], PALETTE),
    "pil_sample_cmyk.jpg": (["100x100 rgb 8"], "CMYK was converted to RGB"),
    "tRNS_null_1x1.png": (["1x1 rgb+alpha 8"], PALETTE),
    "transparent.png": (["200x150 rgb+alpha 8"], ""),
}
"""file -> each frame's size, kind and depth; how the first note begins."""

REFUSED = {
    "badcrc.png": "badcrc.png is a broken PNG file: chunk IDAT is broken.",
    "broken_data_stream.png": "broken_data_stream.png is a broken PNG file: chunk IDAT is broken.",
    "truncated_jpeg.jpg": "truncated_jpeg.jpg is a broken JPEG file: image file is truncated (8 bytes not processed).",
}


def awkward():
    """The folder of them."""
    folder = Path(os.environ.get("GRAINLESS_DATA", "/nowhere")) / "awkward"
    if not (folder / "manifest.csv").is_file():
        pytest.skip("real files: set GRAINLESS_DATA to a folder with awkward/manifest.csv")
    return folder


def kind(image):
    height, width = image.size
    colours = "grey" if image.channels == 1 else "rgb"
    return f"{width}x{height} {colours}{'' if image.alpha is None else '+alpha'} {image.depth}"


def test_every_file_of_the_manifest_is_expected_here():
    with (awkward() / "manifest.csv").open(newline="") as rows:
        assert {row["file"] for row in csv.DictReader(rows)} == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_each_is_read_and_comes_back_in_its_own_format(tmp_path, name):
    before = list(frames(awkward() / name))
    kinds, note = READ[name]
    assert [kind(each) for each in before] == kinds
    assert (before[0].notes[0] if before[0].notes else "").startswith(note)
    assert bool(before[0].notes) == bool(note)
    written = (tmp_path / name).with_suffix({".pbm": ".pgm"}.get(Path(name).suffix, Path(name).suffix))
    write_frames(before, written)
    for one, other in zip(before, frames(written), strict=True):
        assert kind(other) == kind(one)
        if one.metadata.lossy:
            assert_allclose(other.pixels, one.pixels, atol=30 / 255)
            assert ((other.pixels - one.pixels) ** 2).mean() ** 0.5 < 2 / 255
        else:
            assert_array_equal(to_samples(other), to_samples(one), strict=True)
        assert (other.metadata.exif, other.metadata.icc) == (one.metadata.exif, one.metadata.icc)
        assert (other.metadata.text, other.metadata.dpi) == (one.metadata.text, one.metadata.dpi)
        assert (other.metadata.duration, other.metadata.loops) == (one.metadata.duration, one.metadata.loops)


@pytest.mark.parametrize("name", REFUSED)
def test_the_others_are_refused_in_one_line(name):
    assert refusal(awkward() / name) == REFUSED[name]
