import io
import re

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from image_files import again, image, photograph, refusal, samples, saved
from numpy.testing import assert_allclose, assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Image, Metadata, frames, write, write_frames
from grainless.image.formats.animation import gif
from grainless.image.image import from_samples, to_samples


def written(images):
    file = io.BytesIO()
    gif.write(iter(images), file)
    return file.getvalue()


def read_again(data):
    return list(gif.decode(data, 10**6))


def animation(path, count=3, mode="RGBA", **options):
    """A GIF by Pillow, which writes only what changes from frame to frame."""
    shown = []
    for number in range(count):
        held = np.zeros((20, 30, 4), np.uint8)
        held[5:15, 5 + 5 * number : 10 + 5 * number] = 200, 40 * number, 10, 255
        shown.append(PIL.Image.fromarray(held).convert(mode))
    options = {"duration": [100, 250, 40][:count], "loop": 7} | options
    shown[0].save(path, "GIF", save_all=True, append_images=shown[1:], **options)
    return path


@settings(max_examples=60, deadline=None)
@given(
    height=some.integers(1, 12),
    width=some.integers(1, 12),
    planes=some.integers(1, 4),
    seed=some.integers(0, 99),
)
def test_at_most_256_colours_come_back_bit_for_bit(height, width, planes, seed):
    stored = np.random.default_rng(seed).integers(0, 256, (height, width, planes)).astype(np.uint8)
    if planes in {2, 4}:
        stored[..., -1] = 255 * (stored[..., -1] > 100)
        stored[stored[..., -1] == 0] = 0
    expected = from_samples(stored, metadata=Metadata())
    (found,) = read_again(written([expected]))
    opaque = np.ones((height, width)) if expected.alpha is None else expected.alpha
    assert_array_equal(opaque if found.alpha is None else found.alpha, opaque)
    shown = np.broadcast_to(found.pixels, (3, height, width))[:, opaque == 1]
    assert_array_equal(shown, np.broadcast_to(expected.pixels, (3, height, width))[:, opaque == 1])


def test_every_grey_of_256():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    (found,) = read_again(written([from_samples(ramp, metadata=Metadata())]))
    assert found.channels == 1
    assert_array_equal(to_samples(found), ramp)


def test_more_colours_become_the_nearest_of_256():
    stored = photograph(64)
    (found,) = read_again(written([from_samples(stored, metadata=Metadata())]))
    error = to_samples(found).astype(int) - stored
    assert 0 < np.sqrt(np.mean(error**2)) < 6


@pytest.mark.parametrize("disposal", [0, 1, 2])
def test_frames_are_whole_pictures_as_pillow_shows_them(tmp_path, disposal):
    path = animation(tmp_path / "a.gif", disposal=disposal)
    found = list(frames(path))
    with PIL.Image.open(path) as seen:
        assert len(found) == seen.n_frames == 3
        for number, each in enumerate(found):
            seen.seek(number)
            shown = np.asarray(seen.convert("RGBA"))
            assert_array_equal(to_samples(each)[..., 3], shown[..., 3])
            assert_array_equal(to_samples(each)[shown[..., 3] > 0], shown[shown[..., 3] > 0])


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_an_animation_comes_back(tmp_path, disposal):
    path = animation(tmp_path / "a.gif", disposal=disposal, comment=b"a remark")
    before, after = again(path)
    assert [each.metadata.duration for each in after] == [0.1, 0.25, 0.04]
    assert after[0].metadata == before[0].metadata
    assert (after[0].metadata.loops, after[0].metadata.text) == (7, {"Comment": "a remark"})
    for one, other in zip(before, after, strict=True):
        assert_array_equal(to_samples(one), to_samples(other))
    with PIL.Image.open(tmp_path / "again.gif") as seen:
        assert (seen.n_frames, seen.info["loop"], seen.info["duration"]) == (3, 7, 100)


def test_an_opaque_animation_has_no_alpha_and_a_grey_one_no_colour(tmp_path):
    shown = [PIL.Image.fromarray(np.full((8, 8), level, np.uint8)) for level in (0, 90, 200)]
    shown[0].save(tmp_path / "a.gif", save_all=True, append_images=shown[1:])
    found = list(frames(tmp_path / "a.gif"))
    assert [(each.channels, each.alpha) for each in found] == 3 * [(1, None)]
    assert [each.pixels.mean() * 255 for each in found] == pytest.approx([0, 90, 200])


def test_interlaced(tmp_path):
    stored = samples(8, (21, 13))
    plain = written([from_samples(stored, metadata=Metadata())])
    bare, flags = bytearray(plain), plain.index(b",\0\0\0\0") + 9
    bare[flags] |= 0x40
    order = [*range(0, 21, 8), *range(4, 21, 8), *range(2, 21, 4), *range(1, 21, 2)]
    (found,) = read_again(bytes(bare))
    assert_array_equal(to_samples(found)[order], stored)


