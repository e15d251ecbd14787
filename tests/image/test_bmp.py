import numpy as np
import PIL.Image
import pytest
from image_files import again, image, photograph, refusal, samples, saved
from numpy.testing import assert_allclose, assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Metadata, read, write
from grainless.image.formats.bmp import encode
from grainless.image.image import from_samples, to_samples


@pytest.mark.parametrize("shape", [(6, 5), (7, 1), (6, 5, 3), (6, 5, 4), (1, 1, 3)])
def test_pixels_come_back_and_others_read_them(tmp_path, shape):
    stored = samples(8, shape)
    write(from_samples(stored, metadata=Metadata(dpi=(300.0, 150.0))), tmp_path / "a.bmp")
    found = read(tmp_path / "a.bmp")
    assert_array_equal(to_samples(found), stored)
    assert_allclose(found.metadata.dpi, (300, 150), rtol=1e-3)
    assert found.notes == ()
    with PIL.Image.open(tmp_path / "a.bmp") as seen:
        assert_array_equal(np.asarray(seen), stored)


def test_grey_with_alpha_is_written_as_rgb(tmp_path):
    stored = samples(8, (6, 5, 2))
    write(from_samples(stored, metadata=Metadata()), tmp_path / "a.bmp")
    assert_array_equal(to_samples(read(tmp_path / "a.bmp")), stored[..., [0, 0, 0, 1]])


def test_palette(tmp_path):
    shown = PIL.Image.fromarray(photograph()).quantize(100)
    shown.save(tmp_path / "a.bmp")
    (before,), (after,) = again(tmp_path / "a.bmp")
    assert_array_equal(to_samples(before), np.asarray(shown.convert("RGB")))
    assert_array_equal(after.pixels, before.pixels)
    assert before.notes == ("Palette colours were turned into colours of each pixel, and are written so.",)


def test_a_palette_of_greys_is_grey(tmp_path):
    shown = PIL.Image.new("P", (2, 1))
    shown.putpalette([7, 7, 7, 90, 90, 90])
    shown.putpixel((1, 0), 1)
    shown.save(tmp_path / "a.bmp")
    assert to_samples(read(tmp_path / "a.bmp")).tolist() == [[7, 90]]


def test_one_bit(tmp_path):
    PIL.Image.fromarray(np.array([[True, False]])).save(tmp_path / "a.bmp")
    found = read(tmp_path / "a.bmp")
    assert to_samples(found).tolist() == [[255, 0]]
    assert found.notes == ("1-bit samples became 8-bit ones.",)


def test_sixteen_bits_a_pixel(tmp_path):
    data = bytearray(encode(from_samples(np.zeros((1, 2, 3), np.uint8), metadata=Metadata())))
    data[28:30] = (16).to_bytes(2, "little")
    data[54:58] = (0x7C00).to_bytes(2, "little") + (0x001F).to_bytes(2, "little")
    found = read(saved(tmp_path / "a.bmp", bytes(data)))
    assert to_samples(found).tolist() == [[[255, 0, 0], [0, 0, 255]]]
    assert found.notes == ("Colours of 16 bits a pixel became colours of 24.",)


def test_what_a_bmp_cannot_hold(tmp_path):
    with pytest.raises(
        InputError,
        match=r"^a\.bmp would lose the colour profile and EXIF of the image: BMP cannot .* write PNG or JPEG\.$",
    ):
        write(image(icc=b"a", exif=b"b"), tmp_path / "a.bmp")


def test_broken(tmp_path):
    data = encode(image())
    for end in (10, 30, 60, len(data) - 2):
        line = refusal(saved(tmp_path / "a.bmp", data[:end]))
        assert line.startswith("a.bmp is a broken BMP file: ")
    assert "holds 5 x 6 pixels, more than the 29" in refusal(saved(tmp_path / "a.bmp", data), max_pixels=29)
