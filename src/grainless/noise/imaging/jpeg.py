"""JPEG: what saving leaves behind."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import PIL.Image
from array_api_compat import array_namespace, device
from numpy.typing import NDArray

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Noise
from grainless.noise.strength import Peak, Share, drawn

SUBSAMPLINGS = ("4:4:4", "4:2:0")


@dataclass(frozen=True, kw_only=True)
class Jpeg(Noise):
    """Saved as JPEG and read again, image by image, on the CPU; the blocks begin anywhere.

    The result has 8 bits and is clipped. It has no stated moments.

    Args:
        quality: libjpeg's, 1..100.
        subsampled: of all images, how many have chroma at half the sides (4:2:0); the others have 4:4:4.
        twice: of all images, how many are saved again, with other blocks and another quality.
    """

    quality: Peak = (60.0, 98.0)
    subsampled: Share = 0.5
    twice: Share = 0.2

    kinds = ("jpeg",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        xp = array_namespace(clean)
        saved = self._saved(clean, draw)
        again = draw.uniform(clean[:, :1, :1, :1]) < drawn(self.twice, clean, draw)
        if not bool(xp.any(again)):
            return saved
        return xp.where(again, self._saved(saved, draw), saved)

    def _saved(self, images: Array, draw: Draw) -> Array:
        one = images[:, :1, :1, :1]
        quality = drawn(self.quality, images, draw) + 0 * one
        lots = [draw.uniform(one) for _ in range(3)]
        chroma = lots[2] < drawn(self.subsampled, images, draw)
        plain = [_numpy(each).ravel() for each in (quality, 8 * lots[0], 8 * lots[1], chroma)]
        work = zip(_numpy(images), *plain, strict=True)
        saved = np.stack(list(_pool().map(lambda args: _one(*args), work)))
        xp = array_namespace(images)
        return xp.asarray(saved, dtype=images.dtype, device=device(images))


def _one(image: NDArray, quality: float, down: float, right: float, halved: bool) -> NDArray[np.float32]:
    """One (c, h, w) image saved and read again; its blocks begin `down` and `right` pixels before it."""
    top, left = int(down), int(right)
    pixels = np.round(255 * np.clip(image, 0, 1)).astype(np.uint8)
    pixels = np.pad(pixels, ((0, 0), (top, 0), (left, 0)), mode="edge").transpose(1, 2, 0)
    buffer = io.BytesIO()
    picture = PIL.Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))
    picture.save(
        buffer, "JPEG", quality=max(1, min(100, round(float(quality)))), subsampling=SUBSAMPLINGS[int(halved)]
    )
    read = np.asarray(PIL.Image.open(buffer))
    read = read[None] if read.ndim == 2 else read.transpose(2, 0, 1)
    return read[:, top:, left:].astype(np.float32) / np.float32(255)


def _numpy(array: Array) -> NDArray:
    return np.asarray(array.cpu() if hasattr(array, "cpu") else array)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="jpeg")
