"""Film grain."""

from dataclasses import dataclass

from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Noise
from grainless.noise.smoothing import luma, smoothed
from grainless.noise.strength import Level, Share, drawn


@dataclass(frozen=True, kw_only=True)
class Grain(Noise):
    """Film grain: soft, mostly alike in all channels, strongest in mid-tones, none in black and white.

        y = x + 2 sigma sqrt(x (1 - x)) blur(n)        n ~ N(0, 1), blurred at unit variance

    Args:
        sigma: standard deviation at middle grey, in full scales.
        size: sigma of the blur, in pixels.
        colour: of the variance, how much is each channel's own; the rest is common to all.

    Source: the brightness follows from counting grains that either are exposed or are not, as in Newson, Delon,
    Galerne, "A stochastic film grain model for resolution-independent rendering", Computer Graphics Forum 36(8), 2017;
    the rest is a Gaussian approximation of it.
    """

    sigma: Level = (0.0, 30 / 255)
    size: Level = (0.4, 1.2)
    colour: Share = (0.0, 0.6)

    kinds = ("grain",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        xp = array_namespace(clean)
        one = xp.ones_like(clean[:, :1, :1, :1])
        colour, size = drawn(self.colour, clean, draw) * one, drawn(self.size, clean, draw) * one
        own, common = draw.normal(clean), draw.normal(clean[:, :1])
        noise = smoothed(xp.sqrt(colour) * own + xp.sqrt(1 - colour) * common, size, size, one)
        bright = xp.clip(luma(clean), 0.0, 1.0)
        return clean + 2 * drawn(self.sigma, clean, draw) * xp.sqrt(bright * (1 - bright)) * noise
