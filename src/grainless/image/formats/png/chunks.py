"""The chunks of a PNG around its pixels: those that describe the image go back into a PNG byte for byte.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025, sections 5, 11 and 14.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grainless.image.image import Metadata

INCH = 0.0254  # metres
TEXT_LIMIT = 2**22  # bytes a compressed text or profile may unpack to
STILL_TRUE = {
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"cICP",
    b"mDCV",
    b"cLLI",
    b"bKGD",
    b"orNT",
    b"sTER",
    b"sCAL",
}
"""Chunks marked unsafe to copy which stay true when pixels change but neither size nor colour space: colours, the
background, how to turn the image (ImageMagick), pairs for two eyes, the size of a pixel in the world."""
Chunk = tuple[bytes, bytes]


@dataclass(frozen=True)
class Chunks:
    """(type, data) of every chunk that goes back into a PNG."""

    chunks: tuple[Chunk, ...]


def walk(data: bytes) -> Iterator[Chunk]:
    """(type, data) of each chunk up to the last, each checked."""
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, held = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
        if at > len(data) or zlib.crc32(kind + held).to_bytes(4, "big") != data[at - 4 : at]:
            name = kind.decode() if kind.isalpha() else "without a name"
            raise ValueError(f"chunk {name} is broken")
        if kind == b"IEND":
            return
        yield kind, held
    raise ValueError("it ends too early")


def survives(kind: bytes) -> bool:
    """Chunks whose fourth letter is small may be copied when the pixels changed; so may those of STILL_TRUE."""
    return kind in STILL_TRUE or (kind[:1].islower() and kind[3:].islower())


def background(held: bytes, bits: int, table: Sequence[Sequence[int]] | None, grey: bool) -> bytes:
    """The chunk bKGD for the pixels as they are written: 8 bits, and the palette's colour instead of its index.

    Args:
        held: bKGD as it was read: an index of one byte, or a level.
        bits: of a sample as it was read, fewer than 8 if there is no palette.
        table: the palette.
        grey: the colours of the palette are written as grey.
    """
    if table is None:
        (level,) = struct.unpack(">H", held)
        return struct.pack(">H", level * 255 // (2**bits - 1))
    colour = table[held[0]]
    return struct.pack(">H", colour[0]) if grey else struct.pack(">3H", *colour)


def chunk(kind: bytes, held: bytes) -> bytes:
    return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))


def metadata_of(chunks: tuple[Chunk, ...]) -> Metadata:
    found = dict(chunks)
    text = dict(_text(*each) for each in chunks if each[0] in {b"tEXt", b"zTXt", b"iTXt"})
    xmp = text.pop("XML:com.adobe.xmp", None)
    return Metadata(
        icc=_unpacked(found[b"iCCP"].split(b"\0", 1)[1][1:]) if b"iCCP" in found else None,
        exif=found.get(b"eXIf"),
        xmp=xmp.encode() if xmp else None,
        dpi=_dpi(found[b"pHYs"]) if b"pHYs" in found else None,
        text=text,
        native=Chunks(chunks),
    )


def _text(kind: bytes, held: bytes) -> tuple[str, str]:
    """Keyword and text of a text chunk."""
    keyword, rest = held.split(b"\0", 1)
    name = keyword.decode("latin-1")
    if kind == b"tEXt":
        return name, rest.decode("latin-1")
    if kind == b"zTXt":
        return name, _unpacked(rest[1:]).decode("latin-1")
    _language, _translated, text = rest[2:].split(b"\0", 2)
    return name, (_unpacked(text) if rest[0] else text).decode("utf-8")


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(data, TEXT_LIMIT)
    if unpacker.unconsumed_tail:
        raise ValueError("a compressed text or profile is too long")
    return plain


def _dpi(held: bytes) -> tuple[float, float] | None:
    across, down, unit = struct.unpack(">IIB", held)
    return (across * INCH, down * INCH) if unit == 1 else None


def described(metadata: Metadata) -> Iterator[Chunk]:
    """The chunks of what came from another format."""
    if metadata.icc:
        yield b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)
    if metadata.exif:
        yield b"eXIf", metadata.exif
    if metadata.dpi:
        yield b"pHYs", struct.pack(">IIB", *(round(value / INCH) for value in metadata.dpi), 1)
    if metadata.xmp:
        yield b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp
    for key, value in metadata.text.items():
        yield b"iTXt", key.encode("latin-1", "replace") + b"\0\0\0\0\0" + value.encode()