def test_profile_xmp_and_remark_survive(tmp_path):
    held = Metadata(icc=b"profile" * 100, xmp=b"<x/>", text={"Comment": "Grüße"}, loops=0)
    write(image(icc=held.icc, xmp=held.xmp, text=held.text, loops=0), tmp_path / "a.gif")
    before, after = again(tmp_path / "a.gif")
    for (found,) in (before, after):
        assert (found.metadata.icc, found.metadata.xmp) == (held.icc, held.xmp)
        assert (found.metadata.text, found.metadata.loops) == (held.text, 0)
    assert b"XMP DataXMP<x/>\x01\xff\xfe" in (tmp_path / "again.gif").read_bytes()


def test_what_is_converted_is_said_once(tmp_path):
    found = list(frames(animation(tmp_path / "a.gif")))
    assert found[0].notes == (
        "Frames of this GIF are written whole, each with a palette of its own of at most 256 colours.",
    )
    assert found[1].notes == ()


def test_a_missing_end_is_said(tmp_path):
    data = animation(tmp_path / "a.gif").read_bytes()
    found = list(frames(saved(tmp_path / "b.gif", data[:-1])))
    assert len(found) == 3
    assert found[0].notes[1] == "This GIF has no end: frames may be missing."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-20], "it ends too early"),
        (lambda data: data[:10] + b"\0" + data[11:], "is of no known kind"),
        (lambda data: data[:12], "it ends too early"),
        (lambda data: data[: 13 + 768], "it holds no picture"),
        (
            lambda data: data[:10] + b"\0" + data[11:13] + data[data.index(b",\0\0\0\0") :],
            "it has no palette",
        ),
    ],
)
def test_broken(tmp_path, change, message):
    stored = np.arange(256, dtype=np.uint8).reshape(16, 16)
    PIL.Image.fromarray(stored).save(tmp_path / "a.gif")
    line = refusal(saved(tmp_path / "b.gif", change((tmp_path / "a.gif").read_bytes())))
    assert line.startswith("b.gif is a broken GIF file: ")
    assert message in line


def test_frames_together_are_not_more_than_allowed(tmp_path):
    path = animation(tmp_path / "a.gif")
    assert len(list(frames(path, max_pixels=1800))) == 3
    with pytest.raises(
        InputError,
        match=re.escape(
            "a.gif holds 3 images of 1,800 pixels together, more than the 1,799 that are taken at once: "
            "allow it by --max-pixels."
        ),
    ):
        next(frames(path, max_pixels=1799))


def test_what_a_gif_cannot_hold(tmp_path):
    soft = from_samples(np.uint8([[[1, 2, 3, 100]]]), metadata=Metadata())
    with pytest.raises(
        InputError, match=r"^the image has pixels between clear and opaque, .* write \.png or \.webp\.$"
    ):
        write(soft, tmp_path / "a.gif")
    with pytest.raises(
        InputError, match=r"^the image is 65536 x 1, and a GIF has at most 65,535 pixels a side"
    ):
        write(Image(np.zeros((1, 1, 65_536), np.float32)), tmp_path / "a.gif")
    with pytest.raises(InputError, match=r"^the image is 6 x 5, and the first frame 5 x 6: write \.tif\.$"):
        write_frames([image(), image(shape=(5, 6, 3))], tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_timing_is_rounded_to_hundredths(tmp_path):
    write_frames([image(duration=each) for each in (1 / 30, None, 1000.0)], tmp_path / "a.gif")
    assert_allclose([each.metadata.duration for each in frames(tmp_path / "a.gif")], [0.03, 0, 655.35])


def test_comments_come_back_where_and_as_they_were(tmp_path):
    data = animation(tmp_path / "a.gif", comment=b"first").read_bytes()
    second = data.index(b"!\xf9", data.index(b"!\xf9") + 1)  # the second picture's timing
    blocks = [b"!\xfe\x04na\xefv\0", b"!\xfe\x04last\0"]
    data = data[:second] + blocks[0] + data[second:-1] + blocks[1] + data[-1:]
    before, after = again(saved(tmp_path / "b.gif", data))
    assert [each.metadata.native for each in after] == [each.metadata.native for each in before]
    assert before[0].metadata.text == after[0].metadata.text == {"Comment": "first\nnaïv\nlast"}
    assert before[1].metadata.native.blocks == (blocks[0],)
    assert (tmp_path / "again.gif").read_bytes().endswith(blocks[1] + b";")
