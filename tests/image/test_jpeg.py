import io
import struct

import imagecodecs
import numpy as np
import PIL.Image
import pytest
from image_files import again, entries, exif, image, photograph, profile_of_inks, refusal, samples, saved
from numpy.testing import assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Image, Metadata, read, write
from grainless.image.formats.inks import to_rgb
from grainless.image.image import from_samples, to_samples


def jpeg(stored=None, **options):
    held = io.BytesIO()
    PIL.Image.fromarray(photograph() if stored is None else stored).save(held, "JPEG", **options)
    return held.getvalue()


def segment(marker, held):
    return struct.pack(">BBH", 0xFF, marker, len(held) + 2) + held


def with_segments(data, *segments):
    return data[:2] + b"".join(segment(*each) for each in segments) + data[2:]


@pytest.mark.parametrize("shape", [(64, 64), (64, 64, 3)])
def test_of_what_was_none_it_is_of_quality_95_without_subsampling(tmp_path, shape):
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
def test_never_coarser_than_its_source(tmp_path, quality, sampling):
    (before,), (after,) = again(saved(tmp_path / "a.jpg", jpeg(quality=quality, subsampling=sampling)))
    assert after.metadata.native.sampling == sampling
    for key, table in after.metadata.native.tables.items():
        assert (np.array(table) <= before.metadata.native.tables[key]).all()
        assert max(table) <= 12
    assert np.sqrt(np.mean((after.pixels - before.pixels) ** 2)) < 1.5 / 255


def test_every_segment_survives(tmp_path):
    data = with_segments(jpeg(comment=b"caf\xe9", dpi=(300, 300)), (0xED, b"Photoshop 3"))
    (before,), (after,) = again(saved(tmp_path / "a.jpg", data))
    assert after.metadata.native.segments == before.metadata.native.segments
    assert (0xED, b"Photoshop 3") in after.metadata.native.segments
    assert (after.metadata.text, after.metadata.dpi) == ({"Comment": "café"}, (300.0, 300.0))


def test_pixels_stay_as_stored_and_the_orientation_stays_beside_them(tmp_path):
    found = read(saved(tmp_path / "a.jpg", jpeg(exif=b"Exif\0\0" + exif(orientation=6))))
    with PIL.Image.open(tmp_path / "a.jpg") as seen:
        assert_array_equal(to_samples(found), np.asarray(seen))
    write(found, tmp_path / "b.png")
    with PIL.Image.open(tmp_path / "b.png") as seen:
        assert seen.getexif()[274] == 6


# CMYK


def of_inks(**options):
    """Inks, (h, w, 4), and a JPEG of them, whose inks Pillow turns over as Adobe does."""
    inks = np.repeat(np.repeat(samples(8, (4, 4, 4)), 16, axis=0), 16, axis=1)
    held = io.BytesIO()
    page = PIL.Image.frombytes("CMYK", (64, 64), inks.tobytes())
    page.save(held, "JPEG", quality=100, subsampling=0, **options)
    return inks, held.getvalue()


def without_adobe(data):
    at = data.index(b"\xff\xee\0\x0eAdobe")
    return data[:at] + data[at + 16 :]


def test_inks_as_adobe_stores_them_and_as_others_do(tmp_path):
    inks, data = of_inks()
    assert b"Adobe" in data
    found = read(saved(tmp_path / "a.jpg", data))
    assert np.abs(to_samples(found).astype(int) - to_rgb(inks, None)[0]).max() <= 4
    assert found.notes == ("CMYK was converted to RGB without a colour profile: hues may be off.",)
    plain = read(saved(tmp_path / "b.jpg", without_adobe(data)))
    assert np.abs(to_samples(plain).astype(int) - to_rgb(255 - inks, None)[0]).max() <= 4


def test_inks_become_rgb_by_the_profile_which_then_is_dropped(tmp_path):
    inks, data = of_inks(icc_profile=profile_of_inks(), exif=b"Exif\0\0" + exif(), dpi=(300, 300))
    (before,), (after,) = again(saved(tmp_path / "a.jpg", data))
    expected = to_rgb(inks, profile_of_inks())[0]
    assert np.abs(to_samples(before).astype(int) - expected).max() <= 12
    assert before.notes == ("CMYK was converted to sRGB by its colour profile.",)
    assert after.notes == ()
    for found in (before, after):
        assert (found.channels, found.metadata.icc, found.metadata.dpi) == (3, None, (300, 300))
        assert entries(found.metadata.exif) == entries(exif())
    assert np.sqrt(np.mean((after.pixels - before.pixels) ** 2)) < 1 / 255


