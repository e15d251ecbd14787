import io
import re
import struct

import numpy as np
import PIL.Image
import pytest
from image_files import PROFILE, again, entries, exif, image, photograph, refusal, samples, saved
from numpy.testing import assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Image, Metadata, frames, read, write, write_frames
from grainless.image.image import from_samples, to_samples


def by_pillow(path, stored, **options):
    PIL.Image.fromarray(stored).save(path, "WEBP", **options)
    return path


@pytest.mark.parametrize("shape", [(6, 5, 3), (6, 5, 4)])
def test_without_loss_bit_for_bit(tmp_path, shape):
    stored = samples(8, shape)
    for path in (by_pillow(tmp_path / "a.webp", stored, lossless=True, exact=True), tmp_path / "b.webp"):
        if path.name == "b.webp":
            write(from_samples(stored, metadata=Metadata()), path)
        before, after = again(path)
        assert not before[0].metadata.lossy
        assert_array_equal(to_samples(before[0]), stored)
        assert_array_equal(to_samples(after[0]), stored)  # the colours of clear pixels, too


def test_with_loss_if_it_was_so_before_but_finely(tmp_path):
    (before,), (after,) = again(by_pillow(tmp_path / "a.webp", photograph(), quality=80))
    assert before.metadata.lossy
    assert after.metadata.lossy
    assert 0 < np.sqrt(np.mean((after.pixels - before.pixels) ** 2)) < 2 / 255


def test_what_comes_from_a_jpeg_is_written_with_loss(tmp_path):
    PIL.Image.fromarray(photograph()).save(tmp_path / "a.jpg")
    write(read(tmp_path / "a.jpg"), tmp_path / "a.webp")
    assert read(tmp_path / "a.webp").metadata.lossy


def test_grey_is_written_as_rgb(tmp_path):
    stored = samples(8, (6, 5, 2))
    write(from_samples(stored, metadata=Metadata()), tmp_path / "a.webp")
    assert_array_equal(to_samples(read(tmp_path / "a.webp")), stored[..., [0, 0, 0, 1]])


def test_metadata_survives(tmp_path):
    held = {"icc_profile": PROFILE, "exif": b"Exif\0\0" + exif(), "xmp": b"<x/>"}
    before, after = again(by_pillow(tmp_path / "a.webp", photograph(), **held))
    for (found,) in (before, after):
        assert (found.metadata.icc, found.metadata.xmp) == (PROFILE, b"<x/>")
        assert entries(found.metadata.exif) == entries(exif())


@pytest.mark.parametrize("lossless", [True, False])
def test_an_animation_comes_back(tmp_path, lossless):
    shown = [PIL.Image.fromarray(samples(8, (20, 30, 4), seed)) for seed in range(3)]
    options = {"duration": [100, 250, 40], "loop": 7, "lossless": lossless}
    shown[0].save(tmp_path / "a.webp", save_all=True, append_images=shown[1:], **options)
    before, after = again(tmp_path / "a.webp")
    for found in (before, after):
        assert [each.metadata.duration for each in found] == [0.1, 0.25, 0.04]
        assert [each.metadata.lossy for each in found] == 3 * [not lossless]
        assert (found[0].metadata.loops, found[0].size) == (7, (20, 30))
    if lossless:
        for one, other in zip(before, after, strict=True):
            assert_array_equal(to_samples(one)[one.alpha > 0], to_samples(other)[one.alpha > 0])
            assert_array_equal(one.alpha, other.alpha)


def test_a_gif_becomes_an_animation_with_its_timing(tmp_path):
    shown = [PIL.Image.fromarray(np.full((8, 8, 3), level, np.uint8)) for level in (0, 99)]
    shown[0].save(tmp_path / "a.gif", save_all=True, append_images=shown[1:], duration=[70, 120], loop=0)
    write_frames(frames(tmp_path / "a.gif"), tmp_path / "a.webp")
    found = list(frames(tmp_path / "a.webp"))
    assert [each.metadata.duration for each in found] == [0.07, 0.12]
    assert [float(each.pixels.mean()) * 255 for each in found] == pytest.approx([0, 99])
    assert found[0].metadata.loops == 0


def test_the_canvas_is_looked_at_before_it_is_made(tmp_path):
    huge = struct.pack("<4sI4s4sIIHBHB", b"RIFF", 22, b"WEBP", b"VP8X", 10, 0, 0x3FFE, 0, 0x3FFE, 0)
    assert "16383 x 16383 pixels, more than the 200,000,000" in refusal(saved(tmp_path / "a.webp", huge))
    for lossless in (True, False):
        path = by_pillow(tmp_path / "b.webp", samples(8, (20, 30, 3)), lossless=lossless)
        assert "holds 30 x 20 pixels, more than the 599 that" in refusal(path, max_pixels=599)
        assert read(path, max_pixels=600).size == (20, 30)


def test_frames_together_are_not_more_than_allowed(tmp_path):
    shown = [from_samples(samples(8, (6, 5, 3), seed), metadata=Metadata(duration=0.1)) for seed in range(3)]
    write_frames(shown, tmp_path / "a.webp")
    assert len(list(frames(tmp_path / "a.webp", max_pixels=90))) == 3
    with pytest.raises(InputError, match=r"holds 3 images of 90 pixels together, more than the 89 that"):
        next(frames(tmp_path / "a.webp", max_pixels=89))


def test_equal_frames_become_one_that_lasts_as_long(tmp_path):
    write_frames([image(duration=0.1), image(duration=0.2)], tmp_path / "a.webp")
    assert len(list(frames(tmp_path / "a.webp"))) == 1


def test_what_a_webp_cannot_hold(tmp_path):
    wide = Image(np.zeros((1, 1, 16_384), np.float32))
    with pytest.raises(
        InputError,
        match=r"^the image is 16384 x 1, and a WebP has at most 16,383 pixels a side: write \.png\.$",
    ):
        write(wide, tmp_path / "a.webp")
    with pytest.raises(
        InputError, match=r"^the image has a colour profile for grey, .*: write \.png or \.tif\.$"
    ):
        write(image(shape=(6, 5), icc=bytes(16) + b"GRAY" + bytes(108)), tmp_path / "a.webp")
    with pytest.raises(InputError, match=r"^the image is 6 x 5, and the first frame 5 x 6"):
        write_frames([image(), image(shape=(5, 6, 3))], tmp_path / "a.webp")
    with pytest.raises(
        InputError, match=re.escape("a.webp would lose 16 bits a sample of the image: WebP cannot")
    ):
        write(image(depth=16), tmp_path / "a.webp")


def test_broken(tmp_path):
    file = io.BytesIO()
    PIL.Image.fromarray(photograph()).save(file, "WEBP")
    for end in (14, 28, 60, len(file.getvalue()) - 10):
        line = refusal(saved(tmp_path / "a.webp", file.getvalue()[:end]))
        assert line.startswith("a.webp is a broken WebP file: ")
