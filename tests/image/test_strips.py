import io

import numpy as np
import PIL.Image
import pytest
import tifffile

from grainless.image.formats.tiff import strips, tiff
from grainless.image.image import Image, Metadata, Refused

LIMIT = 10**9
KINDS = {
    "plain grey": ((101, 57), "u1", {}),
    "plain, backwards": ((101, 57), "u2", {"byteorder": ">"}),
    "strips": ((101, 57, 3), "u2", {"compression": "zlib", "rowsperstrip": 7, "predictor": True}),
    "tiles": ((101, 57, 4), "u2", {"tile": (16, 32), "extrasamples": [2], "compression": "lzw"}),
    "planes": ((3, 101, 57), "u1", {"planarconfig": "separate"}),
    "planes in strips": (
        (3, 101, 57),
        "u1",
        {"planarconfig": "separate", "compression": "zlib", "rowsperstrip": 10},
    ),
    "floats": ((101, 57, 3), "f4", {"compression": "zlib", "predictor": True, "byteorder": ">"}),
    "tiles of planes": (
        (3, 101, 57),
        "u2",
        {"planarconfig": "separate", "tile": (32, 16), "compression": "zlib", "predictor": True},
    ),
    "big": ((101, 57), "u1", {"bigtiff": True}),
    "with a sign": ((101, 57), "i2", {"compression": "zlib", "predictor": True}),
    "of 32 bits": ((101, 57, 3), "u4", {"rowsperstrip": 7}),
    "one bit": ((101, 57), "?", {}),
    "premultiplied": ((101, 57, 4), "u1", {"extrasamples": [1]}),
}


@pytest.fixture(params=KINDS)
def path(request, tmp_path):
    shape, dtype, options = KINDS[request.param]
    samples = np.random.default_rng(0).integers(0, 200, shape).astype(dtype)
    colours = {"photometric": "rgb" if len(shape) == 3 else "minisblack"}
    tags = [(315, 2, 6, b"Ansel\0", True), (270, 2, 5, b"Moon\0", True)]
    file = tmp_path / "in.tif"
    tifffile.imwrite(
        file,
        samples,
        **colours,
        **options,
        metadata=None,
        extratags=tags,
        resolution=(300, 300),
        resolutionunit=2,
    )
    return file


@pytest.mark.parametrize(("first", "last"), [(0, 101), (0, 1), (30, 77), (99, 101)])
def test_rows_are_those_of_the_whole_image(path, first, last):
    (whole,) = tiff.decode(path.read_bytes(), LIMIT)
    with strips.opened(path, LIMIT) as (page,):
        assert page.size == (101, 57)
        rows = page.rows(first, last)
    np.testing.assert_array_equal(rows.pixels, whole.pixels[:, first:last])
    if whole.alpha is not None:
        np.testing.assert_array_equal(rows.alpha, whole.alpha[first:last])
    assert (rows.depth, rows.premultiplied, rows.notes) == (whole.depth, whole.premultiplied, whole.notes)
    assert rows.levels == whole.levels
    assert rows.metadata == whole.metadata


@pytest.mark.parametrize("tall", [1, 13, 101])
def test_bands_make_the_file_that_the_whole_image_makes(path, tmp_path, tall):
    images = list(tiff.decode(path.read_bytes(), LIMIT))
    wanted = io.BytesIO()
    tiff.write(iter(images), wanted)
    with strips.opened(path, LIMIT) as (page,), (tmp_path / "out.tif").open("w+b") as file:
        bands = (page.rows(at, min(at + tall, 101)) for at in range(0, 101, tall))
        strips.write([(101, bands)], file, nbytes=101 * 57)
    assert (tmp_path / "out.tif").read_bytes() == wanted.getvalue()


def test_larger_images_become_several_strips(tmp_path):
    samples = np.random.default_rng(0).integers(0, 255, (700, 1000), np.uint8)
    tifffile.imwrite(tmp_path / "in.tif", samples, compression="zlib")
    with strips.opened(tmp_path / "in.tif", LIMIT) as (page,), (tmp_path / "out.tif").open("w+b") as file:
        strips.write([(700, (page.rows(at, at + 100) for at in range(0, 700, 100)))], file, nbytes=700_000)
    with tifffile.TiffFile(tmp_path / "out.tif") as written:
        assert len(written.pages[0].dataoffsets) == 3
        np.testing.assert_array_equal(written.asarray(), samples)


def test_what_may_not_fit_into_a_plain_tiff_becomes_bigtiff_with_its_exif(tmp_path):
    exif = PIL.Image.Exif()
    exif[0x8769] = {0x9003: "2024:01:02 03:04:05"}
    held = Metadata(exif=exif.tobytes().removeprefix(b"Exif\0\0"))
    band = Image(np.zeros((1, 4, 5), np.float32), metadata=held)
    with (tmp_path / "out.tif").open("w+b") as file:
        strips.write([(4, [band])], file, nbytes=2**32)
    data = (tmp_path / "out.tif").read_bytes()
    assert data[2] == 43
    (back,) = tiff.decode(data, LIMIT)
    assert b"2024:01:02" in back.metadata.exif


def test_the_size_is_that_of_all_pages_whatever_the_first_is(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(np.zeros((10, 10), bool), photometric="minisblack", metadata=None)
        file.write(np.zeros((10, 10, 4), np.float64), photometric="rgb", extrasamples=[2], metadata=None)
        table = np.zeros((3, 256), np.uint16)
        file.write(np.zeros((10, 10), np.uint8), photometric="palette", colormap=table, metadata=None)
    with strips.opened(tmp_path / "a.tif", LIMIT) as pages:
        assert [page.nbytes for page in pages] == [100, 1600, 300]


def test_broken_and_foreign_files_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((10, 10), np.uint8))
    data = path.read_bytes()
    path.write_bytes(data[:-40])
    with pytest.raises(ValueError, match="pixels are missing"), strips.opened(path, LIMIT):
        pass
    path.write_bytes(data)
    with (
        pytest.raises(Refused, match="holds 10 x 10 pixels, more than the 99 that are taken"),
        strips.opened(path, 99),
    ):
        pass
