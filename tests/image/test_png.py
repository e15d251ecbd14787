import io
import re
import struct
import zlib

import imagecodecs
import numpy as np
import PIL.Image
import PIL.PngImagePlugin
import pytest
from image_files import again, chunk, image, photograph, png, refusal, samples, saved
from numpy.testing import assert_allclose, assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Image, Metadata, frames, read, write, write_frames
from grainless.image.image import from_samples, to_samples

PALETTE = "Palette colours were turned into colours of each pixel, and are written so."


def rows(*held):
    """Rows of bytes, packed."""
    return b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in held))


def test_a_transparent_colour_becomes_alpha(tmp_path):
    bare = imagecodecs.png_encode(np.uint16([[1, 2], [2, 3]]))
    saved(tmp_path / "key.png", bare[:33] + chunk(b"tRNS", b"\0\2") + bare[33:])
    assert read(tmp_path / "key.png").alpha.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("bits", "expected"),
    [(1, [1, 1, 1, 0, 0, 1, 0, 0]), (2, [1, 2 / 3, 1 / 3, 0]), (4, [14 / 15, 4 / 15])],
)
def test_grey_of_few_bits_becomes_eight(tmp_path, bits, expected):
    saved(tmp_path / "few.png", png(8 // bits, 1, bits, 0, (b"bKGD", b"\0\1"), rows([0b11100100])))
    found = read(tmp_path / "few.png")
    assert_allclose(found.pixels[0, 0], expected, atol=1e-6)
    assert found.notes == (f"{bits}-bit samples became 8-bit ones.",)
    assert dict(found.metadata.native.chunks)[b"bKGD"] == struct.pack(">H", 255 // (2**bits - 1))


@pytest.mark.parametrize(
    ("bits", "row"), [(1, [0b01000000]), (2, [0b00010000]), (4, [0b00000001]), (8, [0, 1])]
)
def test_palettes(tmp_path, bits, row):
    table = (b"PLTE", bytes([10, 20, 30, 200, 100, 0]))
    found = read(saved(tmp_path / "p.png", png(2, 1, bits, 3, table, rows(row))))
    assert to_samples(found).tolist() == [[[10, 20, 30], [200, 100, 0]]]
    assert (found.depth, found.alpha, found.notes) == (8, None, (PALETTE,))


def test_palettes_with_transparency_keep_the_colours_of_clear_pixels(tmp_path):
    table = (b"PLTE", bytes([10, 20, 30, 200, 100, 0]))
    saved(tmp_path / "p.png", png(2, 1, 8, 3, table, (b"tRNS", b"\0"), (b"bKGD", b"\1"), rows([0, 1])))
    before, after = again(tmp_path / "p.png")
    for (found,) in (before, after):
        assert to_samples(found).tolist() == [[[10, 20, 30, 0], [200, 100, 0, 255]]]
        assert dict(found.metadata.native.chunks)[b"bKGD"] == struct.pack(">3H", 200, 100, 0)


def test_a_palette_of_greys_is_grey_but_not_with_a_profile_of_colours(tmp_path):
    table = (b"PLTE", bytes([10, 10, 10, 200, 200, 200]))
    saved(tmp_path / "a.png", png(2, 1, 8, 3, table, rows([0, 1])))
    assert to_samples(read(tmp_path / "a.png")).tolist() == [[10, 200]]
    profile = (b"iCCP", b"sRGB\0\0" + zlib.compress(b"a profile"))
    saved(tmp_path / "b.png", png(2, 1, 8, 3, profile, table, rows([0, 1])))
    assert read(tmp_path / "b.png").channels == 3


def test_interlaced(tmp_path):
    stored = samples(8, (21, 13, 3))
    file = io.BytesIO()
    PIL.Image.fromarray(stored).save(file, "PNG")
    # Pillow does not write Adam7: seven images, each with its rows, behind one header
    passes = [
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    ]
    packed = b"".join(
        b"\0" + row.tobytes()
        for top, left, down, across in passes
        for row in stored[top::down, left::across]
        if row.size
    )
    data = bytearray(png(13, 21, 8, 2, (b"IDAT", zlib.compress(packed))))
    data[28] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    assert_array_equal(to_samples(read(saved(tmp_path / "a.png", bytes(data)))), stored)


def test_every_chunk_survives_that_stays_true(tmp_path):
    words = PIL.PngImagePlugin.PngInfo()
    for key, value in [("Title", "one"), ("Title", "two"), ("Comment", "three")]:
        words.add_text(key, value)
    words.add_itxt("Author", "Zoë", lang="nl", zip=True)
    words.add_text("Source", "long " * 100, zip=True)
    words.add(b"gAMA", struct.pack(">I", 45455))
    words.add(b"tIME", bytes(7))
    words.add(b"prIv", b"private, unsafe to copy? No: v is small")
    PIL.Image.fromarray(photograph()).save(tmp_path / "a.png", pnginfo=words, dpi=(72, 72))
    (before,), (after,) = again(tmp_path / "a.png")
    kinds = [kind for kind, _held in after.metadata.native.chunks]
    assert kinds.count(b"tEXt") == 3
    assert {b"gAMA", b"prIv", b"pHYs", b"iTXt", b"zTXt"} < set(kinds)
    assert b"tIME" not in kinds  # the time of the last change is not that any more
    assert after.metadata == before.metadata
    assert before.metadata.text["Author"] == "Zoë"
    assert before.metadata.text["Source"] == "long " * 100


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (png(1, 1, 3, 0, rows([0])), "its header says what cannot be"),
        (png(1, 1, 8, 5, rows([0])), "its header says what cannot be"),
        (png(1, 1, 16, 3, (b"PLTE", bytes(3)), rows([0])), "its header says what cannot be"),
        (png(1, 1, 8, 3, rows([0])), "its palette is none"),
        (png(1, 1, 1, 3, (b"PLTE", bytes(9)), rows([0])), "its palette is none"),
        (png(1, 1, 8, 0, (b"tRNS", b"\0\0\0"), rows([0])), "its transparent colour is none"),
        (png(1, 1, 8, 3, (b"PLTE", bytes(3)), (b"tRNS", bytes(2)), rows([0])), "its transparent colour is none"),
        (png(1, 1, 8, 0, rows([0]))[:-12], "it ends too early"),
        (png(1, 1, 8, 0)[:20], "it ends too early"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(12)) + chunk(b"IEND", b""), "pixels, which are none"),
    ],
)  # fmt: skip
def test_broken(tmp_path, capfd, data, message):
    assert message in refusal(saved(tmp_path / "a.png", data))
    assert capfd.readouterr().err == ""


