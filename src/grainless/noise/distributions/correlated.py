"""Noise of unknown origin: blurred, growing or falling with brightness, uneven between channels."""

from dataclasses import dataclass

from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Noise
from grainless.noise.smoothing import luma, smoothed
from grainless.noise.strength import Level, Share, drawn


@dataclass(frozen=True, kw_only=True)
class Correlated(Noise):
    """Gaussian noise whose neighbours, in space and between channels, are not independent.

        y = x + sigma (1 + tilt (2 luma(x) - 1)) blur(n)        n ~ N(0, 1)

    Args:
        sigma: standard deviation before blurring at middle grey, in full scales.
        tilt: how far it grows (or falls, half of the time) from black to white: 1: from 0 to 2 sigma.
        alike: how much of the noise's variance is common to all channels: 1: grey noise.
        uneven: how far the strengths of the channels lie apart: each is multiplied by 1 - uneven u, u in 0..1.
        luma: sigma of the luma blur, in pixels.
        chroma: sigma of the chroma blur, in pixels.
        kept: how much of the strength that the blur takes is given back, as a power.
    """

    sigma: Level = (0.0, 40 / 255)
    tilt: Share = (0.0, 1.0)
    alike: Share = (0.0, 1.0)
    uneven: Share = 0.5
    luma: Level = (0.0, 1.1)
    chroma: Level = (0.0, 2.5)
    kept: Share = (0.0, 1.0)

    kinds = ("correlated",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        xp = array_namespace(clean)
        one = clean[:, :1, :1, :1]
        alike = drawn(self.alike, clean, draw) + 0 * one
        own, common = draw.normal(clean), draw.normal(clean[:, :1])
        noise = xp.sqrt(1 - alike) * own + xp.sqrt(alike) * common
        noise = noise * (1 - drawn(self.uneven, clean, draw) * draw.uniform(clean[:, :, :1, :1]))
        noise = smoothed(
            noise,
            drawn(self.luma, clean, draw) + 0 * one,
            drawn(self.chroma, clean, draw) + 0 * one,
            drawn(self.kept, clean, draw) + 0 * one,
        )
        way = xp.sign(draw.uniform(one) - 0.5)
        growth = 1 + way * drawn(self.tilt, clean, draw) * (2 * xp.clip(luma(clean), 0.0, 1.0) - 1)
        return clean + drawn(self.sigma, clean, draw) * growth * noise
