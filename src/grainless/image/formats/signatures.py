"""What kind of image a file is, by its first bytes; its name counts only for camera RAW, which looks like TIFF."""

RAW = "camera RAW"

SIGNATURES: list[tuple[int, bytes, str]] = [
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (8, b"CR\x02", RAW),  # before TIFF, which it starts like
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),
    (0, b"MM\0+", "TIFF"),
    (8, b"WEBP", "WebP"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
    *((4, b"ftyp" + brand, "HEIC") for brand in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftypcrx ", RAW),
    *(
        (0, magic, RAW)
        for magic in (b"FUJIFILMCCD-RAW", b"IIU\0", b"IIRO", b"IIRS", b"MMOR", b"\0MRM", b"FOVb")
    ),
    (6, b"HEAPCCDR", RAW),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (0, b"v/1\x01", "OpenEXR"),
    (4, b"jP  \r\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (4, b"JXL \r\n", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    *((0, b"P%d%c" % (kind, space), "PNM") for kind in range(1, 7) for space in b" \t\n\v\f\r#"),
    (0, b"P7\n", "PAM"),
    (0, b"Pf\n", "PFM"),
    (0, b"PF\n", "PFM"),
]
"""(place, bytes there, format): what a file is, whatever its name says. The first that fits."""

HEAD = max(at + len(magic) for at, magic, _form in SIGNATURES)
"""So many bytes tell a file's format."""

RAW_ENDINGS = {
    ".3fr",
    ".arw",
    ".cr2",
    ".dcr",
    ".dng",
    ".erf",
    ".fff",
    ".iiq",
    ".kdc",
    ".mef",
    ".mos",
    ".nef",
} | {*(".nrw", ".pef", ".rwl", ".sr2", ".srf", ".srw")}
"""Camera RAW that starts like TIFF."""


def kind_of(data: bytes, ending: str) -> str | None:
    """The format of a file with these bytes and this ending, in small letters; None if they are of none known."""
    kind = next((form for at, magic, form in SIGNATURES if data.startswith(magic, at)), None)
    return RAW if kind == "TIFF" and ending in RAW_ENDINGS else kind
