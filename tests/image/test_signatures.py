import pytest
from small_files import small_files

from grainless.image.formats.signatures import kind_of

KINDS = {
    "png": "PNG", "jpg": "JPEG", "tif": "TIFF", "webp": "WebP", "gif": "GIF", "bmp": "BMP",
    "ppm": "PNM", "pgm": "PNM", "pbm": "PNM", "pfm": "PFM",
}  # fmt: skip


@pytest.mark.parametrize("name", small_files())
def test_a_file_is_what_its_bytes_say(name):
    assert kind_of(small_files()[name], ".txt") == KINDS[name.rsplit(".", 1)[1]]


@pytest.mark.parametrize(
    ("data", "ending", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", ".heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", ".jpg", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", ".avif", "AVIF"),
        (b"\0\0\0\x18ftypavis\0\0\0\0", ".avif", "AVIF"),
        (b"II*\0\x10\0\0\0CR\x02\0", ".cr2", "camera RAW"),
        (b"\0\0\0\x18ftypcrx \0\0\0", ".cr3", "camera RAW"),
        (b"II\x1a\0\0\0HEAPCCDR", ".crw", "camera RAW"),
        (b"FUJIFILMCCD-RAW 0201", ".raf", "camera RAW"),
        (b"IIU\0\x18\0\0\0", ".rw2", "camera RAW"),
        (b"IIRO\x08\0\0\0", ".orf", "camera RAW"),
        (b"\0MRM\0\0", ".mrw", "camera RAW"),
        (b"FOVb\0\0", ".x3f", "camera RAW"),
        (b"II*\0\x10\0\0\0", ".nef", "camera RAW"),
        (b"MM\0*\0\0\0\x08", ".dng", "camera RAW"),
        (b"MM\0*\0\0\0\x08", ".tif", "TIFF"),
        (b"8BPS\0\1", ".psd", "Photoshop"),
        (b"%PDF-1.7", ".pdf", "PDF"),
        (b"v/1\x01\x02\0", ".exr", "OpenEXR"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", ".jp2", "JPEG 2000"),
        (b"\xff\x4f\xff\x51\0", ".j2k", "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", ".jxl", "JPEG XL"),
        (b"\xff\x0a\0", ".jxl", "JPEG XL"),
        (b"P7\nWIDTH 1\n", ".pam", "PAM"),
        (b"To whom it may concern", ".png", None),
        (b"", ".png", None),
    ],
)
def test_kinds_that_are_not_read_are_known(data, ending, kind):
    assert kind_of(data, ending) == kind
