"""Formats that are only read, by Pillow: one still image, 8-bit grey or RGB, with or without alpha."""

import io

import numpy as np
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.WebPImagePlugin import WebPImageFile

from grainless.errors import InputError
from grainless.formats.pixels import Image, Metadata, from_samples
from grainless.formats.png import check_area


def decode_bmp(data: bytes, limit: int) -> Image:
    """Read a BMP file. Raises as `_decode`."""
    return _decode(BmpImageFile(io.BytesIO(data)), limit)


def decode_webp(data: bytes, limit: int) -> Image:
    """Read a WebP file. Raises as `_decode`."""
    return _decode(WebPImageFile(io.BytesIO(data)), limit)


def _decode(file: ImageFile, limit: int) -> Image:
    """Read what Pillow has opened.

    Raises:
        InputError: several frames, or colours we do not take.
        OSError, SyntaxError, ValueError: broken bytes.
    """
    check_area(file.height, file.width, limit)
    if getattr(file, "n_frames", 1) > 1:
        raise InputError(f"holds {getattr(file, 'n_frames', 1)} frames: give one still image")
    if file.mode not in {"L", "RGB", "RGBA"}:
        kind = {"P": "palette", "1": "1-bit"}.get(file.mode, file.mode)
        raise InputError(f"holds {kind} colours: convert it to RGB or grey")
    exif, dpi = file.info.get("exif"), file.info.get("dpi")
    metadata = Metadata(
        icc=file.info.get("icc_profile"),
        exif=exif.removeprefix(b"Exif\0\0") if exif else None,
        xmp=file.info.get("xmp"),
        dpi=(float(dpi[0]), float(dpi[1])) if dpi else None,
    )
    return from_samples(np.asarray(file), metadata=metadata)
