"""Formats that are only read, by Pillow: one still image, 8-bit grey or RGB, with or without alpha."""

import io
from collections.abc import Iterator

import numpy as np
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.WebPImagePlugin import WebPImageFile

from grainless.formats.pixels import Image, Metadata, Refused, check_area, from_samples


def decode_bmp(data: bytes, limit: int) -> Iterator[Image]:
    """Read a BMP file. Raises as `_decode`."""
    yield from _decode(BmpImageFile(io.BytesIO(data)), limit)


def decode_webp(data: bytes, limit: int) -> Iterator[Image]:
    """Read a WebP file. Raises as `_decode`."""
    yield from _decode(WebPImageFile(io.BytesIO(data)), limit)


def _decode(file: ImageFile, limit: int) -> Iterator[Image]:
    """Read what Pillow has opened.

    Raises:
        Refused: several frames, or colours we do not take.
        OSError, SyntaxError, ValueError: broken bytes.
    """
    check_area(file.height, file.width, limit)
    if getattr(file, "n_frames", 1) > 1:
        raise Refused(f"holds {getattr(file, 'n_frames', 1)} frames: give one still image")
    if file.mode not in {"L", "RGB", "RGBA"}:
        kind = {"P": "palette", "1": "1-bit"}.get(file.mode, file.mode)
        raise Refused(f"holds {kind} colours: convert it to RGB or grey")
    exif, dpi = file.info.get("exif"), file.info.get("dpi")
    metadata = Metadata(
        icc=file.info.get("icc_profile"),
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=file.info.get("xmp"),
        dpi=(float(dpi[0]), float(dpi[1])) if dpi else None,
    )
    yield from_samples(np.asarray(file), metadata=metadata)
