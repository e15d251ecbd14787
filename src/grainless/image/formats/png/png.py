"""PNG, also animated: grey, RGB or palette, with or without alpha, 1 to 16 bit.

Pixels go through libpng (imagecodecs), which knows 16-bit colour and Pillow does not. Fewer than 8 bits become 8,
palettes become colours of each pixel, a transparent colour becomes alpha.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025, section 11.
"""

import itertools
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from grainless.image.formats.animation import apng
from grainless.image.formats.animation.canvas import CLEAR, RESTORE, Piece, drawn
from grainless.image.formats.palette import NOTE, is_grey, without_colour
from grainless.image.formats.png.chunks import (
    Chunk,
    Chunks,
    background,
    chunk,
    described,
    metadata_of,
    survives,
    walk,
)
from grainless.image.image import (
    Image,
    Metadata,
    Refused,
    check_area,
    check_sum,
    from_samples,
    to_samples,
    widened,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIDE = 1_000_000  # libpng's limit
IDAT = 8192  # bytes of packed pixels that libpng puts into a chunk, with 12 around them
PALETTE = 3
WITH_ALPHA = {4, 6}
BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), PALETTE: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""colour type -> bits a sample may have."""


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a PNG file; the frames of an animated one are whole pictures.

    Raises:
        Refused: it has too many pixels.
        ValueError, struct.error, imagecodecs.PngError: broken bytes.
    """
    width, height = struct.unpack(">II", data[16:24])
    check_area(height, width, limit)
    check_sides(height, width)
    chunks = list(walk(data))
    bits, colour = _checked(chunks)
    converted = (NOTE,) if colour == PALETTE else (widened(bits, 8),) if bits < 8 else ()
    kept = (each for each in chunks if survives(each[0]))
    metadata = metadata_of(tuple(_converted(kept, bits, dict(chunks)) if converted else kept))
    if frames := apng.frames_of(chunks):
        yield from _animated(frames, chunks, metadata, converted, limit)
    else:
        packed = b"".join(held for kind, held in chunks if kind == b"IDAT")
        yield from_samples(_samples(chunks, width, height, packed), metadata=metadata, notes=converted)


def write(images: Iterator[Image], file: BinaryIO) -> None:
    """Write a PNG file, animated if there are several images.

    Raises:
        Refused: frames are not alike.
    """
    packed = ((image, _packed(image)) for image in images)
    first, bare = next(packed)
    native = first.metadata.native
    chunks = native.chunks if isinstance(native, Chunks) else described(first.metadata)
    around = b"".join(chunk(*each) for each in chunks)
    if second := next(packed, None):
        apng.write(itertools.chain([(first, bare), second], packed), around, file)
    else:
        file.write(bare[: apng.HEADER] + around + bare[apng.HEADER :])


def check_sides(height: int, width: int) -> None:
    """Refuse what libpng does not take; it would grumble on the terminal."""
    if max(height, width) > SIDE:
        raise Refused(
            f"is {width} x {height}, and a PNG has at most {SIDE:,} pixels a side here: take a .tif"
        )


def _packed(image: Image) -> bytes:
    """A PNG file of the pixels alone. Tall and narrow ones need more room than imagecodecs guesses."""
    check_sides(*image.size)
    samples = to_samples(image)
    plain = samples.nbytes + len(samples)  # each row begins with its filter
    room = plain + plain // 100 + 12 * (plain // IDAT) + 1000
    return bytes(imagecodecs.png_encode(samples, out=bytearray(room)))


def _converted(kept: Iterable[Chunk], bits: int, chunks: dict[bytes, bytes]) -> Iterator[Chunk]:
    """The chunks that survive, with a background like the pixels; one that is broken is left out."""
    indexed = chunks[b"IHDR"][9] == PALETTE
    table = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3).tolist() if indexed else None
    grey = indexed and _is_grey(chunks)
    for kind, held in kept:
        if kind != b"bKGD":
            yield kind, held
            continue
        with suppress(struct.error, IndexError):
            yield kind, background(held, bits, table, grey)


