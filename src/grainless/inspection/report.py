"""What noise is in an image, and what Grainless would do about it."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.image.arrays import check_mode, check_range, planes
from grainless.image.image import Image
from grainless.image.transparent import clear_pixels, filled
from grainless.inspection import defects
from grainless.inspection.curve import Curve, curve
from grainless.inspection.defects import Grid
from grainless.inspection.levels import Levels, levels

TILE = 256
"""Pixels; a multiple of 8, so that the blocks of JPEG lie alike in all tiles."""

TILES = 4  # a side: of larger images these are looked at, spread evenly

NOISY = 1.5 / 255
"""Less is no noise to speak of: 67 of the 68 clean photographs of BSD68 have less (benchmarks/inspecting.py)."""

TRAINED = 55 / 255  # the strongest noise that the shipped models have seen
ALIKE = 0.3  # neighbouring pixels: more is no white noise
HIDDEN = 1.5  # times what white noise would give: the flattest blocks of correlated noise
TEXTURE = 6 / 255  # less in the flattest blocks may be the scene's own texture, which is correlated, too
BLOCKY = 0.1  # 1 of BSD68's 68 light JPEGs has more; saved again at quality 70, 49 have, at 30 all
MANY_STUCK = 0.01  # of the pixels: a median brings more than it costs


@dataclass(frozen=True)
class Report:
    """What was found in an image. Levels are in full scales, shares go from 0 to 1.

    Args:
        name: of the image.
        size: (height, width) in pixels.
        channels: 1 grey, 3 RGB.
        colourless: all channels are equal.
        sigmas: standard deviation of the noise of each channel; None: too small to tell.
            Where half of the pixels are clipped, it reads a third low.
        curve: how the noise grows with brightness; None: it does not.
        impulses: share of pixels stuck at black or white.
        correlation: of neighbouring pixels in the flattest blocks, where there is noise: 0 for white noise.
        flat_sigma: standard deviation in the flattest blocks; with correlated noise nearer the truth than `sigmas`.
        grid: the blocks of JPEG.
        clipped: shares of pixels at black and at white.
    """

    name: str
    size: tuple[int, int]
    channels: int
    colourless: bool
    sigmas: tuple[float, ...] | None
    curve: Curve | None
    impulses: float
    correlation: float | None
    flat_sigma: float | None
    grid: Grid | None
    clipped: tuple[float, float]

    @property
    def sigma(self) -> float | None:
        """Of all channels together: the root of their mean variance."""
        if self.sigmas is None:
            return None
        return math.sqrt(sum(sigma**2 for sigma in self.sigmas) / len(self.sigmas))

    @property
    def correlated(self) -> bool:
        """The flattest blocks hold what is alike in neighbours, and more than white noise accounts for.

        That is correlated noise, or a scene that is fine texture everywhere: 7 of the 68 of BSD68.
        """
        if self.sigma is None or self.correlation is None or self.flat_sigma is None:
            return False
        return self.correlation > ALIKE and self.flat_sigma > max(TEXTURE, HIDDEN * self.sigma)

    @property
    def noisy(self) -> bool | None:
        """Whether there is noise to be removed; None: it cannot be told."""
        if self.impulses:
            return True
        return None if self.sigma is None else self.sigma >= NOISY

    @property
    def blocky(self) -> bool:
        """The image went through JPEG, and one sees it."""
        return self.grid is not None and self.grid.strength > BLOCKY

    def plain(self) -> dict[str, Any]:
        """All of it for JSON, the advice included."""
        told = {
            "sigma": self.sigma,
            "noisy": self.noisy,
            "correlated": self.correlated,
            "blocky": self.blocky,
        }
        return asdict(self) | told | {"advice": asdict(advise(self))}

    def facts(self) -> dict[str, str]:
        """All of it in words, a line each."""
        sigmas = "cannot be told" if self.sigmas is None else ", ".join(map(level, self.sigmas))
        grows = "no"
        if self.curve:
            grows = f"yes: gain {self.curve.gain:.2g}, read noise {level(self.curve.read)}"
        offset = f", offset {self.grid.offset[1]}, {self.grid.offset[0]}" if self.grid and self.blocky else ""
        return {
            "size": f"{self.size[1]} x {self.size[0]}, {'grey' if self.channels == 1 else 'RGB'}",
            "sigma" if self.channels == 1 else "sigma of each channel": sigmas,
            "grows with brightness": grows,
            "salt and pepper": f"{100 * self.impulses:.2g} %",
            "correlation of neighbours": "-" if self.correlation is None else f"{self.correlation:.2f}",
            "blocks of JPEG": f"{self.grid.strength:.2f}{offset}" if self.grid else "-",
            "at black, at white": f"{100 * self.clipped[0]:.2g} %, {100 * self.clipped[1]:.2g} %",
        }


@dataclass(frozen=True)
class Advice:
    """What to do with an image.

    Args:
        model: the shipped model to denoise it with; None: leave it as it is.
        strength: 0..1.
        why: one sentence for a person.
        warnings: what the model was not trained for, a sentence each.
    """

    model: str | None
    strength: float
    why: str
    warnings: tuple[str, ...] = ()


def inspect(image: NDArray | PIL.Image.Image | Image, *, channel_axis: int = -1) -> Report:
    """What noise is in an image: how strong, of which kind, and what else is wrong with it.

    Args:
        image: an array or a PIL image, as `grainless.denoise` takes it, or an image of a file.
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: the image is of another kind, or its floats are no full scales.

    >>> inspect(np.zeros((64, 64), np.uint8)).noisy
    False
    """
    image = image if isinstance(image, Image) else _image(image, channel_axis)
    check_range(image.pixels, image.name)
    channels = _tiles(_seen(image))
    ends = [defects.clipped(tiles) for tiles in channels]
    drawn = all(
        black + white == 1 for black, white in ends
    )  # in black and white alone: no noise, nothing stuck
    stuck = 0.0 if drawn else float(np.mean([defects.impulses(tiles) for tiles in channels]))
    mended = [defects.repaired(tiles) for tiles in channels] if stuck else list(channels)
    found = [None if drawn else levels(tiles) for tiles in mended]
    told = [each for each in found if each is not None]
    grows = curve(told) if told else None
    sigmas = (0.0,) * len(channels) if drawn else _sigmas(found, mended, grows)
    flat = [each for each in map(defects.correlation, mended) if each is not None]
    return Report(
        name=image.name,
        size=image.size,
        channels=image.channels,
        colourless=bool((image.pixels == image.pixels[:1]).all()),
        sigmas=sigmas,
        curve=grows if sigmas and max(sigmas) >= NOISY else None,
        impulses=stuck,
        correlation=float(np.mean([each[0] for each in flat])) if flat else None,
        flat_sigma=float(np.mean([each[1] for each in flat])) if flat else None,
        grid=defects.grid(channels.mean(axis=0)),
        clipped=(float(np.mean([each[0] for each in ends])), float(np.mean([each[1] for each in ends]))),
    )


def advise(report: Report) -> Advice:
    """Which model and strength for an image, and why.

    >>> advise(inspect(np.zeros((64, 64), np.uint8))).why
    'No noise found: it is left as it is.'
    """
    if report.noisy is None:
        return Advice(None, 0.0, "It is too small to tell its noise: it is left as it is.")
    warnings = _warnings(report)
    if not report.noisy:
        kind = "white noise" if report.correlated else "noise"
        return Advice(None, 0.0, f"No {kind} found: it is left as it is.", warnings)
    model = "grey" if report.channels == 1 or report.colourless else "color"
    if report.sigma is None or report.sigma < NOISY:
        return Advice(
            None,
            0.0,
            "Stuck pixels are its only noise: it is left as it is; a median filter removes them.",
            warnings,
        )
    colours = "grey" if model == "grey" else "colour"
    return Advice(
        model, 1.0, f"Noise of sigma {level(report.sigma)} in a {colours} image: model {model}.", warnings
    )


def level(sigma: float) -> str:
    """A noise level as the field writes it.

    >>> level(0.1)
    '25.5/255'
    """
    return f"{255 * sigma:.1f}/255"


def _warnings(report: Report) -> tuple[str, ...]:
    """What the shipped models were not trained for; they have seen white Gaussian noise of 0 to 55/255."""
    sigma = report.sigma or 0.0
    said = {
        f"{100 * report.impulses:.1f} % of the pixels are stuck at black or white: remove them first, by a "
        "median filter; networks trained on Gaussian noise leave them.": report.impulses >= MANY_STUCK,
        f"Even the flattest parts vary by {level(report.flat_sigma or 0)}, with neighbours alike: fine texture, or "
        "noise that went through JPEG, demosaicing or resizing; the sigma of such noise is told too low, and the "
        "models know white noise.": report.correlated,
        f"The models were trained up to sigma {level(TRAINED)}; this is more.": sigma > TRAINED,
        "The noise grows with brightness, the models know noise that is the same everywhere: bright parts may keep "
        "some.": report.curve is not None,
        "The blocks of JPEG show; the models were not trained to remove them.": report.blocky,
    }
    return tuple(sentence for sentence, holds in said.items() if holds)


def _image(given: NDArray | PIL.Image.Image, channel_axis: int) -> Image:
    """An array or PIL image as an image of full scales."""
    if isinstance(given, PIL.Image.Image):
        check_mode(given)
        return _image(np.asarray(given), -1)
    every = planes(given, channel_axis)
    white = 1 if every.dtype.kind == "f" else np.iinfo(every.dtype).max
    floats = every.astype(np.float32) / np.float32(white)
    count = 1 if len(every) < 3 else 3
    return Image(floats[:count], floats[count] if len(floats) > count else None)


def _seen(image: Image) -> NDArray[np.float32]:
    """(c, h, w) without what lies under clear pixels."""
    if image.alpha is None:
        return image.pixels
    clear = clear_pixels(image.pixels, image.alpha, premultiplied=image.premultiplied)
    return filled(image.pixels, clear) if clear.any() and not clear.all() else image.pixels


def _tiles(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """(c, n, h, w): the whole image, or of a large one TILES x TILES parts."""
    height, width = pixels.shape[1:]
    if height * width <= (TILE * TILES) ** 2:
        return pixels[:, None]
    side = min(height, width, TILE) // 8 * 8 or min(height, width)
    rows, columns = (_starts(length, side) for length in (height, width))
    parts = [pixels[:, y : y + side, x : x + side] for y in rows for x in columns]
    return np.stack(parts, axis=1)


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin along a side: multiples of 8, spread evenly."""
    return sorted({int(at) // 8 * 8 for at in np.linspace(0, length - side, TILES)})


def _sigmas(
    found: list[Levels | None], tiles: list[NDArray[np.float32]], grows: Curve | None
) -> tuple[float, ...] | None:
    """Of each channel; where the noise grows with brightness, the root of its mean over all pixels."""
    told = [each.sigma for each in found if each is not None]
    if len(told) < len(found):
        return None
    if grows is None:
        return tuple(told)
    return tuple(math.sqrt(max(0.0, float(grows.variance(float(each.mean()))))) for each in tiles)