def test_inks_stored_as_brightness_and_colour(tmp_path):
    inks, _ = of_inks()
    data = imagecodecs.jpeg8_encode(255 - inks, level=100, colorspace="CMYK", outcolorspace="YCCK")
    assert data[data.index(b"Adobe") + 11] == 2  # the transform is that of YCCK
    found = to_samples(read(saved(tmp_path / "a.jpg", bytes(data)))).astype(int)
    within = (slice(8, None, 16), slice(8, None, 16))  # colours are subsampled: not at the edges
    assert np.abs(found - to_rgb(inks, None)[0])[within].max() <= 4


# Files with more than one image


def test_the_first_of_several_images_is_read_and_it_is_said(tmp_path):
    shown = [PIL.Image.fromarray(np.full((16, 16, 3), level, np.uint8)) for level in (40, 200)]
    shown[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=shown[1:])
    (before,), (after,) = again(tmp_path / "a.jpg")
    assert before.pixels.mean() * 255 == pytest.approx(40, abs=1)
    assert before.notes == ("The file's further images (a preview or a gain map) are not kept.",)
    assert after.notes == ()
    assert b"MPF\0" not in (tmp_path / "again.jpg").read_bytes()


def test_a_gain_map_is_not_promised_any_more(tmp_path):
    data = with_segments(jpeg(), (0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0"), (0xE2, b"FPXR\0kept")) + jpeg()
    (before,), _after = again(saved(tmp_path / "a.jpg", data))
    assert before.notes == ("The file's further images (a preview or a gain map) are not kept.",)
    assert b"21496" not in (tmp_path / "again.jpg").read_bytes()
    assert b"FPXR\0kept" in (tmp_path / "again.jpg").read_bytes()


@pytest.mark.parametrize("progressive", [False, True])
def test_what_stands_behind_the_image_is_said(tmp_path, progressive):
    data = jpeg(samples(8, (40, 40, 3)), progressive=progressive, exif=b"Exif\0\0" + exif())
    assert read(saved(tmp_path / "a.jpg", data + bytes(9))).notes == ()
    found = read(saved(tmp_path / "b.jpg", data + b"\0\0\0\x18ftypmp42" + bytes(1000)))
    assert found.notes == ("12 bytes behind the image (other pictures or a video) are not kept.",)
    assert_array_equal(found.pixels, read(tmp_path / "a.jpg").pixels)


# What is refused


def test_more_bits_than_eight(tmp_path):
    data = bytearray(jpeg())
    data[data.index(b"\xff\xc0") + 4] = 12
    line = refusal(saved(tmp_path / "a.jpg", bytes(data)))
    assert line == "a.jpg holds 12 bits a sample: convert it to a 16-bit TIFF."


@pytest.mark.parametrize(("key", "what"), [("exif", "EXIF"), ("xmp", "XMP")])
def test_more_than_a_jpeg_holds(tmp_path, key, what):
    with pytest.raises(
        InputError, match=rf"the image has 70,\d* bytes of {what}, and a JPEG holds at most 65,533"
    ):
        write(image(**{key: bytes(70_000)}), tmp_path / "a.jpg")


def test_sides_that_are_too_long(tmp_path):
    with pytest.raises(
        InputError, match=r"^the image is 65501 x 1, and a JPEG has at most 65,500 pixels a side"
    ):
        write(Image(np.zeros((1, 1, 65_501), np.float32)), tmp_path / "a.jpg")


def test_odd_exif_is_kept_and_nobody_is_warned(tmp_path):
    """Pillow looks for a resolution in EXIF, and warns of what is odd; warnings are errors here."""
    held = bytearray(exif())
    held[8 + 2 + 4 : 8 + 2 + 8] = b"\xff\xff\xff\x7f"  # the first entry has too many values
    write(image(exif=bytes(held)), tmp_path / "a.jpg")
    for (found,) in again(tmp_path / "a.jpg"):
        assert found.metadata.exif == bytes(held)


def test_the_resolution_may_stand_in_exif_alone(tmp_path):
    held = PIL.Image.Exif()
    held[282], held[283], held[296] = 300.0, 150.0, 2
    write(image(exif=held.tobytes().removeprefix(b"Exif\0\0")), tmp_path / "a.jpg")
    assert read(tmp_path / "a.jpg").metadata.dpi == (300, 150)
