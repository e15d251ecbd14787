"""A whole camera: light, mosaic, demosaicing, white balance, tone curve, and its own smoothing."""

import math
from dataclasses import dataclass

from array_api_compat import array_namespace, device

from grainless.noise.draw import Array, Draw
from grainless.noise.noise import Noise
from grainless.noise.separable import neighbours
from grainless.noise.smoothing import smoothed
from grainless.noise.strength import Level, Peak, Share, drawn

BLACK = 1e-4
"""Linear light under which the tone curve is not followed: its slope is without end at 0."""


@dataclass(frozen=True, kw_only=True)
class Camera(Noise):
    """Noise that went through a camera, added to a photograph that stays sharp.

        y = x + curve(light + noise) - curve(light)        light = x^gamma

    The noise is drawn on the sensor: its variance is shot * raw + read, where raw is the light after exposure,
    colour matrix and white balance; a Bayer mosaic keeps one colour a pixel, the other two are interpolated; then
    white balance, matrix and exposure are undone; after the curve, luma and chroma are blurred apart. Each image
    draws its own numbers. Grey images have no mosaic. It has no stated moments.

    Args:
        shot: variance a full scale of raw light; drawn evenly in its logarithm.
        read: what the read-out's variance is multiplied by; it follows from shot, with a scatter.
        gamma: of the tone curve.
        exposure: what the light is darkened by before, and brightened by after.
        balance: gain of red and blue, each.
        saturation: how much the colour matrix pulls colours apart: differences from grey grow by 1 + saturation.
        detail: of the demosaicing: 0 bilinear, 1 Malvar's, which follows edges and keeps noise sharper.
        luma: sigma of the luma blur, in pixels; half of all images have none.
        chroma: sigma of the chroma blur, in pixels; a quarter of all images have none.

    Source: Brooks, Mildenhall, Xue, Chen, Sharlet, Barron, "Unprocessing images for learned raw denoising", CVPR
    2019, arXiv:1811.11127: order of the steps, and log read = 2.18 log shot + 1.2 + 0.26 n, natural logarithms of
    variances. Malvar, He, Cutler, "High-quality linear interpolation for demosaicing of Bayer-patterned color
    images", ICASSP 2004. Unlike Brooks', the clean image is not developed anew, the colour matrix is one number, and
    smoothing is added.
    """

    shot: Level = (2e-4, 1.5e-2)
    read: Level = 1.0
    gamma: Peak = (1.8, 2.4)
    exposure: Peak = (0.5, 1.0)
    balance: Peak = (1.2, 2.4)
    saturation: Level = (0.0, 0.8)
    detail: Share = (0.0, 1.0)
    luma: Level = (0.0, 1.1)
    chroma: Level = (0.0, 2.5)

    kinds = ("correlated",)

    def corrupt(self, clean: Array, draw: Draw) -> Array:
        xp = array_namespace(clean)
        gamma, exposure = drawn(self.gamma, clean, draw), drawn(self.exposure, clean, draw)
        light = xp.clip(clean, 0.0, 1.0) ** gamma
        noise = self._sensed(light * exposure, draw) / exposure
        curve = 1 / gamma
        # Clipped where the sensor is full, and at black, as a file is.
        bright = xp.clip(light + noise, BLACK, 1.0) ** curve - xp.clip(light, BLACK, 1.0) ** curve
        kept = draw.uniform(clean[:, :1, :1, :1])
        return clean + smoothed(
            bright,
            _often_none(self.luma, 0.5, clean, draw),
            _often_none(self.chroma, 0.25, clean, draw),
            kept,
        )

    def _sensed(self, light: Array, draw: Draw) -> Array:
        """The noise of linear light as the sensor and the interpolation leave it, (n, c, h, w)."""
        shot, read = self._variances(light, draw)
        if light.shape[1] == 1:
            return _scaled(light, shot, read) * draw.normal(light)
        gains, apart = self._colours(light, draw)
        grey = _mean(light)
        raw = (grey + (light - grey) / apart) / gains
        sampled = _mosaic(raw, draw)
        one = sum(sampled[:, each : each + 1] * raw[:, each : each + 1] for each in range(3))
        noise = _scaled(one, shot, read) * draw.normal(one)
        noise = _demosaiced(noise, sampled, drawn(self.detail, light, draw)) * gains
        grey = _mean(noise)
        return grey + (noise - grey) * apart

    def _variances(self, light: Array, draw: Draw) -> tuple[Array, Array]:
        """Shot and read variance of each image."""
        xp = array_namespace(light)
        one = light[:, :1, :1, :1]
        low, high = self.shot if isinstance(self.shot, tuple) else (self.shot, self.shot)
        low, high = max(low, 1e-12), max(high, 1e-12)
        logarithm = math.log(low) + math.log(high / low) * draw.uniform(one)
        scatter = draw.normal(one)
        shot = xp.exp(logarithm)
        read = xp.exp(2.18 * logarithm + 1.2 + 0.26 * scatter) * drawn(self.read, light, draw)
        return shot, read

    def _colours(self, light: Array, draw: Draw) -> tuple[Array, Array]:
        """Gains of red, green and blue, (n, 3, 1, 1), and how far the matrix pulls colours apart, (n, 1, 1, 1)."""
        xp = array_namespace(light)
        one = xp.ones_like(light[:, :1, :1, :1])
        red, blue = (drawn(self.balance, light, draw) * one for _ in range(2))
        return xp.concat([red, one, blue], axis=1), 1 + drawn(self.saturation, light, draw)


