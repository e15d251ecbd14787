"""Files and bytes: the same images, the same words."""

import pytest
from image_files import image, saved
from numpy.testing import assert_array_equal
from small_files import small_files

from grainless.errors import InputError, RunError
from grainless.image import codecs
from grainless.image.codecs import READ, WRITTEN
from grainless.image.files import decode, encode, format_for, format_of, frames, is_of_format, write_frames
from grainless.image.image import to_samples


@pytest.mark.parametrize("name", small_files())
def test_an_image_of_bytes_is_the_image_of_the_file(tmp_path, name):
    data = small_files()[name]
    for one, other in zip(decode(data), frames(saved(tmp_path / name, data)), strict=True):
        assert_array_equal(to_samples(one), to_samples(other), strict=True)
        assert (one.metadata, one.notes, one.depth) == (other.metadata, other.notes, other.depth)
        assert (one.name.replace("the image", name), one.premultiplied) == (other.name, other.premultiplied)


@pytest.mark.parametrize("form", WRITTEN)
def test_bytes_are_those_of_the_file(tmp_path, form):
    depth, channels = max(WRITTEN[form].depths), WRITTEN[form].channels[-1]
    images = [image(depth, (6, 5, channels))]
    for ending in WRITTEN[form].endings:
        write_frames(images, tmp_path / f"a{ending}")
        data = (tmp_path / f"a{ending}").read_bytes()
        assert encode(images, form) == encode(images[0], ending.upper()) == data
    (found,) = decode(bytearray(data), name="upload.bin")
    assert (found.name, found.size) == ("upload.bin", (6, 5))


def test_several_images_become_bytes_one_after_the_other():
    pages = [image(), image(shape=(3, 9))]
    assert [each.size for each in decode(memoryview(encode(iter(pages), "TIFF")))] == [(6, 5), (3, 9)]


def test_a_path_is_taken_where_bytes_are(tmp_path):
    path = saved(tmp_path / "a.png", small_files()["rgb.png"])
    assert [each.name for each in decode(str(path))] == [each.name for each in decode(path)] == ["a.png"]


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        (b"", None, r"^the image is empty\.$"),
        (b"words", "upload.png", r"^upload\.png is no image that Grainless reads: PNG, "),
        (b"II*\0", "upload.nef", r"^upload\.nef is camera RAW, which Grainless does not read: develop it"),
        (b"GIF89a", None, r"^the image is a broken GIF file: it ends too early\.$"),
    ],
)
def test_bytes_that_are_refused(source, name, message):
    with pytest.raises(InputError, match=message):
        next(decode(source, name=name))


@pytest.mark.parametrize("name", small_files())
def test_the_format_is_told_by_the_content(tmp_path, name):
    data = small_files()[name]
    kind = format_of(data)
    assert kind == format_of(saved(tmp_path / "a.txt", data)) == format_of(data[:16])
    assert kind in READ
    ending = f".{name.rsplit('.', 1)[1]}"
    if ending != ".pbm":  # which is read only
        assert is_of_format(data, ending)
    assert [form for form in WRITTEN if is_of_format(data, form)] in [[kind], ["PGM", "PNM"], ["PPM", "PNM"]]


def test_the_format_of_what_is_not_read(tmp_path):
    assert format_of(b"\0\0\0\x18ftypheic") == "HEIC"
    assert format_of(saved(tmp_path / "a.dng", b"II*\0")) == "camera RAW"
    assert format_of(saved(tmp_path / "a.png", b"words")) is None
    with pytest.raises(InputError, match="no such file"):
        format_of(tmp_path / "none.png")


def test_a_clean_jpg_needs_no_encoding_to_become_jpeg_but_a_png_called_jpg_does(tmp_path):
    jpg = saved(tmp_path / "a.jpg", small_files()["rgb.jpg"])
    png = saved(tmp_path / "b.jpg", small_files()["rgb.png"])
    assert [is_of_format(jpg, ending) for ending in (".jpg", ".jpeg", ".JPE", ".png")] == [
        True,
        True,
        True,
        False,
    ]
    assert [is_of_format(png, ending) for ending in (".jpg", ".png", ".apng")] == [False, True, True]
    assert format_for(".jpeg") == format_of(jpg) == "JPEG"


def test_an_ending_or_a_format_that_is_not_written():
    with pytest.raises(
        InputError, match=r'^"\.jpgg" has no ending that is written \(did you mean "\.jpg"\?\)'
    ):
        encode(image(), ".jpgg")


def test_what_bytes_would_lose_is_told():
    with pytest.raises(InputError, match=r"^the JPEG would lose 16 bits a sample of the image: JPEG cannot"):
        encode(image(16), "JPEG")
    with pytest.raises(InputError, match=r"^the JPEG would hold several images: JPEG cannot"):
        encode([image(), image()], "JPEG")
    with pytest.raises(InputError, match=r"^the PNG would hold no image: none was given"):
        encode([], "PNG")


# What a codec raises on writing


def failing(monkeypatch, error):
    def write(images, _file):
        next(images)
        raise error

    monkeypatch.setitem(WRITTEN, "PNG", codecs.Written(write, (".png",)))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("PREDICTOR: What?"), "PREDICTOR: What?"),
        (OSError("encoder error -2"), "encoder error -2"),
        (TypeError("unsupported operand"), "its structure makes no sense"),
    ],
)
def test_what_codecs_say_becomes_one_line(tmp_path, monkeypatch, error, message):
    failing(monkeypatch, error)
    expected = f"the image cannot be written as PNG: {message}; try another format."
    for writing in (lambda: encode(image(), "PNG"), lambda: write_frames([image()], tmp_path / "a.png")):
        with pytest.raises(InputError) as caught:
            writing()
        assert str(caught.value) == expected
    assert list(tmp_path.iterdir()) == []


def test_what_is_the_worlds_fault_is_no_fault_of_the_image(tmp_path, monkeypatch):
    failing(monkeypatch, OSError(28, "No space left on device"))
    with pytest.raises(RunError, match=r"a\.png could not be written: No space left on device\.$"):
        write_frames([image()], tmp_path / "a.png")
    failing(monkeypatch, MemoryError())
    with pytest.raises(RunError, match=r"^the image needs more memory than there is\.$"):
        encode(image(), "PNG")


@pytest.mark.parametrize("ending", ["png", "tif", "gif", "webp", "jpg"])
@pytest.mark.parametrize("error", [ZeroDivisionError, InputError, KeyError, MemoryError])
def test_what_fails_while_images_are_made_keeps_its_traceback(tmp_path, ending, error):
    def images():
        yield image()
        raise error("a bug")

    with pytest.raises(error, match="a bug"):
        write_frames(images() if ending != "jpg" else map(error_of, [error]), tmp_path / f"a.{ending}")


def error_of(error):
    raise error("a bug")
