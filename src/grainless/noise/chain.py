"""Several noises in turn, each on its share of the images."""

from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import ALL, Part


@dataclass(frozen=True)
class Chain:
    """Several noises, one after the other; without any, the image stays as it is.

    `str` gives the text that `noise_from` reads.
    """

    parts: tuple[Part, ...]

    def __call__(self, clean: Array, draw: Draw) -> Array:
        """The noisy images, like `clean`: (n, c, h, w)."""
        return self.pair(clean, clean, draw)[0]

    def pair(self, noisy: Array, clean: Array, draw: Draw) -> tuple[Array, Array]:
        """More noise on noisy images; the clean ones follow where both change alike. Each (n, c, h, w)."""
        if not self.parts:
            return noisy, clean
        apart = any(part.images != ALL for part in self.parts)
        lot = draw.uniform(clean[:, :1, :1, :1])[:, 0, 0, 0] if apart else None
        for part in self.parts:
            if part.images == ALL or lot is None:
                noisy, clean = part.both(noisy, clean, draw)
                continue
            low, high = part.images if isinstance(part.images, tuple) else (0.0, part.images)
            met = (low <= lot) & (lot < high)
            if bool(met.any()):
                xp = array_namespace(clean)
                some = part.both(noisy[met, ...], clean[met, ...], draw)
                noisy, clean = (
                    _with(xp, every, met, each) for every, each in zip((noisy, clean), some, strict=True)
                )
        return noisy, clean

    def __str__(self) -> str:
        return "+".join(map(str, self.parts)) or "none"


def _with(xp: Any, every: Array, met: Array, some: Array) -> Array:
    """A copy of all images with those that were met in their places."""
    every = xp.asarray(every, copy=True)
    every[met, ...] = some
    return every