def _scaled(raw: Array, shot: Array, read: Array) -> Array:
    """The noise's standard deviation where the sensor sees `raw`."""
    return array_namespace(raw).sqrt(shot * raw + read)


def _mean(image: Array) -> Array:
    return array_namespace(image).mean(image, axis=1, keepdims=True)


def _mosaic(raw: Array, draw: Draw) -> Array:
    """Which of the three colours each pixel has, (n, 3, h, w) of 0 and 1; each image has another phase."""
    xp = array_namespace(raw)
    height, width = raw.shape[-2:]
    one = raw[:, :1, :1, :1]
    across, down = (xp.floor(2 * draw.uniform(one)) for _ in range(2))
    place = {"dtype": raw.dtype, "device": device(raw)}
    odd_row = xp.remainder(xp.arange(height, **place)[:, None] + down, 2.0)
    odd_column = xp.remainder(xp.arange(width, **place) + across, 2.0)
    red, blue = (1 - odd_row) * (1 - odd_column), odd_row * odd_column
    return xp.concat([red, 1 - red - blue, blue], axis=1)


def _demosaiced(mosaic: Array, sampled: Array, detail: Array) -> Array:
    """The three colours of each pixel, (n, 3, h, w), from one, (n, 1, h, w).

    Malvar's filters are the bilinear ones and a share of the other colour's curvature, so both are one formula.
    """
    xp = array_namespace(mosaic)
    height, width = mosaic.shape[-2:]
    up, across = (neighbours(mosaic, side, 1) for side in (height, width))
    up2, across2 = (neighbours(mosaic, side, 2) for side in (height, width))
    vertical, horizontal = xp.matmul(up, mosaic), xp.matmul(mosaic, across.T)
    diagonal = xp.matmul(vertical, across.T)
    vertical2, horizontal2 = xp.matmul(up2, mosaic), xp.matmul(mosaic, across2.T)
    far = vertical2 + horizontal2
    at_red, at_green, at_blue = (sampled[:, each : each + 1] for each in range(3))
    red_row = xp.max(at_red, axis=-1, keepdims=True)  # the rows that hold red
    share = detail / 8
    cross = (vertical + horizontal) / 4 + share * (4 * mosaic - far)
    along = horizontal / 2 + share * (5 * mosaic - diagonal - horizontal2 + vertical2 / 2)
    down = vertical / 2 + share * (5 * mosaic - diagonal - vertical2 + horizontal2 / 2)
    corners = diagonal / 4 + share * (6 * mosaic - 1.5 * far)
    red = at_red * mosaic + at_blue * corners + at_green * (red_row * along + (1 - red_row) * down)
    blue = at_blue * mosaic + at_red * corners + at_green * (red_row * down + (1 - red_row) * along)
    return xp.concat([red, at_green * mosaic + (1 - at_green) * cross, blue], axis=1)


def _often_none(sigma: Level, none: float, clean: Array, draw: Draw) -> Array:
    """A blur's sigma for each image, (n, 1, 1, 1); 0 for the given share of images."""
    one = clean[:, :1, :1, :1]
    lot, wide = draw.uniform(one), drawn(sigma, clean, draw)
    return array_namespace(clean).where(lot < none, 0 * one, wide + 0 * one)
