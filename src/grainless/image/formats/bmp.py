"""BMP: grey, RGB or palette, with or without alpha, 8 bit a sample when written.

Read by Pillow. Written here, uncompressed: grey with a palette of 256 greys, colours of 24 bits, and with alpha of 32
bits, which Pillow would write without saying that the fourth byte is alpha.

Source: Microsoft, "Bitmap Storage" and "BITMAPV4HEADER", learn.microsoft.com.
"""

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL.BmpImagePlugin import BmpImageFile

from grainless.image.formats.palette import NOTE, is_grey, without_colour
from grainless.image.image import Image, Metadata, check_area, from_samples, to_samples, widened

FILE, INFO, V4 = 14, 40, 108  # bytes of the headers
BITS = 28  # where the bits of a pixel stand
RAW, MASKS = 0, 3
INCH = 0.0254  # metres
MOST = 2**31 - 1
GREYS = b"".join(bytes([grey, grey, grey, 0]) for grey in range(256))
FIVE_BITS = "Colours of 16 bits a pixel became colours of 24."


def decode(data: bytes, limit: int) -> Iterator[Image]:
    """Read a BMP file.

    Raises:
        Refused: it has too many pixels.
        OSError, SyntaxError, ValueError: broken bytes.
    """
    with BmpImageFile(io.BytesIO(data)) as file:
        check_area(file.height, file.width, limit)
        dpi = file.info.get("dpi")
        notes: tuple[str, ...] = (FIVE_BITS,) if data[BITS : BITS + 2] == b"\x10\0" else ()
        if file.mode == "1":
            samples, notes = np.asarray(file).astype(np.uint8) * np.uint8(255), (widened(1, 8),)
        elif file.mode == "P":
            table = np.array(file.getpalette() or [], np.uint8).reshape(-1, 3)
            samples, notes = np.asarray(file.convert("RGB")), (NOTE,)
            samples = without_colour(samples) if is_grey(table) else samples
        else:
            samples = np.asarray(file)
    metadata = Metadata(dpi=(float(dpi[0]), float(dpi[1])) if dpi and all(dpi) else None)
    yield from_samples(samples, metadata=metadata, notes=notes)


def encode(image: Image) -> bytes:
    """Write a BMP file."""
    samples = to_samples(image)
    samples = samples.reshape(*samples.shape[:2], -1)
    if samples.shape[-1] == 2:
        samples = samples[..., [0, 0, 0, 1]]
    height, width, planes = samples.shape
    row = width * planes + -width * planes % 4  # rows begin at multiples of four bytes
    rows = np.zeros((height, row), np.uint8)
    order = [2, 1, 0, 3][:planes] if planes > 1 else [0]
    rows[:, : width * planes] = samples[::-1, :, order].reshape(height, -1)
    body = rows.tobytes()
    dots = [min(round(value / INCH), MOST) for value in image.metadata.dpi or (0, 0)]
    bits, kind = 8 * planes, MASKS if planes == 4 else RAW
    info = struct.pack(
        "<IiiHHIIiiII", V4 if planes == 4 else INFO, width, height, 1, bits, kind, len(body), *dots, 0, 0
    )
    if planes == 4:
        info += struct.pack("<4I4s", 0xFF0000, 0xFF00, 0xFF, 0xFF000000, b"BGRs") + bytes(48)
    table = GREYS if planes == 1 else b""
    start = FILE + len(info) + len(table)
    return struct.pack("<2sIHHI", b"BM", start + len(body), 0, 0, start) + info + table + body
