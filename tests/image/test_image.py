import re
import struct

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from image_files import DTYPES, PROFILE, entries, exif, image, png, refusal, samples, saved
from numpy.testing import assert_allclose, assert_array_equal
from small_files import small_files

from grainless.errors import InputError, RunError
from grainless.image.files import (
    READ,
    Image,
    Metadata,
    check_output,
    decode,
    frames,
    read,
    write,
    write_frames,
)
from grainless.image.image import from_samples, to_samples

# Pixels


shapes = some.tuples(some.integers(1, 9), some.integers(1, 9), some.integers(1, 4)).map(
    lambda shape: shape[:2] if shape[2] == 1 else shape
)


@settings(max_examples=60, deadline=None)
@given(
    shape=shapes,
    depth=some.sampled_from([8, 16, 32]),
    ending=some.sampled_from(["png", "tif"]),
    seed=some.integers(0, 99),
)
def test_lossless_formats_give_the_same_pixels_bit_for_bit(tmp_path_factory, shape, depth, ending, seed):
    if (ending, depth) == ("png", 32):
        return
    path = tmp_path_factory.mktemp("round") / f"image.{ending}"
    stored = samples(depth, shape, seed)
    write(from_samples(stored, metadata=Metadata()), path)
    found = read(path)
    assert_array_equal(to_samples(found), stored, strict=True)
    assert (found.depth, found.alpha is not None) == (depth, len(shape) == 3 and shape[2] in {2, 4})
    write(found, path, overwrite=True)
    assert_array_equal(to_samples(read(path)), stored, strict=True)


@pytest.mark.parametrize("depth", [8, 16])
def test_every_level_survives(depth):
    levels = np.arange(2**depth, dtype=DTYPES[depth]).reshape(1, -1)
    found = from_samples(levels, metadata=Metadata())
    assert_array_equal(to_samples(found), levels, strict=True)
    assert (found.pixels.min(), found.pixels.max(), found.pixels.dtype) == (0, 1, np.float32)


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 2), (5, 4, 3), (5, 4, 4)])
def test_what_we_write_others_read(tmp_path, shape):
    stored = samples(8, shape)
    for ending in ("png", "tif"):
        write(from_samples(stored, metadata=Metadata()), tmp_path / f"a.{ending}")
        with PIL.Image.open(tmp_path / f"a.{ending}") as seen:
            assert_array_equal(np.asarray(seen), stored)


def test_integers_are_clipped_and_rounded():
    bright = Image(np.float32([[[-0.5, 0.5, 1.5]]]))
    assert to_samples(bright).tolist() == [[0, 128, 255]]


def test_floats_are_not_clipped(tmp_path):
    write(Image(np.float32([[[-0.5, 0.5, 1.5]]]), depth=32), tmp_path / "a.tif")
    assert read(tmp_path / "a.tif").pixels.tolist() == [[[-0.5, 0.5, 1.5]]]


# What must survive


@pytest.mark.parametrize("ending", ["png", "jpg", "tif"])
@pytest.mark.parametrize("source", ["png", "jpg", "tif"])
def test_metadata_goes_from_every_format_to_every_other_and_back(tmp_path, source, ending):
    held = Metadata(icc=PROFILE, exif=exif(), xmp=b"<x/>", dpi=(300.0, 150.0), text={"Comment": "Grüße"})
    write(Image(np.zeros((3, 8, 9), np.float32), metadata=held), tmp_path / f"a.{source}")
    write(read(tmp_path / f"a.{source}"), tmp_path / f"b.{ending}")
    write(read(tmp_path / f"b.{ending}"), tmp_path / f"c.{source}")
    found = read(tmp_path / f"c.{source}").metadata
    assert found.icc == PROFILE
    assert entries(found.exif) == entries(held.exif)
    assert found.xmp == b"<x/>"
    assert_allclose(found.dpi, held.dpi, rtol=1e-3)
    assert list(found.text.values()) == ["Grüße"]


