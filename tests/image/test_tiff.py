import re

import numpy as np
import PIL.Image
import pytest
import tifffile
from image_files import (
    PROFILE,
    again,
    entries,
    exif,
    image,
    photograph,
    profile_of_inks,
    refusal,
    samples,
    saved,
)
from numpy.testing import assert_allclose, assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Image, Metadata, frames, read, write, write_frames
from grainless.image.formats.inks import to_rgb
from grainless.image.image import Levels, from_samples, to_samples

GREY = {"photometric": "minisblack", "metadata": None}
PALETTE = "Palette colours were turned into colours of each pixel, and are written so."


def made(path, stored, **options):
    """A TIFF of one page by tifffile."""
    with tifffile.TiffWriter(
        path, byteorder=options.pop("byteorder", None), bigtiff=options.pop("bigtiff", False)
    ) as file:
        file.write(stored, **(GREY | options))
    return path


# Pixels


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "packbits", "zstd", "lzma", "jpeg"])
def test_a_lossless_compression_is_kept(tmp_path, compression, order):
    made(tmp_path / "a.tif", photograph(), compression=compression, photometric="rgb", byteorder=order)
    (before,), (after,) = again(tmp_path / "a.tif")
    assert_array_equal(after.pixels, before.pixels)
    assert before.metadata.lossy == (compression == "jpeg")
    with tifffile.TiffFile(tmp_path / "a.tif") as one, tifffile.TiffFile(tmp_path / "again.tif") as other:
        assert other.pages[0].compression == (8 if compression == "jpeg" else one.pages[0].compression)
        assert other.byteorder == one.byteorder == order


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_every_way_to_lay_pixels(tmp_path, order, big, planes, tile):
    stored = samples(16, (40, 50, 3))
    laid = np.moveaxis(stored, -1, 0) if planes == "separate" else stored
    options = {"photometric": "rgb", "planarconfig": planes, "tile": tile, "byteorder": order, "bigtiff": big}
    made(tmp_path / "a.tif", laid, compression="zlib", predictor=2, **options)
    (before,), (after,) = again(tmp_path / "a.tif")
    assert_array_equal(to_samples(before), stored)
    assert_array_equal(to_samples(after), stored)
    assert layout(tmp_path / "again.tif") == layout(tmp_path / "a.tif") == (big, planes == "separate", tile)


def layout(path):
    """Whether a file is a BigTIFF, whether its first page's planes lie apart, and its tiles."""
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        return file.is_bigtiff, page.planarconfig == 2, page.tile


@pytest.mark.parametrize("kept", [True, False])
def test_tiles_that_are_far_larger_than_the_image_become_strips(tmp_path, kept, monkeypatch):
    monkeypatch.setattr("grainless.image.formats.tiff.tags.TILE_PIXELS", 1024 if kept else 1023)
    made(tmp_path / "a.tif", samples(8, (9, 8)), tile=(32, 32))
    again(tmp_path / "a.tif")
    assert layout(tmp_path / "again.tif")[2] == ((32, 32) if kept else None)


def test_a_predictor_without_a_compression_predicts_nothing(tmp_path):
    """So Pillow and libtiff read it; tifffile would add up the pixels, and writes none."""
    stored = samples(8, (9, 8))
    PIL.Image.fromarray(stored).save(tmp_path / "a.tif", tiffinfo={317: 2})
    (before,), (after,) = again(tmp_path / "a.tif")
    assert_array_equal(to_samples(before), stored)
    assert_array_equal(to_samples(after), stored)


def test_samples_of_an_unknown_kind_beside_the_colours(tmp_path):
    made(tmp_path / "a.tif", samples(8, (6, 5, 4)), photometric="rgb", extrasamples=[2])
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        at = file.pages[0].tags[338].valueoffset
    data[at : at + 2] = (999).to_bytes(2, "little")
    (before,), (after,) = again(saved(tmp_path / "b.tif", bytes(data)))
    assert_array_equal(to_samples(after), to_samples(before))
    assert before.notes == (
        "The samples beside the colours are of an unknown kind, and are written as such of no stated kind.",
    )
    assert after.notes == ()


