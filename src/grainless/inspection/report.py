"""What noise is in an image: how strong, of which kinds."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.image.arrays import check_range, image_of
from grainless.image.image import Image
from grainless.inspection import defects
from grainless.inspection.curve import Curve, curve
from grainless.inspection.defects import Grid
from grainless.inspection.kinds import level
from grainless.inspection.levels import Levels, levels
from grainless.inspection.sampling import Rows, Sample, rows_of, sampled

NOISY = 1.5 / 255
"""Less is no noise to speak of: 67 of the 68 clean photographs of BSD68 have less (benchmarks/inspecting.py)."""

ALIKE = 0.3  # neighbouring pixels: more is no white noise
HIDDEN = 1.5  # times what white noise would give: the flattest blocks of correlated noise
TEXTURE = 6 / 255  # less in the flattest blocks may be the scene's own texture, which is correlated, too
BLOCKY = 0.1  # 1 of BSD68's 68 light JPEGs has more; saved again at quality 70, 49 have, at 30 all


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
        grid: the blocks of JPEG; None: too small to tell, or partly transparent.
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
    def blocky(self) -> bool:
        """The image went through JPEG, and one sees it."""
        return self.grid is not None and self.grid.strength > BLOCKY

    @property
    def findings(self) -> dict[str, float]:
        """Kind of noise -> strength in the unit of `kinds.KINDS`, what matters most first; empty: no noise."""
        sigma = self.sigma or 0.0
        found = {
            "white": sigma if sigma >= NOISY else 0.0,
            "growing": self.curve.gain if self.curve else 0.0,
            "correlated": (self.flat_sigma or 0.0) if self.correlated else 0.0,
            "jpeg": self.grid.strength if self.grid and self.blocky else 0.0,
            "impulses": self.impulses,
        }
        return {kind: strength for kind, strength in found.items() if strength}

    @property
    def noisy(self) -> bool | None:
        """Whether anything was found; None: it cannot be told."""
        if self.findings:
            return True
        return None if self.sigma is None else False

    def plain(self) -> dict[str, Any]:
        """All of it for JSON."""
        return asdict(self) | {"sigma": self.sigma, "noisy": self.noisy, "findings": self.findings}

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
    whole = image_of(image, channel_axis)
    check_range(whole.pixels, whole.name)
    return _report(sampled(rows_of(whole), whole.size), whole.size, whole.name)


def inspect_rows(rows: Rows, size: tuple[int, int], name: str) -> Report:
    """What noise is in an image of which some rows are held at a time: the report is that of the whole image.

    Args:
        rows: gives the rows first..last as an image.
        size: (height, width) of all.
        name: what messages call it.

    Raises:
        InputError: floats where it is looked at are no full scales.
    """
    sample = sampled(rows, size)
    check_range(sample.tiles, name)
    return _report(sample, size, name)


def _report(sample: Sample, size: tuple[int, int], name: str) -> Report:
    """What is found in the parts that are looked at."""
    channels = sample.tiles
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
        name=name,
        size=size,
        channels=len(channels),
        colourless=sample.colourless,
        sigmas=sigmas,
        curve=grows if sigmas and max(sigmas) >= NOISY else None,
        impulses=stuck,
        correlation=float(np.mean([each[0] for each in flat])) if flat else None,
        flat_sigma=float(np.mean([each[1] for each in flat])) if flat else None,
        grid=defects.grid(channels.mean(axis=0)) if sample.opaque else None,
        clipped=(float(np.mean([each[0] for each in ends])), float(np.mean([each[1] for each in ends]))),
    )


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
