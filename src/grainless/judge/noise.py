"""Noise models, written once for numpy and torch.

Images are (n, c, h, w), 0 = black, 1 = full scale. Nothing is clipped unless `clip` says so. A strength is a
number, or a range (low, high) from which each image draws its own, evenly.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Protocol

import numpy as np
from annotated_types import Interval
from array_api_compat import array_namespace
from pydantic import PlainValidator

from grainless.judge.parts import fractions, make, spec

Array = Any
Strength = float | tuple[float, float]


def _strength(words: str, allowed: Callable[[float], bool]) -> PlainValidator:
    """Reads a strength of a recipe or command line: 0.1, "25/255", [0, 0.2] or "0..55/255"."""

    def read(given: Any) -> Strength:
        ends = given.split("..") if isinstance(given, str) else given
        ends = ends if isinstance(ends, list | tuple) else [ends]
        try:
            low, *rest = (float(end) for end in fractions(ends))
            high = rest[0] if rest else low
            if len(rest) < 2 and allowed(low) and allowed(high) and low <= high:
                return (low, high) if rest else low
        except (TypeError, ValueError):
            pass
        raise ValueError(f'it should be a number {words}, or a range such as "5/255..55/255" or [0, 0.2]')

    return PlainValidator(read)


Level = Annotated[Strength, _strength("of 0 or more", lambda number: 0 <= number < math.inf)]
Peak = Annotated[Strength, _strength("above 0", lambda number: 0 < number < math.inf)]
Share = Annotated[Strength, _strength("from 0 to 1", lambda number: 0 <= number <= 1)]


class Draw(Protocol):
    """Where chance comes from: numbers shaped, typed and placed like a given array."""

    def normal(self, like: Array) -> Array:
        """N(0, 1)."""

    def uniform(self, like: Array) -> Array:
        """U(0, 1), 1 never."""

    def poisson(self, rate: Array) -> Array:
        """Counts with these expected values."""


@dataclass(frozen=True)
class NumpyDraw:
    """Chance for numpy arrays of float32 or float64."""

    generator: np.random.Generator

    def normal(self, like: Array) -> Array:
        return self.generator.standard_normal(like.shape, dtype=like.dtype)

    def uniform(self, like: Array) -> Array:
        return self.generator.random(like.shape, dtype=like.dtype)

    def poisson(self, rate: Array) -> Array:
        return np.asarray(self.generator.poisson(rate), dtype=rate.dtype)


@dataclass(frozen=True, kw_only=True)
class Noise(ABC):
    """What stands between a clean image and a noisy one.

    `str` gives the text that `noise_from` reads.

    Args:
        clip: cut the noisy image to 0..1, as the published systems do.
    """

    clip: bool = False

    def __call__(self, clean: Array, draw: Draw) -> Array:
        """The noisy images, like `clean`: (n, c, h, w)."""
        noisy = self.corrupt(clean, draw)
        return array_namespace(noisy).clip(noisy, 0.0, 1.0) if self.clip else noisy

    def __str__(self) -> str:
        name = next(name for name, each in NOISES.items() if each is type(self))
        clip, *strengths = fields(self)
        options = ((field, getattr(self, field.name)) for field in (*strengths, clip))
        told = [f"{field.name}={_text(value)}" for field, value in options if value or value != field.default]
        return f"{name}:{','.join(told)}"

    @abstractmethod
    def corrupt(self, clean: Array, draw: Draw) -> Array:
        """The noisy images before any clipping."""

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


@dataclass(frozen=True, kw_only=True)
class Gaussian(Noise):
    """The same everywhere, whatever the image.

        y = x + mean + sigma n        n ~ N(0, 1)

    Args:
        sigma: standard deviation, in full scales; the field's "sigma 25" is 25/255.
        mean: added to every pixel, in full scales.
    """

    sigma: Level = 25 / 255
    mean: float = 0.0

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return clean + _drawn(self.sigma, clean, draw) * draw.normal(clean) + self.mean

    def expectation(self, clean: Array) -> Array:
        return clean + self.mean

    def variance(self, clean: Array) -> Array:
        return 0 * clean + _fixed(self.sigma) ** 2


@dataclass(frozen=True, kw_only=True)
class Uniform(Noise):
    """Even between two ends, whatever the image.

        y = x + low + (high - low) u        u ~ U(0, 1)

    Args:
        low: the least that is added, in full scales.
        high: the most that is added, in full scales.
    """

    low: float = 0.0
    high: float = 0.9

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return clean + (self.high - self.low) * draw.uniform(clean) + self.low

    def expectation(self, clean: Array) -> Array:
        return clean + (self.low + self.high) / 2

    def variance(self, clean: Array) -> Array:
        return 0 * clean + (self.high - self.low) ** 2 / 12


@dataclass(frozen=True, kw_only=True)
class Poisson(Noise):
    """Photons are counted; the fewer, the grainier.

        y = Poisson(peak x) / peak

    Args:
        peak: photons that a pixel at full scale gathers on average. Negative x gathers none.
    """

    peak: Peak = 30.0

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return _counted(self.peak, clean, draw)

    def expectation(self, clean: Array) -> Array:
        _fixed(self.peak)
        return _lit(clean)

    def variance(self, clean: Array) -> Array:
        return _lit(clean) / _fixed(self.peak)


@dataclass(frozen=True, kw_only=True)
class PoissonGaussian(Noise):
    """A camera's raw noise: photons are counted, then read out.

        y = Poisson(peak x) / peak + read n        n ~ N(0, 1)

    Args:
        peak: photons that a pixel at full scale gathers on average. Negative x gathers none.
        read: standard deviation of the read-out, in full scales.

    Source: Foi, Trimeche, Katkovnik, Egiazarian, "Practical Poissonian-Gaussian noise modeling and fitting
    for single-image raw-data", IEEE TIP 17(10), 2008: variance a x + b with a = 1 / peak and b = read².
    """

    peak: Peak = 100.0
    read: Level = 0.02

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return _counted(self.peak, clean, draw) + _drawn(self.read, clean, draw) * draw.normal(clean)

    def expectation(self, clean: Array) -> Array:
        _fixed(self.peak)
        return _lit(clean)

    def variance(self, clean: Array) -> Array:
        return _lit(clean) / _fixed(self.peak) + _fixed(self.read) ** 2


@dataclass(frozen=True, kw_only=True)
class Speckle(Noise):
    """Grows with the brightness, as coherent light and gain do.

        y = x + x sigma n        n ~ N(0, 1)

    Args:
        sigma: standard deviation where the image is white, in full scales.
    """

    sigma: Level = 0.2

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        return clean + clean * _drawn(self.sigma, clean, draw) * draw.normal(clean)

    def expectation(self, clean: Array) -> Array:
        _fixed(self.sigma)
        return clean

    def variance(self, clean: Array) -> Array:
        return (_fixed(self.sigma) * clean) ** 2


@dataclass(frozen=True, kw_only=True)
class SaltPepper(Noise):
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
        share, lot = _drawn(self.share, clean, draw), draw.uniform(clean)
        return xp.where(lot < share, xp.astype(lot < share * self.salt, clean.dtype), clean)

    def expectation(self, clean: Array) -> Array:
        share = _fixed(self.share)
        return (1 - share) * clean + share * self.salt

    def variance(self, clean: Array) -> Array:
        share = _fixed(self.share)
        return (1 - share) * clean**2 + share * self.salt - self.expectation(clean) ** 2


@dataclass(frozen=True, kw_only=True)
class Mask(Noise):
    """Some pixels are lost, all their channels together.

        y = 0 with probability share, else x

    Args:
        share: of all pixels, how many are lost, 0..1.
    """

    share: Share = 0.3

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        lost = draw.uniform(clean[:, :1]) < _drawn(self.share, clean, draw)
        return array_namespace(clean).where(lost, 0.0, clean)

    def expectation(self, clean: Array) -> Array:
        return (1 - _fixed(self.share)) * clean

    def variance(self, clean: Array) -> Array:
        share = _fixed(self.share)
        return share * (1 - share) * clean**2


NOISES: dict[str, type[Noise]] = {
    "gaussian": Gaussian,
    "uniform": Uniform,
    "poisson": Poisson,
    "poisson-gaussian": PoissonGaussian,
    "speckle": Speckle,
    "salt-pepper": SaltPepper,
    "mask": Mask,
}


@dataclass(frozen=True)
class Chain:
    """Several noises, one after the other; without any, the image stays as it is.

    `str` gives the text that `noise_from` reads.
    """

    parts: tuple[Noise, ...]

    def __call__(self, clean: Array, draw: Draw) -> Array:
        """The noisy images, like `clean`: (n, c, h, w)."""
        noisy = clean
        for part in self.parts:
            noisy = part(noisy, draw)
        return noisy

    def __str__(self) -> str:
        return "+".join(map(str, self.parts)) or "none"


def noise_from(given: str | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Chain:
    """The noise of a command line (text) or of a recipe (text, a table, or a list of tables).

    In text, noises are joined by `+`, options follow a colon and are joined by commas, a range is
    `low..high`. The name "none" is no noise.

    Raises:
        InputError: the text has no such form, or a name or an option is wrong.

    >>> str(noise_from("gaussian:sigma=0..55/255,clip=true + poisson:peak=30"))
    'gaussian:sigma=0..55/255,clip=true+poisson:peak=30'
    >>> noise_from({"name": "mask", "share": 0.3})
    Chain(parts=(Mask(clip=False, share=0.3),))
    """
    if isinstance(given, str):
        given = [spec("noise", part) for part in given.split("+")]
    tables = [given] if isinstance(given, Mapping) else given
    return Chain(tuple(make("noise", NOISES, table) for table in tables if dict(table) != {"name": "none"}))


def _text(value: Any) -> str:
    """The shortest text that reads back to the same value; levels as the field writes them.

    >>> [_text(25 / 255), _text((0.0, 0.5)), _text(30.0), _text(True)]
    ['25/255', '0..0.5', '30', 'true']
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "..".join(map(_text, value))
    plain, byte = f"{value:g}", f"{255 * value:g}/255"
    same = [text for text, number in ((plain, float(plain)), (byte, fractions(byte))) if number == value]
    return min(same or [repr(value)], key=len).replace("e+", "e")  # "+" joins noises


def _drawn(strength: Strength, clean: Array, draw: Draw) -> Array:
    """The strength as a number, or one for each image, (n, 1, 1, 1), drawn from its range."""
    if isinstance(strength, tuple):
        low, high = strength
        return low + (high - low) * draw.uniform(clean[:, :1, :1, :1])
    return float(strength)


def _fixed(strength: Strength) -> float:
    """The strength, if it is a number."""
    if not isinstance(strength, tuple):
        return float(strength)
    raise ValueError(f"moments are stated for one strength, and {_text(strength)} is a range")


def _lit(clean: Array) -> Array:
    """Where light comes from: nothing counts fewer than no photons."""
    return array_namespace(clean).clip(clean, 0.0, None)


def _counted(peak: Strength, clean: Array, draw: Draw) -> Array:
    """Poisson(peak x) / peak."""
    peak = _drawn(peak, clean, draw)
    return draw.poisson(_lit(clean) * peak) / peak
