import csv
import io
import os
import re
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import PIL.Image
import PIL.PngImagePlugin
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from grainless.errors import InputError, RunError
from grainless.formats.pixels import from_samples, to_samples
from grainless.image import READ, WRITTEN, Image, Metadata, check_output, read, write

PROFILE = b"a colour profile" * 5000  # longer than one segment of a JPEG
DTYPES = {8: np.uint8, 16: np.uint16, 32: np.float32}


def samples(depth, shape, seed=0):
    """Random stored samples of (h, w) or (h, w, s); the extremes are among them."""
    generator = np.random.default_rng(seed)
    if depth == 32:
        return generator.normal(0.5, 1, shape).astype(np.float32)
    white = np.iinfo(DTYPES[depth]).max
    return generator.choice([0, 1, white // 2, white - 1, white], shape).astype(DTYPES[depth])


def image(depth=8, shape=(6, 5, 3), **metadata):
    return from_samples(samples(depth, shape), metadata=Metadata(**metadata))


def photograph(size=64):
    """(h, w, 3) uint8, smooth: what JPEG is made for."""
    y, x = np.mgrid[:size, :size] / size
    return np.uint8(255 * np.stack([x, y, (x + y) / 2], axis=-1))


def exif(orientation=6):
    held = PIL.Image.Exif()
    held[271], held[272], held[274] = "Maker", "Model", orientation
    held[0x8769] = {0x829A: (1, 50), 0x8827: 6400, 0x9003: "2024:01:02 03:04:05"}
    held[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0)}
    return held.tobytes().removeprefix(b"Exif\0\0")


def entries(held):
    """What a reader finds in EXIF."""
    found = PIL.Image.Exif()
    found.load(held)
    return [
        {key: found[key] for key in (271, 272, 274)},
        dict(found.get_ifd(0x8769)),
        dict(found.get_ifd(0x8825)),
    ]


def chunk(kind, held):
    return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))


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


def test_a_transparent_colour_becomes_alpha(tmp_path):
    bare = imagecodecs.png_encode(np.uint16([[1, 2], [2, 3]]))
    (tmp_path / "key.png").write_bytes(bare[:33] + chunk(b"tRNS", b"\0\2") + bare[33:])
    assert read(tmp_path / "key.png").alpha.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("bits", [2, 4])