@pytest.mark.parametrize("ending", ["png", "jpg", "tif"])
def test_others_find_the_metadata_we_write(tmp_path, ending):
    held = Metadata(icc=PROFILE, exif=exif(), dpi=(300.0, 300.0), text={"Comment": "hello"})
    write(Image(np.zeros((3, 8, 9), np.float32), metadata=held), tmp_path / f"a.{ending}")
    with PIL.Image.open(tmp_path / f"a.{ending}") as seen:
        assert seen.info["icc_profile"] == PROFILE
        assert_allclose([float(dots) for dots in seen.info["dpi"]], 300, rtol=1e-3)
        assert seen.getexif()[274] == 6
        assert seen.getexif().get_ifd(0x8769)[0x8827] == 6400
        assert seen.getexif().get_ifd(0x8825)[2] == (48.0, 51.0, 30.0)


# What is refused: reading


def test_no_such_file(tmp_path):
    (tmp_path / "moon.png").touch()
    assert refusal(tmp_path / "mon.png").endswith('mon.png: no such file (did you mean "moon.png"?).')
    assert refusal(tmp_path / "moon.jpg").endswith('moon.jpg: no such file (did you mean "moon.png"?).')
    assert refusal(tmp_path / "a.png").endswith("a.png: no such file.")
    assert refusal(tmp_path / "none/moon.png").endswith("moon.png: no such file.")


def test_a_folder(tmp_path):
    assert refusal(tmp_path).endswith(" is a folder: give an image file.")


def test_a_name_that_no_system_takes(tmp_path):
    assert "cannot be read" in refusal(tmp_path / ("a" * 5000))


def test_an_empty_file(tmp_path):
    assert refusal(saved(tmp_path / "a.png", b"")) == "a.png is empty."


def test_no_image(tmp_path):
    line = refusal(saved(tmp_path / "notes.png", b"To whom it may concern"))
    assert line == "notes.png is no image that Grainless reads: PNG, JPEG, TIFF, WebP, GIF, BMP, PNM, PFM."


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a.heic", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "a.avif", "AVIF"),
        (b"II*\0\x10\0\0\0CR\x02\0", "a.cr2", "camera RAW"),
        (b"II*\0\x10\0\0\0", "a.NEF", "camera RAW"),
        (b"8BPS\0\1", "a.psd", "Photoshop"),
        (b"%PDF-1.7", "a.pdf", "PDF"),
        (b"v/1\x01", "a.exr", "OpenEXR"),
        (b"\xff\x4f\xff\x51", "a.j2k", "JPEG 2000"),
        (b"\xff\x0a", "a.jxl", "JPEG XL"),
    ],
)
def test_formats_that_are_not_read_are_named(tmp_path, content, name, kind):
    cure = "develop it to a 16-bit TIFF" if kind == "camera RAW" else "convert it to PNG or TIFF"
    expected = f"{name} is {kind}, which Grainless does not read: {cure} first."
    assert refusal(saved(tmp_path / name, content)) == expected


@pytest.mark.parametrize("ending", ["png", "jpg", "tif"])
def test_the_content_counts_and_not_the_name(tmp_path, ending):
    write(image(), tmp_path / f"a.{ending}")
    (tmp_path / f"a.{ending}").rename(tmp_path / "a.txt")
    assert read(tmp_path / "a.txt").pixels.shape == (3, 6, 5)


WHOLE = {
    "PNG": "rgb.png", "JPEG": "rgb.jpg", "TIFF": "rgb.tif", "WebP": "lossy.webp", "GIF": "still.gif", "BMP": "rgb.bmp",
    "PNM": "bytes.ppm", "PFM": "floats.pfm",
}  # fmt: skip
"""A file of each format."""


@pytest.mark.parametrize("kind", READ)
def test_truncated_files(tmp_path, kind):
    data = small_files()[WHOLE[kind]]
    for share in (0.15, 0.3, 0.6, 0.9):
        line = refusal(saved(tmp_path / "cut", data[: int(share * len(data))]))
        assert line.startswith(f"cut is a broken {kind} file: ")