def _checked(chunks: Sequence[Chunk]) -> tuple[int, int]:
    """Bits and colour type. Where a header or a palette makes no sense libpng grumbles on the terminal."""
    (kind, header), found = chunks[0], dict(chunks)
    if kind != b"IHDR" or len(header) != 13:
        raise ValueError("its header is no header")
    bits, colour, packing, filters, interlaced = header[8:]
    if bits not in BITS.get(colour, ()) or packing or filters or interlaced > 1:
        raise ValueError("its header says what cannot be")
    if colour == PALETTE and not _is_palette(found.get(b"PLTE", b""), bits):
        raise ValueError("its palette is none")
    lengths = {0: [2], 2: [6], PALETTE: range(1, len(found.get(b"PLTE", b"")) // 3 + 1)}
    if b"tRNS" in found and len(found[b"tRNS"]) not in lengths.get(colour, [len(found[b"tRNS"])]):
        raise ValueError("its transparent colour is none")
    return bits, colour


def _is_palette(held: bytes, bits: int) -> bool:
    return len(held) % 3 == 0 and 0 < len(held) <= 3 * 2**bits


def _samples(chunks: Sequence[Chunk], width: int, height: int, packed: bytes) -> NDArray:
    """(h, w) or (h, w, s) of one picture, whose header and palette are the file's."""
    header, colour = chunks[0][1], chunks[0][1][9]
    # libpng gets only what it needs: at other chunks that are broken it grumbles on the terminal
    needs = set() if colour in WITH_ALPHA else {b"tRNS"} if colour != PALETTE else {b"PLTE", b"tRNS"}
    parts = [
        (b"IHDR", struct.pack(">II", width, height) + header[8:]),
        *sorted(each for each in dict(chunks).items() if each[0] in needs),
        (b"IDAT", packed),
    ]
    samples: NDArray = imagecodecs.png_decode(SIGNATURE + b"".join(chunk(*each) for each in parts) + apng.END)
    return without_colour(samples) if colour == PALETTE and _is_grey(dict(chunks)) else samples


def _is_grey(chunks: dict[bytes, bytes]) -> bool:
    """Whether the palette has no colour, and no profile that speaks of colour."""
    return b"iCCP" not in chunks and is_grey(np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3))


def _animated(
    frames: list[apng.Frame], chunks: Sequence[Chunk], metadata: Metadata, notes: tuple[str, ...], limit: int
) -> Iterator[Image]:
    """The frames of an animation as whole pictures; what is the file's stands in the first."""
    height, width = struct.unpack(">II", chunks[0][1][:8])[::-1]
    check_sum(len(frames), len(frames) * height * width, limit)
    for frame in frames:
        check_area(frame.height, frame.width, limit)
    clear = _can_be_clear(frames, chunks, height, width)
    metadata = replace(metadata, loops=apng.loops_of(chunks))
    notes = (*notes, apng.NOTE) if apng.has_still(chunks) else notes
    pieces = (_piece(frame, chunks) for frame in frames)
    for frame, canvas in zip(frames, drawn(height, width, pieces), strict=True):
        samples = canvas if clear else canvas[..., :-1]
        yield from_samples(samples, metadata=replace(metadata, duration=frame.duration), notes=notes)
        metadata, notes = Metadata(), ()


def _piece(frame: apng.Frame, chunks: Sequence[Chunk]) -> Piece:
    """A frame unpacked; what has no alpha is opaque."""
    samples = _samples(chunks, frame.width, frame.height, frame.packed)
    samples = samples.reshape(frame.height, frame.width, -1)
    if samples.shape[-1] in {1, 3}:
        opaque = np.full_like(samples[..., :1], np.iinfo(samples.dtype).max)
        samples = np.concatenate([samples, opaque], axis=-1)
    return Piece(samples, frame.left, frame.top, frame.disposal, frame.over)


def _can_be_clear(frames: list[apng.Frame], chunks: Sequence[Chunk], height: int, width: int) -> bool:
    """Whether a frame can have pixels that are not opaque: they are, are left, or become so."""
    first = frames[0]
    covers = (first.left, first.top, first.width, first.height) == (0, 0, width, height)
    later = first.disposal == RESTORE or any(frame.disposal == CLEAR for frame in frames[:-1])
    own = chunks[0][1][9] in WITH_ALPHA or any(kind == b"tRNS" for kind, _held in chunks)
    return own or later or not covers
