"""Pages of paper: ink on a sheet that is neither white, nor even, nor clean, under a light that is not even."""

import math
from dataclasses import dataclass

from array_api_compat import array_namespace, device

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Noise
from grainless.noise.separable import apply, blurred
from grainless.noise.strength import Level, Share, Strength, drawn

BLOTS, RINGS, CREASES = 2, 3, 3
"""How many of each a sheet may have; each has a strength of its own, often near to none."""

GRID = 3
"""Pixels between the points that smooth noise is drawn on."""


@dataclass(frozen=True, kw_only=True)
class Paper(Noise):
    """A page as a scanner or a camera sees it.

        y = light sheet (fade + (1 - fade) blur(x)) + noise n        n ~ N(0, 1)
        sheet = (1 - tone) (1 - stains spots) (1 + folds shade) (1 + texture t) (1 - through (1 - x of the back))

    Light falls off, and shadows have an edge; spots are blots, rings of cups and prints; shade is that of wrinkles and
    straight creases. The back is the next page of the batch, mirrored. Each image draws its own numbers, weak ones
    more often: a strength from a range is low + (high - low) u², u in 0..1. It has no stated moments.

    Args:
        tone: how much darker than white the sheet is.
        light: how much darker it is where the light is weakest, and in shadow.
        stains: how dark spots are.
        folds: how strong the shade of wrinkles and creases is.
        texture: of the paper's own surface, a standard deviation.
        through: how much of the back is seen.
        fade: how far ink is from black.
        blur: of the ink, sigma in pixels.
        noise: of the sensor, a standard deviation in full scales.

    Source: the four kinds of dirt are those of Castro-Bleda, España-Boquera, Pastor-Pellicer, Zamora-Martínez, "The
    NoisyOffice database: a corpus to train supervised machine learning filters for image processing", The Computer
    Journal 63(11), 2020: folds, wrinkles, coffee, prints. Theirs are scanned; these are formulas of ours.
    """

    tone: Share = (0.0, 0.4)
    light: Share = (0.0, 0.6)
    stains: Share = (0.0, 0.7)
    folds: Level = (0.0, 0.2)
    texture: Level = (0.0, 0.04)
    through: Share = (0.0, 0.25)
    fade: Share = (0.0, 0.5)
    blur: Level = (0.0, 1.2)
    noise: Level = (0.0, 0.05)

    kinds = ("document",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        one = array_namespace(clean).ones_like(clean[:, :1, :1, :1])
        fade = _weak(self.fade, clean, draw)
        ink = fade + (1 - fade) * blurred(clean, _weak(self.blur, clean, draw) * one)
        sheet = self._lit(clean, draw) * self._sheet(clean, draw)
        return sheet * ink + _weak(self.noise, clean, draw) * draw.normal(clean)

    def _sheet(self, clean: Array, draw: Draw) -> Array:
        """The paper without ink, 1 where it is white, (n, c, h, w)."""
        xp = array_namespace(clean)
        tint = 1 - 0.4 * draw.uniform(clean[:, :, :1, :1])  # colours darken unlike
        dirt = _weak(self.stains, clean, draw) * tint * _spots(clean, draw)
        folds = 1 + _weak(self.folds, clean, draw) * _shade(clean, draw)
        fine = 0.3 + 1.5 * draw.uniform(clean[:, :1, :1, :1])
        surface = 1 + _weak(self.texture, clean, draw) * 3.5 * fine * blurred(draw.normal(clean[:, :1]), fine)
        back = xp.flip(xp.roll(clean, 1, axis=0), axis=-1)
        back = 1 - blurred(back, 0.5 + 2 * draw.uniform(clean[:, :1, :1, :1]))
        seen = 1 - _weak(self.through, clean, draw) * back
        return (
            (1 - _weak(self.tone, clean, draw) * tint)
            * (1 - dirt)
            * xp.clip(folds, 0.2, None)
            * surface
            * seen
        )

    def _lit(self, clean: Array, draw: Draw) -> Array:
        """The light, 1 where it is strongest, (n, 1, h, w)."""
        xp = array_namespace(clean)
        one = clean[:, :1, :1, :1]
        slope = _line(clean, draw) / (150 + 400 * draw.uniform(one))
        smooth = _field(clean, 20 + 80 * draw.uniform(one), draw)
        dark = _step(slope + 0.5 * smooth)
        edge = _step(_line(clean, draw) / (0.7 + 25 * draw.uniform(one) ** 2) + 0.5 * smooth)
        shadow = draw.uniform(one) ** 2 * edge
        return 1 - _weak(self.light, clean, draw) * xp.clip(0.7 * dark + 0.7 * shadow, 0.0, 1.0)


def _spots(clean: Array, draw: Draw) -> Array:
    """Blots, rings and prints, 0 where there is none, at most 1, (n, 1, h, w)."""
    xp = array_namespace(clean)
    one = clean[:, :1, :1, :1]
    spots = 0 * clean[:, :1]
    for _ in range(BLOTS):
        wave = _field(clean, 3 + 40 * draw.uniform(one) ** 2, draw)
        inside = _step((wave - 0.2 - 1.8 * draw.uniform(one)) * (2 + 30 * draw.uniform(one) ** 2))
        rim = draw.uniform(one)  # what dries leaves most at its edge
        spots = spots + draw.uniform(one) * inside * (1 - rim + 4 * rim * (1 - inside))
    for _ in range(RINGS):
        spots = spots + draw.uniform(one) ** 2 * _ring(clean, draw)
    print_ = _step(6 * xp.sin(_line(clean, draw) / (1 + 5 * draw.uniform(one))) + 3)
    where = _step(3 * _field(clean, 15 + 30 * draw.uniform(one), draw) - 2)
    spots = spots + draw.uniform(one) ** 2 * print_ * where
    return xp.clip(spots, 0.0, 1.0)


def _ring(clean: Array, draw: Draw) -> Array:
    """What the foot of a cup leaves: an uneven ring whose inner side is softer, (n, 1, h, w)."""
    xp = array_namespace(clean)
    one = clean[:, :1, :1, :1]
    down, across = _places(clean, draw)
    wave = _field(clean, 4 + 20 * draw.uniform(one), draw)
    off = xp.sqrt(down**2 + across**2 + 1) - 15 - 180 * draw.uniform(one) + 3 * draw.uniform(one) * wave
    outer, inner = 0.7 + 4 * draw.uniform(one), 2 + 25 * draw.uniform(one) ** 2
    ring = xp.exp(-xp.clip(off / outer, 0.0, 30.0)) * xp.exp(xp.clip(off / inner, -30.0, 0.0))
    return ring * _step(2 * _field(clean, 10 + 40 * draw.uniform(one), draw) + 1)


def _shade(clean: Array, draw: Draw) -> Array:
    """The light and dark sides of wrinkles and creases, around 0, (n, 1, h, w)."""
    xp = array_namespace(clean)
    one = clean[:, :1, :1, :1]
    shade = 0 * clean[:, :1]
    for _ in range(2):
        wide = 4 + 25 * draw.uniform(one)
        height = wide * xp.abs(_field(clean, wide, draw))  # sharp where the sign changes
        way = 2 * math.pi * draw.uniform(one)
        slope = xp.cos(way) * _slope(height, -2) + xp.sin(way) * _slope(height, -1)
        shade = shade + draw.uniform(one) * slope
    for _ in range(CREASES):
        off = _line(clean, draw)
        sides = xp.tanh(off) * xp.exp(-xp.abs(off) / (2 + 30 * draw.uniform(one)))
        crack = (2 * draw.uniform(one) - 1) * xp.exp(-(off**2) / 2)
        shade = shade + draw.uniform(one) ** 3 * (sides + crack)
    return shade


def _slope(height: Array, axis: int) -> Array:
    """Differences of neighbours along an axis; 0 at its beginning."""
    xp = array_namespace(height)
    first = height[..., :1, :] if axis == -2 else height[..., :1]
    return xp.diff(height, axis=axis, prepend=first)


def _field(clean: Array, sigma: Array, draw: Draw) -> Array:
    """Smooth noise of variance 1, (n, 1, h, w), for sigmas of 3 pixels and more.

    Its chance lies on a grid three times as coarse, and each pixel looks at what is near: a ninth of the work.
    """
    chance = draw.normal(clean[:, :1, ::GRID, ::GRID])
    rows, columns = (_near(clean, sigma, side) for side in clean.shape[-2:])
    return apply(rows, chance, columns)


def _near(clean: Array, sigma: Array, side: int) -> Array:
    """How much each of `side` pixels takes of each grid point, (n, 1, side, points): squares sum to 1."""
    xp = array_namespace(clean)
    line = xp.arange(side, dtype=clean.dtype, device=device(clean))
    weights = xp.exp(-((line[:, None] - line[None, ::GRID]) ** 2) / (2 * sigma**2))
    return weights / xp.sqrt(xp.sum(weights**2, axis=-1, keepdims=True))


def _line(clean: Array, draw: Draw) -> Array:
    """The distance of each pixel from a line across the image, in pixels, with its sign, (n, 1, h, w)."""
    xp = array_namespace(clean)
    down, across = _places(clean, draw)
    way = 2 * math.pi * draw.uniform(clean[:, :1, :1, :1])
    return xp.cos(way) * down + xp.sin(way) * across


def _places(clean: Array, draw: Draw) -> tuple[Array, Array]:
    """Rows and columns, counted from a point in the image or near it, (n, 1, h, 1) and (n, 1, 1, w)."""
    xp = array_namespace(clean)
    height, width = clean.shape[-2:]
    place = {"dtype": clean.dtype, "device": device(clean)}
    one = clean[:, :1, :1, :1]
    top, left = (1.6 * draw.uniform(one) - 0.3 for _ in range(2))
    return xp.arange(height, **place)[:, None] - top * height, xp.arange(width, **place) - left * width


def _step(value: Array) -> Array:
    """From 0 to 1 around 0: the logistic function."""
    xp = array_namespace(value)
    return 1 / (1 + xp.exp(-xp.clip(value, -30.0, 30.0)))


def _weak(strength: Strength, clean: Array, draw: Draw) -> Array:
    """A strength drawn from its range, the weak end more often."""
    if isinstance(strength, tuple):
        low, high = strength
        return low + (high - low) * draw.uniform(clean[:, :1, :1, :1]) ** 2
    return drawn(strength, clean, draw)