@pytest.mark.parametrize("kind", READ)
def test_more_pixels_than_are_taken(tmp_path, kind):
    path = saved(tmp_path / "a", small_files()[WHOLE[kind]])
    height, width = read(path).size
    taken = height * width
    assert read(path, max_pixels=taken).size == (height, width)
    assert refusal(path, max_pixels=taken - 1) == (
        f"a holds {width} x {height} pixels, more than the {taken - 1:,} that are taken at once: "
        "allow it by --max-pixels."
    )


def test_no_pixels_at_all(tmp_path, capfd):
    path = saved(tmp_path / "a.png", png(0, 5, 8, 2, (b"IDAT", b"")))
    assert refusal(path) == "a.png holds 0 x 5 pixels, which are none."
    assert capfd.readouterr().err == ""


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = saved(tmp_path / "bomb.png", png(60_000, 60_000, 8, 2, (b"IDAT", b"")))
    assert "60000 x 60000 pixels, more than the 200,000,000" in refusal(path)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("It Says\n what."), "it Says what"),
        (ZeroDivisionError("division by zero"), "its structure makes no sense"),
        (KeyError(7), "its structure makes no sense"),
        (struct.error("unpack requires a buffer"), "it ends too early"),
        (EOFError(), "it ends too early"),
        (ValueError("IDAT: It ends."), "IDAT: It ends"),
        (ValueError(), "ValueError"),
    ],
)
def test_what_decoders_say_becomes_one_line(tmp_path, monkeypatch, error, message):
    def decode(_data, _limit):
        raise error
        yield

    monkeypatch.setitem(READ, "BMP", decode)
    assert refusal(saved(tmp_path / "a.bmp", b"BM")) == f"a.bmp is a broken BMP file: {message}."


def test_too_little_memory_is_no_broken_file(tmp_path, monkeypatch):
    def decode(_data, _limit):
        raise MemoryError
        yield

    monkeypatch.setitem(READ, "BMP", decode)
    with pytest.raises(RunError, match=r"^a\.bmp needs more memory than there is\.$"):
        read(saved(tmp_path / "a.bmp", b"BM"))


# Several images in a file


def test_a_still_image_is_one_frame(tmp_path):
    write(image(), tmp_path / "a.png")
    assert [each.name for each in frames(tmp_path / "a.png")] == ["a.png"]


def test_one_image_is_asked_of_a_file_of_several(tmp_path):
    for ending in ("tif", "gif", "png", "webp"):
        write_frames(
            [image(), from_samples(samples(8, (6, 5, 3), 1), metadata=Metadata())], tmp_path / f"a.{ending}"
        )
        expected = f"a.{ending} holds several frames or pages: give a file of one image."
        assert refusal(tmp_path / f"a.{ending}") == expected


