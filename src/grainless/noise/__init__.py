"""Noise models, written once for numpy and torch.

Images are (n, c, h, w), 0 = black, 1 = full scale. Nothing is clipped unless `clip` says so. A strength is a
number, or a range (low, high) from which each image draws its own, evenly.

To add one: a class in a file of its own, or of its family, in one of the rooms, and its line in `NOISES`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grainless.noise.chain import Chain
from grainless.noise.distributions.additive import Gaussian, Speckle, Uniform
from grainless.noise.distributions.correlated import Correlated
from grainless.noise.distributions.counting import Poisson, PoissonGaussian
from grainless.noise.distributions.impulses import Mask, SaltPepper
from grainless.noise.distributions.measured import Measured
from grainless.noise.draw import Array, Draw, NumpyDraw
from grainless.noise.imaging.camera import Camera
from grainless.noise.imaging.darken import Darken
from grainless.noise.imaging.grain import Grain
from grainless.noise.imaging.jpeg import Jpeg
from grainless.noise.imaging.monochrome import Monochrome
from grainless.noise.imaging.paper import Paper
from grainless.noise.imaging.resize import Resize
from grainless.noise.noise import Noise, Part, StatedNoise
from grainless.parts import make, spec

__all__ = [
    "NOISES",
    "Array",
    "Chain",
    "Draw",
    "Gaussian",
    "Mask",
    "Noise",
    "NumpyDraw",
    "Part",
    "SaltPepper",
    "StatedNoise",
    "Uniform",
    "noise_from",
]

NOISES: dict[str, type[Part]] = {
    "gaussian": Gaussian,
    "uniform": Uniform,
    "poisson": Poisson,
    "poisson-gaussian": PoissonGaussian,
    "speckle": Speckle,
    "salt-pepper": SaltPepper,
    "mask": Mask,
    "camera": Camera,
    "correlated": Correlated,
    "measured": Measured,
    "grain": Grain,
    "jpeg": Jpeg,
    "resize": Resize,
    "monochrome": Monochrome,
    "paper": Paper,
    "darken": Darken,
}


def noise_from(given: str | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Chain:
    """The noise of a command line (text) or of a recipe (text, a table, or a list of tables).

    In text, noises are joined by `+`, options follow a colon and are joined by commas, a range is
    `low..high`. The name "none" is no noise.

    Raises:
        InputError: the text has no such form, or a name or an option is wrong.

    >>> str(noise_from("gaussian:sigma=0..55/255,clip=true + poisson:peak=30"))
    'gaussian:sigma=0..55/255,clip=true+poisson:peak=30'
    >>> noise_from({"name": "mask", "share": 0.3})
    Chain(parts=(Mask(images=(0.0, 1.0), clip=False, share=0.3),))
    """
    if isinstance(given, str):
        given = [spec("noise", part) for part in given.split("+")]
    tables = [given] if isinstance(given, Mapping) else given
    return Chain(tuple(make("noise", NOISES, table) for table in tables if dict(table) != {"name": "none"}))
