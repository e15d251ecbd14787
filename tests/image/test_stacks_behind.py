"""Stacks whose description makes programs read on behind the first page: ImageJ's and tifffile's own."""

import numpy as np
import pytest
import tifffile
from numpy.testing import assert_array_equal

from grainless.image.files import frames, write_frames
from grainless.image.formats.tiff import strips


def planes(count):
    return np.random.default_rng(0).integers(0, 2**16, (count, 70, 90), np.uint16)


def as_imagej_reads(path, count):
    """What ImageJ does: the first directory, and `images=` times its pixels behind each other."""
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        start, size = page.dataoffsets[0], page.nbytes
    held = np.frombuffer(path.read_bytes()[start : start + count * size], page.dtype)
    return held.reshape(count, *page.shape)


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("imagej", [False, True], ids=["tifffile", "imagej"])
def test_pixels_lie_one_behind_the_other(tmp_path, imagej, count):
    tifffile.imwrite(tmp_path / "in.tif", planes(count), imagej=imagej, photometric="minisblack")
    write_frames(frames(tmp_path / "in.tif"), tmp_path / "out.tif")
    with strips.opened(tmp_path / "in.tif", 10**6) as pages, (tmp_path / "rows.tif").open("w+b") as file:
        bands = ((70, iter([page.rows(0, 41), page.rows(41, 70)])) for page in pages)
        strips.write(bands, file, nbytes=0)
    for name in ("out.tif", "rows.tif"):
        assert_array_equal(as_imagej_reads(tmp_path / name, count), planes(count))
        assert_array_equal(tifffile.imread(tmp_path / name), planes(count))
        assert_array_equal(
            np.stack([image.pixels[0] for image in frames(tmp_path / name)]) * 65535, planes(count)
        )


def test_pages_with_tags_of_their_own_keep_them(tmp_path):
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        for number, plane in enumerate(planes(3)):
            words = "ImageJ=1.53\nimages=3" if number == 0 else f"page {number}"
            writer.write(plane, photometric="minisblack", metadata=None, description=words, contiguous=False)
    write_frames(frames(tmp_path / "in.tif"), tmp_path / "out.tif")
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert [page.description for page in file.pages] == ["ImageJ=1.53\nimages=3", "page 1", "page 2"]
        assert_array_equal(np.stack([page.asarray() for page in file.pages]), planes(3))