def test_a_unit_of_resolution_that_nobody_knows(tmp_path):
    made(tmp_path / "a.tif", samples(8, (6, 5)), resolution=(118, 118), resolutionunit=3)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        at = file.pages[0].tags[296].valueoffset
    data[at : at + 2] = (999).to_bytes(2, "little")
    for (found,) in again(saved(tmp_path / "b.tif", bytes(data))):
        assert found.metadata.dpi is None


# Integers with a sign or of 32 bits


def spread(dtype, low, high, shape=(6, 5)):
    held = np.random.default_rng(0).integers(low, high, shape, endpoint=True, dtype=np.int64)
    held.flat[:2] = low, high
    return held.astype(dtype)


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        ("i1", -128, 127),
        ("i2", -32_768, 32_767),
        ("i2", -12, 3012),
        ("i4", -(2**23), 2**23),
        ("i4", 5, 70_000),
        ("u4", 2**31, 2**31 + 2**24),
        ("u4", 7, 7),
    ],
)
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_integers_with_a_sign_or_of_32_bits_come_back(tmp_path, shape, dtype, low, high, compression):
    stored = spread(dtype, low, high, shape)
    colours = {"photometric": "rgb" if len(shape) == 3 else "minisblack"}
    made(tmp_path / "a.tif", stored, compression=compression, predictor=bool(compression), **colours)
    (before,), (after,) = again(tmp_path / "a.tif")
    assert (before.pixels.min(), before.pixels.max(), before.notes) == (0, float(high > low), ())
    assert before.levels == after.levels == Levels(np.dtype(dtype).name, low, max(high, low + 1))
    assert_array_equal(to_samples(after), stored, strict=True)
    with tifffile.TiffFile(tmp_path / "again.tif") as file:
        assert_array_equal(file.asarray(), stored, strict=True)


def test_full_scale_is_the_stated_range_if_it_holds_every_pixel(tmp_path):
    def stated(low, high):
        tags = [(340, 8, 1, low, True), (341, 8, 1, high, True)]
        return made(tmp_path / "a.tif", np.int16([[0, 50, 100]]), extratags=tags)

    (before,), (after,) = again(stated(-100, 300))
    assert before.pixels[0, 0].tolist() == [0.25, 0.375, 0.5]
    assert before.levels == after.levels == Levels("int16", -100, 300)
    assert read(stated(0, 99)).levels == Levels("int16", 0, 100)


def test_denoised_integers_may_leave_their_range_but_not_their_type(tmp_path):
    held = Levels("int8", -20, 100)
    image = Image(np.float32([[[-0.5, 0.5, 1.1, 3.0]]]), depth=8, levels=held)
    assert to_samples(image).tolist() == [[-80, 40, 112, 127]]
    write(image, tmp_path / "a.tif")
    assert read(tmp_path / "a.tif").levels == Levels("int8", -80, 127)


def test_what_float32_cannot_tell_apart_is_said(tmp_path):
    stored = spread("u4", 0, 2**32 - 1)
    made(tmp_path / "a.tif", stored)
    (before,), (after,) = again(tmp_path / "a.tif")
    assert before.notes == ("Integers from 0 to 4,294,967,295 are rounded to 16,777,216 steps.",)
    assert_allclose(to_samples(after), stored, atol=2**8)


@pytest.mark.parametrize("ending", ["png", "pfm"])
def test_only_a_tiff_holds_them(tmp_path, ending):
    made(tmp_path / "a.tif", spread("i4", -5, 900))
    with pytest.raises(
        InputError,
        match=rf"^b\.{ending} would lose integers with a sign or of 32 bits of a\.tif: .* write TIFF\.$",
    ):
        write(read(tmp_path / "a.tif"), tmp_path / f"b.{ending}")