def test_a_broken_checksum(tmp_path):
    data = bytearray(png(4, 4, 8, 0, rows(*4 * [4 * [7]])))
    data[-20] ^= 1
    assert (
        refusal(saved(tmp_path / "a.png", bytes(data))) == "a.png is a broken PNG file: chunk IDAT is broken."
    )
    assert "chunk without a name" in refusal(
        saved(tmp_path / "a.png", png(1, 1, 8, 0, (b"\0\1\2\3", b""))[:-14])
    )


def test_a_text_bomb_is_refused(tmp_path):
    bomb = (b"zTXt", b"Title\0\0" + zlib.compress(bytes(2**23)))
    path = saved(tmp_path / "a.png", png(1, 1, 8, 0, bomb, rows([0])))
    assert refusal(path).endswith("a compressed text or profile is too long.")


# Animations


def animation(path, **options):
    shown = [PIL.Image.fromarray(samples(8, (9, 8, 4), seed)) for seed in range(3)]
    options = {"duration": [100, 250, 33], "loop": 3} | options
    shown[0].save(path, save_all=True, append_images=shown[1:], **options)
    return path


@pytest.mark.parametrize("disposal", [0, 1, 2])
def test_frames_are_whole_pictures_as_pillow_shows_them(tmp_path, disposal):
    path = animation(tmp_path / "a.png", disposal=disposal)
    found = list(frames(path))
    with PIL.Image.open(path) as seen:
        assert len(found) == seen.n_frames == 3
        for number, each in enumerate(found):
            seen.seek(number)
            assert_array_equal(to_samples(each), np.asarray(seen.convert("RGBA")))
    assert [each.metadata.duration for each in found] == [0.1, 0.25, 0.033]
    assert found[0].metadata.loops == 3


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 2), (6, 5, 3), (6, 5, 4)])
def test_an_animation_comes_back_bit_for_bit(tmp_path, shape, depth):
    stored = [samples(depth, shape, seed) for seed in range(3)]
    held = [from_samples(each, metadata=Metadata(duration=1 / 30)) for each in stored]
    write_frames(held, tmp_path / "a.png")
    before, after = again(tmp_path / "a.png")
    for one, other, expected in zip(before, after, stored, strict=True):
        assert_array_equal(to_samples(one), expected, strict=True)
        assert_array_equal(to_samples(other), expected, strict=True)
        assert one.metadata == other.metadata
        assert one.metadata.duration == 1 / 30
    with PIL.Image.open(tmp_path / "again.png") as seen:
        assert (seen.n_frames, seen.info["loop"]) == (3, 1)


def control(number, width, height, left=0, top=0, disposal=0, blend=1):
    return b"fcTL", struct.pack(">5I2H2B", number, width, height, left, top, 1, 0, disposal, blend)


def test_pieces_of_a_palette_by_hand(tmp_path):
    table = (b"PLTE", bytes([10, 20, 30, 200, 100, 0, 1, 2, 3]))
    piece = (b"fdAT", struct.pack(">I", 2) + zlib.compress(b"\0\2"))
    parts = [control(0, 2, 1), rows([0, 1]), control(1, 1, 1, left=1), piece]
    data = png(2, 1, 8, 3, (b"acTL", struct.pack(">II", 2, 0)), table, *parts)
    found = list(frames(saved(tmp_path / "a.png", data)))
    assert [to_samples(each).tolist() for each in found] == [
        [[[10, 20, 30], [200, 100, 0]]],
        [[[10, 20, 30], [1, 2, 3]]],
    ]
    assert [each.metadata.duration for each in found] == [0.01, 0.01]  # the unit 0 stands for hundredths
    assert [each.notes for each in found] == [(PALETTE,), ()]