def test_grey_of_few_bits_becomes_eight(tmp_path, bits):
    row = zlib.compress(b"\0" + bytes([0b11100100]))
    head = struct.pack(">IIBBBBB", 8 // bits, 1, bits, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")
    (tmp_path / "few.png").write_bytes(data)
    expected = {2: [1, 2 / 3, 1 / 3, 0], 4: [14 / 15, 4 / 15]}[bits]
    assert_allclose(read(tmp_path / "few.png").pixels[0, 0], expected, atol=1e-6)


@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits", "zstd", "jpeg"])
def test_tiff_keeps_a_lossless_compression(tmp_path, compression):
    tifffile.imwrite(tmp_path / "a.tif", photograph(), compression=compression, photometric="rgb")
    found = read(tmp_path / "a.tif")
    write(found, tmp_path / "b.tif")
    assert_array_equal(read(tmp_path / "b.tif").pixels, found.pixels)
    with tifffile.TiffFile(tmp_path / "a.tif") as before, tifffile.TiffFile(tmp_path / "b.tif") as after:
        expected = 8 if compression == "jpeg" else before.pages[0].compression
        assert after.pages[0].compression == expected


def test_tiff_of_separate_planes_big_endian_and_tiled(tmp_path):
    stored = samples(16, (3, 40, 50))
    tifffile.imwrite(
        tmp_path / "a.tif", stored, photometric="rgb", planarconfig="separate", tile=(16, 16), byteorder=">"
    )
    found = read(tmp_path / "a.tif")
    assert_array_equal(to_samples(found), np.moveaxis(stored, 0, -1))
    write(found, tmp_path / "b.tif")
    assert_array_equal(read(tmp_path / "b.tif").pixels, found.pixels)


def test_big_tiff_keeps_its_pixels_and_tags(tmp_path):
    stored = samples(16, (9, 8))
    tags = [(271, 2, 0, "Leica", True)]
    tifffile.imwrite(tmp_path / "a.tif", stored, bigtiff=True, extratags=tags)
    found = read(tmp_path / "a.tif")
    assert_array_equal(to_samples(found), stored)
    write(found, tmp_path / "b.tif")
    again = read(tmp_path / "b.tif")
    assert_array_equal(again.pixels, found.pixels)
    for each in (found, again):
        assert b"Leica" in each.metadata.exif
    tifffile.imwrite(tmp_path / "c.tif", stored, bigtiff=True, byteorder=">")
    assert refusal(tmp_path / "c.tif") == "c.tif is a big-endian BigTIFF: convert it to a plain TIFF."


def test_tiff_whose_white_is_zero(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.uint8([[0, 55, 255]]), photometric="miniswhite")
    assert to_samples(read(tmp_path / "a.tif")).tolist() == [[255, 200, 0]]


def test_premultiplied_alpha_stays_so(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", samples(8, (6, 5, 4)), photometric="rgb", extrasamples=[1])
    found = read(tmp_path / "a.tif")
    write(found, tmp_path / "b.tif")
    assert found.premultiplied
    assert read(tmp_path / "b.tif").premultiplied


# JPEG


def jpeg(**options):
    held = io.BytesIO()
    PIL.Image.fromarray(photograph()).save(held, "JPEG", **options)
    return held.getvalue()


@pytest.mark.parametrize("shape", [(64, 64), (64, 64, 3)])
def test_jpeg_of_what_was_none_is_of_quality_95_without_subsampling(tmp_path, shape):
    stored = photograph()[..., 0] if len(shape) == 2 else photograph()
    write(from_samples(stored, metadata=Metadata()), tmp_path / "a.jpg")
    found = read(tmp_path / "a.jpg")
    assert found.pixels.shape == (1 if len(shape) == 2 else 3, 64, 64)
    assert np.abs(to_samples(found).astype(int) - stored).max() <= 4
    with PIL.Image.open(tmp_path / "a.jpg") as seen:
        assert max(seen.quantization[0]) == 12  # annex K's 121 at quality 95
    assert found.metadata.native.sampling == 0


@pytest.mark.parametrize("quality", [30, 75, 95, 99])
@pytest.mark.parametrize("sampling", [0, 1, 2])
def test_jpeg_is_never_coarser_than_its_source(tmp_path, quality, sampling):
    (tmp_path / "a.jpg").write_bytes(jpeg(quality=quality, subsampling=sampling))
    before = read(tmp_path / "a.jpg")
    write(before, tmp_path / "b.jpg")
    after = read(tmp_path / "b.jpg")
    assert after.metadata.native.sampling == sampling
    for key, table in after.metadata.native.tables.items():
        assert (np.array(table) <= before.metadata.native.tables[key]).all()
        assert max(table) <= 12
    assert np.sqrt(np.mean((after.pixels - before.pixels) ** 2)) < 1.5 / 255


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


def test_every_chunk_of_a_png_survives_that_stays_true(tmp_path):
    words = PIL.PngImagePlugin.PngInfo()
    for key, value in [("Title", "one"), ("Title", "two"), ("Comment", "three")]:
        words.add_text(key, value)
    words.add_itxt("Author", "Zoë", lang="nl", zip=True)
    words.add_text("Source", "long " * 100, zip=True)
    words.add(b"gAMA", struct.pack(">I", 45455))
    words.add(b"tIME", bytes(7))
    words.add(b"prIv", b"private, unsafe to copy? No: v is small")
    PIL.Image.fromarray(photograph()).save(tmp_path / "a.png", pnginfo=words, dpi=(72, 72))
    before = read(tmp_path / "a.png")
    write(before, tmp_path / "b.png")
    after = read(tmp_path / "b.png")
    kinds = [kind for kind, _held in after.metadata.native.chunks]
    assert kinds.count(b"tEXt") == 3
    assert {b"gAMA", b"prIv", b"pHYs", b"iTXt", b"zTXt"} < set(kinds)
    assert b"tIME" not in kinds  # the time of the last change is not that any more
    assert after.metadata == before.metadata
    assert before.metadata.text["Author"] == "Zoë"
    assert before.metadata.text["Source"] == "long " * 100


def test_every_segment_of_a_jpeg_survives(tmp_path):
    bare = jpeg(comment=b"caf\xe9", dpi=(300, 300))
    private = b"\xff\xed\0\x0dPhotoshop 3"
    (tmp_path / "a.jpg").write_bytes(bare[:2] + private + bare[2:])
    before = read(tmp_path / "a.jpg").metadata
    write(read(tmp_path / "a.jpg"), tmp_path / "b.jpg")
    after = read(tmp_path / "b.jpg").metadata
    assert after.native.segments == before.native.segments
    assert (0xED, b"Photoshop 3") in after.native.segments
    assert (after.text, after.dpi) == ({"Comment": "café"}, (300.0, 300.0))


def test_every_tag_of_a_tiff_survives(tmp_path):
    tags = [
        (65000, 12, 2, (1.5, 2.5), True),
        (315, 2, 0, "Ansel", True),
        (33550, 12, 3, (1.0, 1.0, 0.0), True),
    ]
    tifffile.imwrite(
        tmp_path / "a.tif", photograph(), photometric="rgb", description="a scan", resolution=(118, 118),
        resolutionunit="CENTIMETER", iccprofile=PROFILE, byteorder=">", extratags=tags,
    )  # fmt: skip
    write(read(tmp_path / "a.tif"), tmp_path / "b.tif")
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        held = file.pages[0].tags
        assert [held[code].value for code in (65000, 315, 33550)] == [(1.5, 2.5), "Ansel", (1.0, 1.0, 0.0)]
        assert (held[270].value, held[34675].value, held[282].value) == ("a scan", PROFILE, (118, 1))
    assert_allclose(read(tmp_path / "b.tif").metadata.dpi, (118 * 2.54, 118 * 2.54))


def test_pixels_stay_as_stored_and_the_orientation_stays_beside_them(tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg(exif=b"Exif\0\0" + exif(orientation=6)))
    found = read(tmp_path / "a.jpg")
    with PIL.Image.open(tmp_path / "a.jpg") as seen:
        assert_array_equal(to_samples(found), np.asarray(seen))
    write(found, tmp_path / "b.png")
    with PIL.Image.open(tmp_path / "b.png") as seen:
        assert seen.getexif()[274] == 6


# What is refused: reading


def refusal(path, **options):
    """The one line that reading this file gives."""
    with pytest.raises(InputError) as caught:
        read(path, **options)
    line = str(caught.value)
    assert "\n" not in line
    assert Path(path).name in line
    return line


def outcome(path):
    """What a person is told about this file: nothing if it can be read."""
    try:
        read(path)
    except InputError as error:
        return str(error)
    return ""


def saved(path, content):
    path.write_bytes(content)
    return path


def test_no_such_file(tmp_path):
    (tmp_path / "moon.png").touch()
    assert refusal(tmp_path / "mon.png").endswith('mon.png: no such file (did you mean "moon.png"?).')
    assert refusal(tmp_path / "none/moon.png").endswith("moon.png: no such file.")


def test_a_folder(tmp_path):
    assert refusal(tmp_path).endswith(" is a folder: give an image file.")


def test_a_name_that_no_system_takes(tmp_path):
    assert "cannot be read" in refusal(tmp_path / ("a" * 5000))


def test_an_empty_file(tmp_path):
    assert refusal(saved(tmp_path / "a.png", b"")) == "a.png is empty."


def test_no_image(tmp_path):
    line = refusal(saved(tmp_path / "notes.png", b"To whom it may concern"))
    assert line == "notes.png is no image that Grainless reads: PNG, JPEG, TIFF, WebP, BMP."


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a.heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "a.jpg", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "a.avif", "AVIF"),
        (b"GIF89a\1\0\1\0", "a.gif", "GIF"),
        (b"II*\0\x10\0\0\0CR\x02\0", "a.cr2", "camera RAW"),
        (b"II*\0\x10\0\0\0", "a.NEF", "camera RAW"),
        (b"FUJIFILMCCD-RAW 0201", "a.raf", "camera RAW"),
        (b"8BPS\0\1", "a.psd", "Photoshop"),
        (b"%PDF-1.7", "a.pdf", "PDF"),
        (b"P5\n1 1 255 a", "a.pgm", "PNM"),
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


def whole_file(kind, folder):
    stored = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    if kind in WRITTEN:
        path = folder / f"whole{WRITTEN[kind].endings[0]}"
        write(from_samples(stored, metadata=Metadata(icc=PROFILE, exif=exif())), path, overwrite=True)
    else:
        path = folder / f"whole.{kind.lower()}"
        PIL.Image.fromarray(stored).save(path)
    return path.read_bytes()


@pytest.mark.parametrize("kind", READ)
def test_truncated_files(tmp_path, kind):
    data = whole_file(kind, tmp_path)
    for share in (0.02, 0.3, 0.6, 0.9):
        line = refusal(saved(tmp_path / "cut", data[: int(share * len(data))]))
        assert line.startswith(f"cut is a broken {kind} file: ")


@pytest.mark.parametrize("kind", READ)
def test_bytes_that_changed_give_an_image_or_one_line(tmp_path, kind):
    data = whole_file(kind, tmp_path)
    generator = np.random.default_rng(1)
    for _ in range(40):
        broken = bytearray(data)
        for place in generator.integers(0, min(len(data), 600), 4):
            broken[place] = generator.integers(256)
        assert "\n" not in outcome(saved(tmp_path / "cut", bytes(broken)))


def test_a_broken_png_checksum(tmp_path):
    data = bytearray(whole_file("PNG", tmp_path))
    data[-20] ^= 1
    assert (
        refusal(saved(tmp_path / "a.png", bytes(data))) == "a.png is a broken PNG file: chunk IDAT is broken."
    )


@pytest.mark.parametrize(("mode", "what"), [("P", "palette colours"), ("1", "1 bit a pixel")])
def test_png_of_other_colours(tmp_path, mode, what):
    PIL.Image.new(mode, (4, 4)).save(tmp_path / "a.png")
    assert refusal(tmp_path / "a.png").startswith(f"a.png holds {what}: convert it to")


def test_cmyk_jpeg(tmp_path):
    PIL.Image.new("CMYK", (8, 8)).save(tmp_path / "a.jpg")
    assert refusal(tmp_path / "a.jpg") == "a.jpg holds CMYK colours: convert it to RGB or grey."


def test_palette_bmp(tmp_path):
    PIL.Image.fromarray(photograph()).quantize(100).save(tmp_path / "a.bmp")
    assert refusal(tmp_path / "a.bmp") == "a.bmp holds palette colours: convert it to RGB or grey."


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_animations(tmp_path, ending):
    frames = [PIL.Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=frames[1:])
    assert refusal(tmp_path / f"a.{ending}") == f"a.{ending} holds 2 frames: give one still image."


def test_jpeg_of_several_images(tmp_path):
    frames = [PIL.Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=frames[1:])
    assert refusal(tmp_path / "a.jpg").startswith("a.jpg holds several images (a preview or a gain map)")


def test_tiff_of_several_pages(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((3, 8, 8), np.uint8), photometric="minisblack")
    assert refusal(tmp_path / "a.tif") == "a.tif holds 3 pages: give a file of one page."


@pytest.mark.parametrize(
    ("dtype", "shape", "options", "message"),
    [
        (np.uint32, (8, 8), {}, "holds 32-bit uint32: convert it to 8 or 16 bit, unsigned"),
        (np.int16, (8, 8), {}, "holds 16-bit int16"),
        (np.float64, (8, 8), {}, "holds 64-bit float64"),
        (bool, (8, 8), {}, "holds 1-bit bool"),
        (np.uint16, (8, 8), {"bitspersample": 12, "photometric": "minisblack"}, "holds 12-bit uint16"),
        (np.uint8, (8, 8, 4), {"photometric": "separated"}, "holds 4 SEPARATED samples a pixel: convert"),
        (np.uint8, (8, 8, 5), {"photometric": "rgb"}, "holds 5 RGB samples a pixel"),
        (np.float32, (8, 8), {"photometric": "miniswhite"}, "holds 1 MINISWHITE samples a pixel"),
        (np.uint8, (8, 8), {"photometric": "minisblack", "subifds": 1}, "holds several images"),
        (np.uint8, (8, 8), {"extratags": [(50706, 1, 4, b"\1\4\0\0", True)]}, "holds camera RAW: develop it"),
    ],
)  # fmt: skip
def test_tiff_of_other_samples(tmp_path, dtype, shape, options, message):
    options = {"photometric": "minisblack", "metadata": None} | options
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(np.zeros(shape, dtype), **options)
    assert refusal(tmp_path / "a.tif").startswith(f"a.tif {message}")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_tiff_of_what_is_no_number(tmp_path, bad):
    tifffile.imwrite(tmp_path / "a.tif", np.float32([[0, bad]]))
    assert refusal(tmp_path / "a.tif") == "a.tif holds pixels that are no numbers (NaN or inf): replace them."


@pytest.mark.parametrize("kind", READ)
def test_more_pixels_than_are_taken(tmp_path, kind):
    path = saved(tmp_path / "a", whole_file(kind, tmp_path))
    assert (
        refusal(path, max_pixels=1599)
        == "a holds 40 x 40 pixels, more than the 1,599 that are taken at once."
    )
    assert read(path, max_pixels=1600).size == (40, 40)


def test_no_pixels_at_all(tmp_path, capfd):
    head = struct.pack(">IIBBBBB", 0, 5, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    assert refusal(saved(tmp_path / "a.png", data)) == "a.png holds 0 x 5 pixels, which are none."
    assert capfd.readouterr().err == ""


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(tmp_path):
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    assert "60000 x 60000 pixels, more than the 200,000,000" in refusal(saved(tmp_path / "bomb.png", data))


def test_a_text_bomb_is_refused(tmp_path):
    bare = imagecodecs.png_encode(np.zeros((4, 4), np.uint8))
    bomb = chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(2**23)))
    data = bare[:33] + bomb + bare[33:]
    assert refusal(saved(tmp_path / "a.png", data)).endswith("a compressed text or profile is too long.")


