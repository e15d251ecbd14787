"""PBM, PGM and PPM, as text or as bytes: 1 bit, grey, RGB; 8 and 16 bit when written, as bytes.

Source: Netpbm, "pbm", "pgm" and "ppm", netpbm.sourceforge.net/doc.
"""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grainless.image.image import (
    DTYPES,
    Image,
    Metadata,
    as_rgb,
    check_area,
    check_sum,
    from_samples,
    to_samples,
    widened,
)

BITS, TEXT = {1, 4}, {1, 2, 3}
COLOURS = {1: 1, 2: 1, 3: 3, 4: 1, 5: 1, 6: 3}
"""The digit behind P -> colours."""
BETWEEN = re.compile(rb"(?:\s|#[^\n]*\n)+")
NUMBER = re.compile(rb"\d{1,10}")
REMARK = re.compile(rb"#([^\n]*)")
WHITEST = 65_535


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read the images of a PNM file; those of bytes may stand one behind the other.

    Raises:
        Refused: it has too many pixels.
        ValueError: broken bytes.
    """
    at, count, pixels = 0, 0, 0
    while not count or re.match(rb"P[456]\s", data[at : at + 3]):
        kind = data[at + 1] - ord("0")
        start, (width, height, *most) = _header(data, at, 2 if kind in BITS else 3)
        check_area(height, width, limit)
        count, pixels = count + 1, pixels + height * width
        check_sum(count, pixels, limit)
        white = most[0] if most else 1
        if not 1 <= white <= WHITEST:
            raise ValueError(f"its largest level is {white}, and 1 to {WHITEST:,} are allowed")
        samples, end = _samples(data, start, kind, (height, width, COLOURS[kind]), white)
        yield from_samples(samples, white=white, metadata=_metadata(data[at:start]), notes=_notes(white))
        at = end


def encode(image: Image) -> bytes:
    """Write a PGM or PPM file of bytes."""
    samples = to_samples(image)
    height, width = image.size
    remarks = "".join(f"# {line}\n" for line in image.metadata.caption.splitlines())
    white = np.iinfo(samples.dtype).max
    kind = 6 if image.channels == 3 else 5
    head = f"P{kind}\n{remarks}{width} {height}\n{white}\n".encode()
    return head + samples.astype(samples.dtype.newbyteorder(">")).tobytes()


def encode_rgb(image: Image) -> bytes:
    """Write a PPM file of bytes; grey as three equal colours."""
    return encode(as_rgb(image))


def _header(data: bytes, at: int, count: int) -> tuple[int, list[int]]:
    """Where the pixels of an image begin, and the numbers before them."""
    at, numbers = at + 2, []
    for _ in range(count):
        gap = BETWEEN.match(data, at)
        number = NUMBER.match(data, gap.end()) if gap else None
        if number is None:
            raise ValueError("a number is missing in its header")
        numbers.append(int(number.group()))
        at = number.end()
    return at + 1, numbers


def _samples(data: bytes, at: int, kind: int, shape: tuple[int, int, int], white: int) -> tuple[NDArray, int]:
    """(h, w, s) samples, 0 black, and where they end."""
    dtype = DTYPES[8 if white < 256 else 16]
    if kind in TEXT:
        return _from_text(REMARK.sub(b"", data[at:]), kind, shape, white).astype(dtype), len(data)
    height, width, colours = shape
    row = (width + 7) // 8 if kind in BITS else width * colours * dtype.itemsize
    end = at + height * row
    if end > len(data):
        raise ValueError("it ends too early")
    if kind in BITS:
        packed = np.frombuffer(data[at:end], np.uint8).reshape(height, row)
        return 1 - np.unpackbits(packed, axis=1, count=width)[..., None], end
    stored = np.frombuffer(data[at:end], dtype.newbyteorder(">")).reshape(shape)
    if stored.max() > white:
        raise ValueError(f"it holds levels above {white}, its largest")
    return stored.astype(dtype), end


def _from_text(text: bytes, kind: int, shape: tuple[int, int, int], white: int) -> NDArray:
    """Samples written as numbers; bits need no space between them."""
    count = shape[0] * shape[1] * shape[2]
    words = re.findall(rb"[01]", text) if kind in BITS else text.split()
    if len(words) < count:
        raise ValueError("it ends too early")
    if not all(word.isdigit() and len(word) < 10 for word in words[:count]):
        raise ValueError("it holds what is no level")
    numbers = np.array([int(word) for word in words[:count]]).reshape(shape)
    if numbers.max() > white:
        raise ValueError(f"it holds levels above {white}, its largest")
    return 1 - numbers if kind in BITS else numbers


def _metadata(head: bytes) -> Metadata:
    remarks = [remark.decode("utf-8", "replace").strip() for remark in REMARK.findall(head)]
    return Metadata(text={"Comment": "\n".join(remarks)} if remarks else {})


def _notes(white: int) -> tuple[str, ...]:
    if white == 1:
        return (widened(1, 8),)
    full = 255 if white < 256 else WHITEST
    return () if white == full else (f"Levels up to {white} became levels up to {full}.",)