def test_the_still_of_an_animation_is_dropped_and_it_is_said(tmp_path):
    pieces = [(b"fdAT", struct.pack(">I", 9) + zlib.compress(bytes([0, level]))) for level in (50, 60)]
    parts = [rows([99]), control(0, 1, 1), pieces[0], control(1, 1, 1), pieces[1]]
    data = png(1, 1, 8, 0, (b"acTL", struct.pack(">II", 2, 0)), *parts)
    found = list(frames(saved(tmp_path / "a.png", data)))
    assert [to_samples(each).tolist() for each in found] == [[[50]], [[60]]]
    assert found[0].notes == ("The still picture for programs that show no animation is not kept.",)


def test_an_animation_of_one_frame_is_a_still(tmp_path):
    data = png(1, 1, 8, 0, (b"acTL", struct.pack(">II", 1, 0)), control(0, 1, 1), rows([99]))
    found = read(saved(tmp_path / "a.png", data))
    assert (to_samples(found).tolist(), found.metadata.duration) == ([[99]], None)


def test_frames_that_are_not_alike(tmp_path):
    with pytest.raises(
        InputError,
        match=r"^the image has other channels or another depth than the first frame: write \.tif\.$",
    ):
        write_frames([image(), image(depth=16)], tmp_path / "a.png")
    with pytest.raises(InputError, match=r"^the image is 6 x 5, and the first frame 5 x 6"):
        write_frames([image(), image(shape=(5, 6, 3))], tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_frames_together_are_not_more_than_allowed(tmp_path):
    path = animation(tmp_path / "a.png")
    assert len(list(frames(path, max_pixels=216))) == 3
    with pytest.raises(
        InputError, match=re.escape("a.png holds 3 images of 216 pixels together, more than the 215 ")
    ):
        next(frames(path, max_pixels=215))


def test_what_belongs_to_the_file_stands_in_the_first_frame(tmp_path):
    write_frames([image(icc=b"profile", text={"Title": "a"}), image(), image()], tmp_path / "a.png")
    found = list(frames(tmp_path / "a.png"))
    assert [each.metadata.icc for each in found] == [b"profile", None, None]
    write(found[0], tmp_path / "b.png")
    assert read(tmp_path / "b.png").metadata.text == {"Title": "a"}


@pytest.mark.parametrize(("seconds", "expected"), [(70.4, 70), (100_000.0, 65_535), (0.0004, 0), (None, 0)])
def test_long_and_short_durations(tmp_path, seconds, expected):
    write_frames([image(duration=seconds), image()], tmp_path / "a.png")
    assert next(frames(tmp_path / "a.png")).metadata.duration == expected


def test_a_background_of_a_grey_palette_is_grey_and_a_broken_one_is_left_out(tmp_path):
    table = (b"PLTE", bytes([10, 10, 10, 99, 99, 99]))
    saved(tmp_path / "p.png", png(2, 1, 8, 3, table, (b"bKGD", b"\1"), rows([0, 1])))
    for (found,) in again(tmp_path / "p.png"):
        assert dict(found.metadata.native.chunks)[b"bKGD"] == struct.pack(">H", 99)
    for held in (b"\7", b""):
        saved(tmp_path / "p.png", png(2, 1, 8, 3, table, (b"bKGD", held), rows([0, 1])))
        assert b"bKGD" not in dict(read(tmp_path / "p.png").metadata.native.chunks)


@pytest.mark.parametrize("kind", [b"orNT", b"sTER", b"sCAL", b"bKGD", b"eXIf", b"caNv", b"vpAg"])
def test_chunks_that_stay_true_come_back(tmp_path, kind):
    bare = imagecodecs.png_encode(samples(8, (6, 5, 3)))
    saved(tmp_path / "a.png", bare[:33] + chunk(kind, b"\0\1\0\2\0\3") + bare[33:])
    again(tmp_path / "a.png")
    assert chunk(kind, b"\0\1\0\2\0\3") in (tmp_path / "again.png").read_bytes()


@pytest.mark.parametrize("shape", [(70_000, 1), (66_000, 1, 2), (1, 70_000)])
def test_very_long_images(tmp_path, shape):
    """imagecodecs alone: "png_write_data_fn output stream too small"."""
    stored = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    write(from_samples(stored, metadata=Metadata()), tmp_path / "a.png")
    assert_array_equal(to_samples(read(tmp_path / "a.png")), stored)


def test_longer_than_libpng_takes(tmp_path, capfd):
    expected = "is 1 x 1000001, and a PNG has at most 1,000,000 pixels a side here: take a .tif."
    long = Image(np.zeros((1, 1_000_001, 1), np.float32))
    with pytest.raises(InputError, match="^the image " + re.escape(expected) + "$"):
        write(long, tmp_path / "a.png")
    path = saved(tmp_path / "b.png", png(1, 1_000_001, 8, 0, (b"IDAT", b"")))
    assert refusal(path) == f"b.png {expected}"
    assert capfd.readouterr().err == ""