# What is refused: writing


def test_what_stands_there_is_not_overwritten(tmp_path):
    path = saved(tmp_path / "a.png", b"precious")
    with pytest.raises(InputError, match=r"a\.png exists: choose another name, or allow it by --overwrite"):
        write(image(), path)
    assert path.read_bytes() == b"precious"
    write(image(), path, overwrite=True)
    assert read(path).size == (6, 5)


@pytest.mark.parametrize("name", ["a.pgn", "a.webp", "a", "a.png.bak"])
def test_endings_that_are_not_written(tmp_path, name):
    with pytest.raises(
        InputError, match=r"has no ending that is written.*: \.png, \.jpg, \.jpeg, \.tif, \.tiff"
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
    with pytest.raises(RunError, match=r"a\.png could not be written"):
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
        (16, (4, 4, 2), "a.jpg", "a.jpg would lose 16 bits a sample and transparency of the image: JPEG"),
        (
            32,
            (4, 4),
            "a.png",
            "a.png would lose 32 bits a sample of the image: PNG cannot hold it; write TIFF.",
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


@pytest.mark.parametrize(("key", "what"), [("exif", "EXIF"), ("xmp", "XMP")])
def test_more_than_a_jpeg_holds(tmp_path, key, what):
    with pytest.raises(
        InputError, match=rf"the image has 70,\d* bytes of {what}, and a JPEG holds at most 65,533"
    ):
        write(image(**{key: bytes(70_000)}), tmp_path / "a.jpg")


# Real files

AWKWARD = {
    "badcrc.png": "broken PNG file: chunk IDAT is broken",
    "broken_data_stream.png": "broken PNG file: chunk IDAT is broken",
    "dispose_bgnd.gif": "is GIF",
    "hopper.pfm": "is PFM",
    "hopper_1bit.pbm": "is PNM",
    "hopper_rle8.bmp": "palette colours",
    "multipage.tiff": "holds 3 pages",
    "multipage_rgb.tif": "holds 2 pages",
    "p_trns_single.png": "palette colours",
    "palette_color.png": "palette colours",
    "pil_sample_cmyk.jpg": "CMYK colours",
    "tRNS_null_1x1.png": "palette colours",
    "truncated_jpeg.jpg": "broken JPEG file: image file is truncated",
}


def awkward_files():
    folder = Path(os.environ.get("GRAINLESS_DATA", "")) / "awkward"
    manifest = folder / "manifest.csv"
    if not os.environ.get("GRAINLESS_DATA") or not manifest.is_file():
        pytest.skip("real files: set GRAINLESS_DATA to a folder with awkward/manifest.csv")
    with manifest.open(newline="") as rows:
        return [folder / row["file"] for row in csv.DictReader(rows)]


def test_awkward_files_are_read_or_refused_in_one_line():
    paths = awkward_files()
    assert len(paths) >= 20
    for path in paths:
        if path.name in AWKWARD:
            assert AWKWARD[path.name] in refusal(path)
        else:
            read(path)


def test_awkward_files_come_back_as_they_went_in(tmp_path):
    for path in awkward_files():
        if path.name in AWKWARD or path.suffix not in {".png", ".tif"}:
            continue
        before = read(path)
        write(before, tmp_path / path.name)
        after = read(tmp_path / path.name)
        assert_array_equal(to_samples(after), to_samples(before), strict=True)
        assert after.metadata == before.metadata