def test_each_page_has_a_range_of_its_own(tmp_path):
    pages = [spread("i2", -7, 300), spread("i4", 0, 10**6), spread("u1", 0, 255)]
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for page in pages:
            file.write(page, **GREY)
    _before, after = again(tmp_path / "a.tif")
    for found, expected in zip(after, pages, strict=True):
        assert_array_equal(to_samples(found), expected, strict=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_that_is_zero(tmp_path, dtype):
    white = np.iinfo(dtype).max
    made(tmp_path / "a.tif", np.array([[0, 55, white]], dtype), photometric="miniswhite")
    assert to_samples(read(tmp_path / "a.tif")).tolist() == [[white, white - 55, 0]]


@pytest.mark.parametrize("white", ["minisblack", "miniswhite"])
def test_one_bit(tmp_path, white):
    made(tmp_path / "a.tif", np.array([[True, False, True]]), photometric=white)
    (before,), (after,) = again(tmp_path / "a.tif")
    expected = [255, 0, 255] if white == "minisblack" else [0, 255, 0]
    assert to_samples(before).tolist() == to_samples(after).tolist() == [expected]
    assert before.notes == ("1-bit samples became 8-bit ones.",)


@pytest.mark.parametrize(("bits", "depth"), [(2, 8), (4, 8), (10, 16), (12, 16), (14, 16)])
def test_other_bits_are_widened(tmp_path, bits, depth):
    stored = np.array([[0, 1, 2**bits - 1]], f"u{depth // 8}")
    made(tmp_path / "a.tif", stored, bitspersample=bits)
    found = read(tmp_path / "a.tif")
    assert_allclose(found.pixels[0, 0], [0, 1 / (2**bits - 1), 1], rtol=1e-6)
    assert (found.depth, found.notes) == (depth, (f"{bits}-bit samples became {depth}-bit ones.",))
    assert round(float(to_samples(again(tmp_path / "a.tif")[1][0])[0, 1])) == round(
        (2**depth - 1) / (2**bits - 1)
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_floats_become_those_of_32_bits(tmp_path, dtype):
    stored = np.array([[-0.5, 0.1, 1.5]], dtype)
    made(tmp_path / "a.tif", stored, compression="zlib", predictor=3)
    (before,), (after,) = again(tmp_path / "a.tif")
    for found in (before, after):
        assert_array_equal(found.pixels[0], stored.astype(np.float32))
        assert found.depth == 32
    assert before.notes == (f"{8 * stored.dtype.itemsize}-bit floats became 32-bit ones.",)


def test_doubles_beyond_floats(tmp_path):
    made(tmp_path / "a.tif", np.array([[1e300]]))
    assert refusal(tmp_path / "a.tif") == "a.tif holds pixels that are no numbers (NaN or inf): replace them."


@pytest.mark.parametrize("wide", [256, 1])
def test_palettes_also_those_that_fill_only_eight_bits(tmp_path, wide):
    table = np.zeros((3, 256), np.uint16)
    table[:, 7], table[:, 9] = [10 * wide, 20 * wide, 30 * wide], [200 * wide, 100 * wide, 0]
    made(tmp_path / "a.tif", np.uint8([[7, 9]]), photometric="palette", colormap=table)
    (before,), (after,) = again(tmp_path / "a.tif")
    assert to_samples(before).tolist() == to_samples(after).tolist() == [[[10, 20, 30], [200, 100, 0]]]
    assert before.notes == (PALETTE,)


def test_a_palette_of_greys_is_grey(tmp_path):
    table = np.broadcast_to(np.arange(256, dtype=np.uint16)[::-1] * 257, (3, 256))
    made(tmp_path / "a.tif", np.uint8([[0, 255]]), photometric="palette", colormap=table)
    assert to_samples(read(tmp_path / "a.tif")).tolist() == [[255, 0]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("profile", [None, profile_of_inks()])
def test_inks(tmp_path, dtype, profile):
    inks = samples(8 * np.dtype(dtype).itemsize, (6, 5, 4))
    tags = [(333, 2, 0, "Cyan\0Magenta\0Yellow\0Black", True)]
    made(tmp_path / "a.tif", inks, photometric="separated", iccprofile=profile, extratags=tags)
    (before,), (after,) = again(tmp_path / "a.tif")
    for found in (before, after):
        assert_array_equal(to_samples(found), to_rgb(inks, profile)[0])
        assert found.metadata.icc is None
    assert before.notes == (to_rgb(inks, profile)[1],)
    with tifffile.TiffFile(tmp_path / "again.tif") as file:
        assert not {332, 333, 334, 34675} & {tag.code for tag in file.pages[0].tags}


def test_premultiplied_alpha_stays_so(tmp_path):
    made(tmp_path / "a.tif", samples(8, (6, 5, 4)), photometric="rgb", extrasamples=[1])
    assert [found[0].premultiplied for found in again(tmp_path / "a.tif")] == [True, True]


def test_an_orientation_turns_nothing(tmp_path):
    """Pillow turns uncompressed TIFFs of orientation 5 to 8 that it opens by their path."""
    stored = samples(8, (4, 9))
    made(tmp_path / "a.tif", stored, extratags=[(274, 3, 1, 6, True)])
    for (found,) in again(tmp_path / "a.tif"):
        assert_array_equal(to_samples(found), stored)
        held = PIL.Image.Exif()
        held.load(found.metadata.exif)
        assert held[274] == 6


# Tags


def test_every_tag_survives(tmp_path):
    tags = [
        (65000, 12, 2, (1.5, 2.5), True),
        (315, 2, 0, "Ansel", True),
        (33550, 12, 3, (1.0, 1.0, 0.0), True),
    ]
    made(
        tmp_path / "a.tif", photograph(), photometric="rgb", description="a scan", resolution=(118, 118),
        resolutionunit="CENTIMETER", iccprofile=PROFILE, byteorder=">", extratags=tags,
    )  # fmt: skip
    again(tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "again.tif") as file:
        held = file.pages[0].tags
        assert [held[code].value for code in (65000, 315, 33550)] == [(1.5, 2.5), "Ansel", (1.0, 1.0, 0.0)]
        assert (held[270].value, held[34675].value, held[282].value) == ("a scan", PROFILE, (118, 1))
    assert_allclose(read(tmp_path / "again.tif").metadata.dpi, (118 * 2.54, 118 * 2.54))


@pytest.mark.parametrize("order", ["<", ">"])
def test_bigtiff_keeps_its_tags(tmp_path, order):
    tags = [(271, 2, 0, "Leica", True)]
    made(tmp_path / "a.tif", samples(16, (9, 8)), bigtiff=True, byteorder=order, extratags=tags)
    for (found,) in again(tmp_path / "a.tif"):
        assert b"Leica" in found.metadata.exif


# Pages


def test_pages_of_different_size_depth_and_kind(tmp_path):
    stored = [samples(8, (6, 5, 3)), samples(16, (4, 9)), samples(32, (3, 3, 4)), samples(8, (1, 1, 2))]
    write_frames([from_samples(each, metadata=Metadata()) for each in stored], tmp_path / "a.tif")
    before, after = again(tmp_path / "a.tif")
    for one, other, expected in zip(before, after, stored, strict=True):
        assert_array_equal(to_samples(one), expected, strict=True)
        assert_array_equal(to_samples(other), expected, strict=True)
    assert [each.name for each in before] == ["a.tif", *(f"a.tif, frame {number}," for number in (2, 3, 4))]


@pytest.mark.parametrize("order", ["<", ">"])
def test_each_page_keeps_its_own_tags_and_exif(tmp_path, order):
    with tifffile.TiffWriter(tmp_path / "a.tif", byteorder=order) as file:
        for number in range(3):
            file.write(
                samples(8, (6, 5), number), description=f"page {number}", subfiletype=2, compression="zlib",
                extratags=[(65000, 3, 1, number, True)], resolution=(100 + number, 100), resolutionunit=2, **GREY,
            )  # fmt: skip
    before, after = again(tmp_path / "a.tif")
    for number, found in enumerate(after):
        assert found.metadata.text == {"Description": f"page {number}"}
        assert found.metadata.dpi == (100 + number, 100)
        assert found.metadata == before[number].metadata
    with tifffile.TiffFile(tmp_path / "again.tif") as file:
        assert [page.tags[65000].value for page in file.pages] == [0, 1, 2]
        assert [page.subfiletype for page in file.pages] == [2, 2, 2]


def test_exif_of_each_page(tmp_path):
    held = [image(exif=exif(orientation)) for orientation in (3, 6, 8)]
    write_frames([*held[:1], image(), *held[1:]], tmp_path / "a.tif")
    for found in again(tmp_path / "a.tif"):
        assert found[1].metadata.exif is None
        for each, one in zip([found[0], *found[2:]], held, strict=True):
            assert entries(each.metadata.exif) == entries(one.metadata.exif)


def test_an_imagej_stack_keeps_its_pages_and_its_words(tmp_path):
    stored = samples(16, (4, 6, 5))
    tifffile.imwrite(tmp_path / "a.tif", stored, imagej=True, metadata={"axes": "ZYX", "spacing": 2.5})
    _before, after = again(tmp_path / "a.tif")
    assert_array_equal([to_samples(each) for each in after], stored)
    with tifffile.TiffFile(tmp_path / "again.tif") as file:
        assert (file.is_imagej, file.imagej_metadata["slices"], file.series[0].shape) == (True, 4, (4, 6, 5))


def test_an_ome_stack_keeps_its_pages_in_order(tmp_path):
    stored = samples(8, (2, 3, 6, 5))
    tifffile.imwrite(
        tmp_path / "a.ome.tif", stored, ome=True, photometric="minisblack", metadata={"axes": "TZYX"}
    )
    _before, after = again(tmp_path / "a.ome.tif")
    assert_array_equal([to_samples(each) for each in after], stored.reshape(6, 6, 5))
    with tifffile.TiffFile(tmp_path / "again.tif") as file:
        assert file.series[0].shape == (2, 3, 6, 5)


@pytest.mark.parametrize("imagej", [False, True])
def test_a_stack_behind_one_page_is_refused(tmp_path, imagej):
    stored = samples(8, (4, 6, 5))
    if imagej:
        tifffile.imwrite(tmp_path / "a.tif", stored, imagej=True)
        data = bytearray((tmp_path / "a.tif").read_bytes())
        first = int.from_bytes(data[4:8], "little")
        count = int.from_bytes(data[first : first + 2], "little")
        data[first + 2 + 12 * count :][:4] = bytes(4)
        data[first + 2 + 12 * count : first + 6 + 12 * count] = bytes(4)  # no next page
        saved(tmp_path / "a.tif", bytes(data))
    else:
        tifffile.imwrite(tmp_path / "a.tif", stored, photometric="minisblack", truncate=True)
    assert (
        refusal(tmp_path / "a.tif")
        == "a.tif holds a stack of images behind one page: save it with a page for each."
    )


def test_sub_images_are_not_kept_and_it_is_said(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(samples(8, (6, 5)), subifds=1, **GREY)
        file.write(samples(8, (3, 3)), subfiletype=1, **GREY)
    (before,), (after,) = again(tmp_path / "a.tif")
    assert_array_equal(to_samples(after), samples(8, (6, 5)))
    assert before.notes == ("Sub-images of the page (previews, smaller copies) are not kept.",)


def test_pages_are_made_one_after_the_other(tmp_path):
    asked = []

    def lazily():
        for number in range(3):
            asked.append(number)
            yield image()
            assert asked[-1] == number  # the next is not asked for before this one is written

    write_frames(lazily(), tmp_path / "a.tif")
    pages = frames(tmp_path / "a.tif")
    next(pages)
    assert len(list(pages)) == 2


def test_pages_together_are_not_more_than_allowed(tmp_path):
    write_frames([image(), image(shape=(2, 5)), image()], tmp_path / "a.tif")
    assert len(list(frames(tmp_path / "a.tif", max_pixels=70))) == 3
    expected = (
        "a.tif holds 3 images of 70 pixels together, more than the 69 that are taken at once: allow it by"
    )
    with pytest.raises(InputError, match="^" + re.escape(expected) + r" --max-pixels\.$"):
        next(frames(tmp_path / "a.tif", max_pixels=69))


def test_a_later_page_that_is_broken_is_told_by_its_number(tmp_path):
    write_frames([image(), image()], tmp_path / "a.tif")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        at = file.pages[1].tags[279].valueoffset
    data = bytearray((tmp_path / "a.tif").read_bytes())
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    found = frames(saved(tmp_path / "b.tif", bytes(data)))
    next(found)
    with pytest.raises(InputError, match=r"^b\.tif, frame 2, is a broken TIFF file: pixels are missing\.$"):
        next(found)


def test_what_came_before_a_failure_leaves_no_file(tmp_path):
    def failing():
        yield image()
        raise InputError("the second page is wrong")

    with pytest.raises(InputError, match=r"^the second page is wrong$"):
        write_frames(failing(), tmp_path / "a.tif")
    assert list(tmp_path.iterdir()) == []


# What is refused


@pytest.mark.parametrize(
    ("dtype", "shape", "options", "message"),
    [
        (np.uint64, (8, 8), {}, "holds 64-bit uint64: convert it to integers of 8, 16 or 32 bits or to 32-bit floats"),
        (np.int64, (8, 8), {}, "holds 64-bit int64"),
        (np.int16, (8, 8), {"photometric": "miniswhite"}, "holds 1 MINISWHITE samples a pixel"),
        (np.uint32, (8, 8, 4), {"photometric": "rgb", "extrasamples": [2]}, "holds 4 RGB samples a pixel"),
        (np.complex64, (8, 8), {}, "holds 64-bit complex64"),
        (np.uint8, (8, 8, 3), {"photometric": "cielab"}, "holds 3 CIELAB samples a pixel: convert it to RGB or grey"),
        (np.uint8, (8, 8, 3), {"photometric": "ycbcr"}, "holds 3 YCBCR samples a pixel"),
        (np.uint8, (8, 8, 5), {"photometric": "rgb"}, "holds 5 RGB samples a pixel"),
        (np.uint8, (8, 8, 4), {"photometric": "separated", "extratags": [(332, 3, 1, 2, True)]}, "holds 4 SEPARATED"),
        (np.float32, (8, 8), {"photometric": "miniswhite"}, "holds 1 MINISWHITE samples a pixel"),
        (np.uint8, (16, 16, 16), {"volumetric": True, "tile": (16, 16, 16)}, "holds a volume: save its slices as"),
        (np.uint8, (8, 8), {"extratags": [(50706, 1, 4, b"\1\4\0\0", True)]}, "holds camera RAW: develop it"),
    ],
)  # fmt: skip
def test_other_samples(tmp_path, dtype, shape, options, message):
    made(tmp_path / "a.tif", np.zeros(shape, dtype), **options)
    assert refusal(tmp_path / "a.tif").startswith(f"a.tif {message}")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number(tmp_path, bad):
    made(tmp_path / "a.tif", np.float32([[0, bad]]))
    assert refusal(tmp_path / "a.tif") == "a.tif holds pixels that are no numbers (NaN or inf): replace them."


def test_more_than_a_tiff_can_hold(tmp_path, monkeypatch):
    monkeypatch.setattr("grainless.image.formats.tiff.tiff.ROOM", 100)
    write(Image(np.zeros((3, 6, 6), np.float32)), tmp_path / "a.tif")  # it is known in time
    assert layout(tmp_path / "a.tif")[0]
    held = Image(np.zeros((3, 6, 5), np.float32))
    with pytest.raises(
        InputError, match=r"^the image would make a file of more than 4 GiB, which a plain TIFF cannot"
    ):
        write_frames([held, held], tmp_path / "b.tif")


@pytest.mark.parametrize("over", [0, 118])
def test_a_resolution_over_nothing_is_unknown(tmp_path, over):
    made(tmp_path / "a.tif", samples(8, (6, 5)), resolution=(118, 118), resolutionunit=3)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        at = file.pages[0].tags[283].valueoffset
    data[at : at + 8] = over.to_bytes(4, "little") + bytes(4)
    for (found,) in again(saved(tmp_path / "b.tif", bytes(data))):
        assert found.metadata.dpi is None


def test_a_resolution_that_is_no_ratio(tmp_path):
    made(tmp_path / "a.tif", samples(8, (6, 5)), resolution=(118, 118), resolutionunit=3)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        at = file.pages[0].tags[282].offset + 2
    data[at : at + 2] = (3).to_bytes(2, "little")
    for (found,) in again(saved(tmp_path / "b.tif", bytes(data))):
        assert found.metadata.dpi is None
