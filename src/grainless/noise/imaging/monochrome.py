"""Images without colour, noisy and clean side alike."""

from dataclasses import dataclass

from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Part
from grainless.noise.smoothing import luma


@dataclass(frozen=True, kw_only=True)
class Monochrome(Part):
    """Both sides without colour: luma in all channels, as a grey photograph stored as RGB has it."""

    def both(self, noisy: Array, clean: Array, draw: Draw) -> tuple[Array, Array]:
        return _grey(noisy), _grey(clean)


def _grey(image: Array) -> Array:
    xp = array_namespace(image)
    return xp.concat([luma(image)] * image.shape[1], axis=1)
