"""Too little light: a photograph as it would have been with a fraction of its exposure."""

import math
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge
from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Noise
from grainless.noise.strength import Level, Peak, drawn


@dataclass(frozen=True, kw_only=True)
class Darken(Noise):
    """A photograph exposed too little, with the noise of its sensor, in coarse steps.

        y = round(steps tone(exposure light + sqrt(shot exposure light + read²) n)) / steps        n ~ N(0, 1)
        light = tone⁻¹(x)        tone(l) = (1 + s^a) l^a / (l^a + s^a)

    Each image draws its own exposure, evenly in its logarithm, its own camera, and a cast: a factor for each colour.

    Args:
        exposure: how much of the light is left.
        shot: variance a full scale of light; drawn evenly in its logarithm.
        read: standard deviation of the read-out, in full scales of light.
        power: a of the tone curve: its slope in shadows, both sides in logarithms.
        shoulder: s of the tone curve: the light from which on it flattens.
        cast: how far the logarithms of the colours' factors lie apart, a standard deviation.
        steps: of the file: 255 for 8 bits; 0: none.

    Source: the tone curve is Naka and Rushton's, "S-potentials from colour units in the retina of fish", Journal of
    Physiology 185, 1966, as used by Reinhard, Stark, Shirley, Ferwerda, "Photographic tone reproduction for digital
    images", SIGGRAPH 2002 (a = 1), scaled to reach 1. The noise is that of `poisson-gaussian`, as a Gaussian.
    """

    exposure: Peak = (0.02, 0.3)
    shot: Level = (2e-5, 1e-3)
    read: Level = (2e-4, 1.5e-3)
    power: Peak = (0.6, 1.1)
    shoulder: Peak = (0.1, 1.0)
    cast: Level = (0.0, 0.12)
    steps: Annotated[int, Ge(0)] = 255

    kinds = ("dark",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        xp = array_namespace(clean)
        one = xp.ones_like(clean[:, :1, :1, :1])
        power, shoulder = drawn(self.power, clean, draw) * one, drawn(self.shoulder, clean, draw) * one
        knee = shoulder**power
        cast = xp.exp(drawn(self.cast, clean, draw) * draw.normal(clean[:, :, :1, :1]))
        light = _evenly(self.exposure, clean, draw) * cast * _light(xp.clip(clean, 0.0, 1.0), power, knee)
        shot, read = _evenly(self.shot, clean, draw), drawn(self.read, clean, draw)
        noisy = light + xp.sqrt(shot * light + read**2) * draw.normal(clean)
        dark = _tone(xp.clip(noisy, 0.0, None), power, knee)
        return xp.round(self.steps * dark) / self.steps if self.steps else dark


def _tone(light: Array, power: Array, knee: Array) -> Array:
    """What a camera makes of linear light; `knee` is the shoulder to the power."""
    curved = light**power
    return (1 + knee) * curved / (curved + knee)


def _light(image: Array, power: Array, knee: Array) -> Array:
    """The light behind an image: the inverse of `_tone`."""
    return (knee * image / (1 + knee - image)) ** (1 / power)


def _evenly(strength: Level, clean: Array, draw: Draw) -> Array:
    """A strength drawn from its range, evenly in its logarithm, (n, 1, 1, 1); 0 stays 0."""
    xp = array_namespace(clean)
    one = clean[:, :1, :1, :1]
    low, high = strength if isinstance(strength, tuple) else (strength, strength)
    if high == 0:
        return 0 * one
    low = max(low, 1e-12)
    return xp.exp(math.log(low) + math.log(high / low) * draw.uniform(one))
