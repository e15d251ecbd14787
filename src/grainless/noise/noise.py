"""What every noise is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

from array_api_compat import array_namespace

from grainless.noise.draw import Array, Draw
from grainless.noise.strength import Lots, text

ALL: Lots = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Part(ABC):
    """A part of a chain: what happens to noisy images, or to them and the clean ones alike.

    `str` gives the text that `noise_from` reads.

    Args:
        images: on which images it falls: on those whose lot, 0..1, is below this number, or between two. Each image
            draws one lot for all parts of a chain, so that shares can exclude each other, or overlap.
    """

    images: Lots = ALL

    kinds: ClassVar[tuple[str, ...]] = ()
    """What a model learns from it, in the words by which inspection finds noise and cards tell of it."""

    def __str__(self) -> str:
        from grainless.noise import NOISES  # the table stands on this file

        name = next(name for name, each in NOISES.items() if each is type(self))
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        unusual = {field.name for field in fields(self) if values[field.name] != field.default}
        ends = ("clip", "images")  # those of every noise, written last and only where they are set
        written = [key for key, value in values.items() if key not in ends and (value or key in unusual)]
        written += [key for key in ends if key in unusual]
        return f"{name}:{','.join(f'{key}={text(values[key])}' for key in written)}"

    @abstractmethod
    def both(self, noisy: Array, clean: Array, draw: Draw) -> tuple[Array, Array]:
        """What becomes of both sides, each (n, c, h, w)."""


@dataclass(frozen=True, kw_only=True)
class Noise(Part):
    """What stands between a clean image and a noisy one.

    Args:
        clip: cut the noisy image to 0..1, as the published systems do.
    """

    clip: bool = False

    def __call__(self, clean: Array, draw: Draw) -> Array:
        """The noisy images, like `clean`: (n, c, h, w)."""
        noisy = self.corrupt(clean, draw)
        return array_namespace(noisy).clip(noisy, 0.0, 1.0) if self.clip else noisy

    def both(self, noisy: Array, clean: Array, draw: Draw) -> tuple[Array, Array]:
        """More noise on the noisy side alone."""
        return self(noisy, draw), clean

    @abstractmethod
    def corrupt(self, clean: Array, draw: Draw) -> Array:
        """The noisy images before any clipping."""


@dataclass(frozen=True, kw_only=True)
class StatedNoise(Noise):
    """A noise whose moments can be stated, before clipping and for the images that it falls on."""

    @abstractmethod
    def expectation(self, clean: Array) -> Array:
        """The expected value of each noisy pixel before any clipping.

        Raises:
            ValueError: a strength is a range.
        """

    @abstractmethod
    def variance(self, clean: Array) -> Array:
        """The variance of each noisy pixel before any clipping.

        Raises:
            ValueError: a strength is a range.
        """
