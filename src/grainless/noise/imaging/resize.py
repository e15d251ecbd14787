"""Images resized, noisy and clean side alike."""

from dataclasses import dataclass

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Part
from grainless.noise.separable import resampled
from grainless.noise.strength import Peak, drawn


@dataclass(frozen=True, kw_only=True)
class Resize(Part):
    """Both sides made smaller or larger, at the same number of pixels; what is missing is mirrored.

    Before the noise, clean images lose what noise of their own they have; after it, the noise is correlated.

    Args:
        factor: of the sides, drawn for each image.
    """

    factor: Peak = (0.5, 1.2)

    def both(self, noisy: Array, clean: Array, draw: Draw) -> tuple[Array, Array]:
        factor = drawn(self.factor, clean, draw) + 0 * clean[:, :1, :1, :1]
        if noisy is clean:
            smaller = resampled(clean, factor)
            return smaller, smaller
        return resampled(noisy, factor), resampled(clean, factor)
