"""Noise that replaces: pixels stuck at black or white, pixels lost."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Interval
from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import StatedNoise
from grainless.noise.strength import Share, drawn, fixed


@dataclass(frozen=True, kw_only=True)
class SaltPepper(StatedNoise):
    """Some values are stuck at white or black, each channel on its own.

        y = 1 with probability share salt, 0 with probability share (1 - salt), else x

    Args:
        share: of all values, how many are stuck, 0..1.
        salt: of the stuck ones, how many are white, 0..1.
    """

    share: Share = 0.1
    salt: Annotated[float, Interval(ge=0, le=1)] = 0.5

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        xp = array_namespace(clean)
        share, lot = drawn(self.share, clean, draw), draw.uniform(clean)
        return xp.where(lot < share, xp.astype(lot < share * self.salt, clean.dtype), clean)

    def expectation(self, clean: Array) -> Array:
        share = fixed(self.share)
        return (1 - share) * clean + share * self.salt

    def variance(self, clean: Array) -> Array:
        share = fixed(self.share)
        return (1 - share) * clean**2 + share * self.salt - self.expectation(clean) ** 2


@dataclass(frozen=True, kw_only=True)
class Mask(StatedNoise):
    """Some pixels are lost, all their channels together.

        y = 0 with probability share, else x

    Args:
        share: of all pixels, how many are lost, 0..1.
    """

    share: Share = 0.3

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        lost = draw.uniform(clean[:, :1]) < drawn(self.share, clean, draw)
        return array_namespace(clean).where(lost, 0.0, clean)

    def expectation(self, clean: Array) -> Array:
        return (1 - fixed(self.share)) * clean

    def variance(self, clean: Array) -> Array:
        share = fixed(self.share)
        return share * (1 - share) * clean**2