def test_what_is_wrong_with_the_path_is_told_at_once(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        frames(tmp_path / "none.png")


def test_several_images_into_a_format_of_one(tmp_path):
    with pytest.raises(
        InputError, match=r"^a\.jpg would hold several images: JPEG cannot; write PNG or TIFF\.$"
    ):
        write_frames([image(), image()], tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["tif", "jpg"])
def test_no_image_to_write(tmp_path, ending):
    with pytest.raises(InputError, match=rf"^a\.{ending} would hold no image: none was given\.$"):
        write_frames([], tmp_path / f"a.{ending}")
    assert list(tmp_path.iterdir()) == []


# What is refused: writing


def test_what_stands_there_is_not_overwritten(tmp_path):
    path = saved(tmp_path / "a.png", b"precious")
    with pytest.raises(InputError, match=r"a\.png exists: choose another name, or allow it by --overwrite"):
        write(image(), path)
    assert path.read_bytes() == b"precious"
    write(image(), path, overwrite=True)
    assert read(path).size == (6, 5)


@pytest.mark.parametrize("name", ["a.pgn", "a.heic", "a", "a.png.bak"])
def test_endings_that_are_not_written(tmp_path, name):
    with pytest.raises(
        InputError, match=r"has no ending that is written.*: \.png, \.apng, \.jpg, \.jpeg, .*, \.pfm\.$"
    ):
        write(image(), tmp_path / name)


def test_the_nearest_ending_is_told(tmp_path):
    with pytest.raises(InputError, match=re.escape('(did you mean ".tiff"?)')):
        check_output(tmp_path / "a.tifff")


def test_a_folder_stands_there(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(InputError, match=r"a\.png is a folder: give the name of a file"):
        write(image(), tmp_path / "a.png", overwrite=True)


def test_what_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"a\.png could not be written"):
        write(image(), tmp_path / "file/a.png")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("depth", "shape", "name", "message"),
    [
        (
            16,
            (4, 4),
            "a.jpg",
            "a.jpg would lose 16 bits a sample of the image: JPEG cannot hold it; write PNG or TIFF.",
        ),
        (
            8,
            (4, 4, 4),
            "a.jpg",
            "a.jpg would lose transparency of the image: JPEG cannot hold it; write PNG or TIFF.",
        ),
        (
            8,
            (4, 4, 3),
            "a.pgm",
            "a.pgm would lose the colours of the image: PGM cannot hold it; write PNG or JPEG.",
        ),
        (16, (4, 4, 2), "a.jpg", "a.jpg would lose 16 bits a sample and transparency of the image: JPEG"),
        (
            32,
            (4, 4),
            "a.png",
            "a.png would lose 32 bits a sample of the image: PNG cannot hold it; write TIFF or PFM.",
        ),
    ],
)
def test_nothing_is_lost_silently(tmp_path, depth, shape, name, message):
    with pytest.raises(InputError, match="^" + re.escape(message)):
        write(image(depth, shape), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_premultiplied_colours_into_png(tmp_path):
    with pytest.raises(
        InputError, match=r"lose colours multiplied by alpha of the image: PNG .* write TIFF\."
    ):
        write(
            Image(np.zeros((1, 4, 4), np.float32), np.zeros((4, 4), np.float32), premultiplied=True),
            tmp_path / "a.png",
        )


def test_broken_exif_stays_as_it_is_but_a_tiff_cannot_hold_it(tmp_path):
    write(image(exif=b"no EXIF"), tmp_path / "a.png")
    assert read(tmp_path / "a.png").metadata.exif == b"no EXIF"
    with pytest.raises(
        InputError, match=r"^a\.png has broken EXIF, which a TIFF cannot hold: write it in the format"
    ):
        write(read(tmp_path / "a.png"), tmp_path / "a.tif")


@pytest.mark.parametrize("fill", [b"", b"\0", b"\x08", b"\xff"])
def test_no_refusal_speaks_in_pythons_words(fill):
    words = re.compile("buffer|unpack|object|argument|index|NoneType|instance")
    files = small_files()
    for name in WHOLE.values():
        for kept in range(2, 40):
            with pytest.raises(InputError) as caught:
                list(decode(files[name][:kept] + 12 * fill, max_pixels=10**6))
            assert not words.search(str(caught.value)), (name, kept)


def test_a_file_without_an_image(tmp_path):
    path = saved(tmp_path / "a.tif", b"II*\0\0\0\0\0")
    assert refusal(path) == "a.tif holds no image."


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (Image(np.zeros((3, 480, 640), np.float32), name="a.png"), "a.png: 640 x 480, RGB, 8 bit"),
        (Image(np.zeros((1, 2, 3), np.float32), depth=32), "the image: 3 x 2, grey, float"),
        (
            Image(np.zeros((1, 2, 3), np.float32), np.ones((2, 3), np.float32), 16),
            "the image: 3 x 2, grey and alpha, 16 bit",
        ),
    ],
    ids=["colour", "float", "alpha"],
)
def test_an_image_is_shown_in_a_line(image, told):
    assert repr(image) == f"<grainless.Image {told}>"
