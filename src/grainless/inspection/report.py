"""What noise is in an image: how strong, of which kinds."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from grainless.image.arrays import check_range, image_of
from grainless.image.image import Image
from grainless.inspection import defects
from grainless.inspection.compression import quality
from grainless.inspection.curve import Curve, curve
from grainless.inspection.defects import Grid
from grainless.inspection.kinds import level
from grainless.inspection.levels import Levels, levels
from grainless.inspection.pages import Page, page
from grainless.inspection.removed import BLOCK, Removed, removed
from grainless.inspection.sampling import TILE, Rows, Sample, rows_of, sampled, share_of
from grainless.inspection.words import VISIBLE, in_words

NOISY = 1.5 / 255
"""Less is no noise to speak of: 67 of the 68 clean photographs of BSD68 have less (benchmarks/inspecting.py)."""

STAINED = 0.03  # of full scale: paper that is more even is clean; of 80 stained pages the most even has 0.05
SURELY_NOISY = 3 / 255
"""So much is noise even where a denoiser took little: 4 of Set12's 12 photographs have 1.6 to 1.9 of their own, one of
BSD68's 2.95. On a page no formula is believed alone: strokes of letters read as noise of 39."""

BLOCKY = 0.1  # 1 of BSD68's 68 light JPEGs has more; saved again at quality 70, 49 have, at 30 all


@dataclass(frozen=True)
class Report:
    """What was found in an image. Levels are in full scales, of the bits that are used; shares go from 0 to 1.

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
        removed: what a denoiser took from it; None: none was at hand, or too small to tell.
        page: of text; None: it is none.
        quality: of the JPEG that the pixels were last, 5..98 as libjpeg counts it; None: they show no trace of one.
        bits: that the samples use of a file's 16, as a camera's 12 or 14; None: all, or the file has others.
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
    removed: Removed | None = None
    page: Page | None = None
    quality: int | None = None
    bits: int | None = None

    @property
    def used(self) -> float:
        """The brightest sample of the bits that are used, in full scales of the file."""
        return share_of(self.bits)

    @property
    def sigma(self) -> float | None:
        """Of the noise that was found, with neighbours alike or white; None: too small to tell."""
        if self.removed is None or not self.correlated:
            return self.white_sigma
        return max(self.removed.sigma, self.findings.get("white", 0.0))

    @property
    def white_sigma(self) -> float | None:
        """Of white noise in all channels together: the root of their mean variance."""
        if self.sigmas is None:
            return None
        return math.sqrt(sum(sigma**2 for sigma in self.sigmas) / len(self.sigmas))

    @property
    def drawn(self) -> bool:
        """It is a drawing, a screenshot or text: what looks like noise there is its own."""
        return self.removed is not None and self.removed.drawn

    @property
    def correlated(self) -> bool:
        """A denoiser that knows such noise took more than from a clean image, and neighbours of it are alike."""
        return self.removed is not None and self.taken_is_noise and not self.removed.white

    @property
    def compressed(self) -> bool:
        """It was saved as a JPEG of so low a quality that one may see it."""
        return self.blocky if self.quality is None else self.quality <= VISIBLE

    @property
    def mostly_detail(self) -> bool:
        """What a denoiser took is the picture's own. What JPEG leaves lies in busy places, too: it does not count."""
        return self.removed is not None and self.removed.mostly_detail and not self.compressed

    @property
    def blocky(self) -> bool:
        """The image went through JPEG, and one sees it."""
        return self.grid is not None and self.grid.strength > BLOCKY

    @property
    def taken_is_noise(self) -> bool:
        """A denoiser took more than from a clean image, and not from busy places alone."""
        if self.removed is None or self.mostly_detail:
            return False
        lightly = self.quality is not None and self.quality > VISIBLE
        return self.removed.noisy_for_a_jpeg if lightly else self.removed.noisy

    @property
    def _confirmed(self) -> bool:
        """No denoiser took less than from a noisy image: a formula's word alone counts only where it is loud."""
        return self.removed is None or self.taken_is_noise

    @property
    def _is_white(self) -> bool:
        """There is noise by the formula for white noise, strong enough to be believed."""
        least = NOISY if self._confirmed else math.inf if self.page or self.drawn else SURELY_NOISY
        return self.white_sigma is not None and self.white_sigma >= least

    @cached_property
    def findings(self) -> dict[str, float]:
        """Kind of noise -> strength in the unit of `kinds.KINDS`, what matters most first; empty: no noise."""
        found = {
            "document": self.page.stains if self.page and self.page.stains > STAINED else 0.0,
            "white": self.white_sigma if self.white_sigma and self._is_white else 0.0,
            "growing": self.curve.gain if self.curve and (self._is_white or self.correlated) else 0.0,
            "correlated": self.removed.sigma if self.removed and self.correlated else 0.0,
            "jpeg": self.grid.strength if self.grid and self.blocky and self._confirmed else 0.0,
            "impulses": 0.0 if self.drawn else self.impulses,
        }
        return {kind: strength for kind, strength in found.items() if strength}

    @property
    def noisy(self) -> bool | None:
        """Whether anything was found; None: it cannot be told."""
        if self.findings:
            return True
        return None if self.white_sigma is None else False

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
            **({"bits": f"{self.bits} of 16 are used: levels are of these"} if self.bits else {}),
            "white noise, sigma" if self.channels == 1 else "white noise, sigma of each channel": sigmas,
            "noise with neighbours alike, sigma": level(self.removed.sigma)
            if self.removed and self.correlated
            else "no",
            "grows with brightness": grows,
            "salt and pepper": f"{100 * self.impulses:.2g} %",
            "correlation of neighbours": "-" if self.correlation is None else f"{self.correlation:.2f}",
            "in words": in_words(self.removed, self.blocky, self.quality) if self.noisy else "-",
            "was a JPEG": f"of quality about {self.quality}" if self.quality else "no trace",
            "blocks of JPEG": f"{self.grid.strength:.2f}{offset}" if self.grid else "-",
            "at black, at white": f"{100 * self.clipped[0]:.3g} %, {100 * self.clipped[1]:.3g} %",
        }


Denoise = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""A denoiser of (n, c, h, w) images that knows noise which went through a camera."""


def inspect(
    image: NDArray | PIL.Image.Image | Image, *, channel_axis: int = -1, denoise: Denoise | None = None
) -> Report:
    """What noise is in an image: how strong, of which kind, and what else is wrong with it.

    Args:
        image: an array or a PIL image, as `grainless.denoise` takes it, or an image of a file.
        channel_axis: where the colours of an array of three dimensions are.
        denoise: what it takes tells the noise that formulas do not see; None: only white noise is found.

    Raises:
        InputError: the image is of another kind, or its floats are no full scales.

    >>> inspect(np.zeros((64, 64), np.uint8)).noisy
    False
    """
    whole = image_of(image, channel_axis)
    check_range(whole.pixels, whole.name)
    return _report(sampled(rows_of(whole), whole.size), whole.size, whole.name, denoise)


def inspect_rows(rows: Rows, size: tuple[int, int], name: str, *, denoise: Denoise | None = None) -> Report:
    """What noise is in an image of which some rows are held at a time: the report is that of the whole image.

    Args:
        rows: gives the rows first..last as an image.
        size: (height, width) of all.
        name: what messages call it.
        denoise: as `inspect` takes it.

    Raises:
        InputError: floats where it is looked at are no full scales.
    """
    sample = sampled(rows, size)
    check_range(sample.tiles, name)
    return _report(sample, size, name, denoise)


def _report(sample: Sample, size: tuple[int, int], name: str, denoise: Denoise | None) -> Report:
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
        grid=defects.grid(channels.mean(axis=0)) if sample.hidden is None else None,
        clipped=(float(np.mean([each[0] for each in ends])), float(np.mean([each[1] for each in ends]))),
        removed=_removed(channels, sample.hidden, denoise) if denoise and not drawn else None,
        page=page(channels, size),
        quality=None if drawn else quality(channels, sample.hidden),
        bits=sample.bits,
    )


def _removed(
    channels: NDArray[np.float32], hidden: NDArray[np.bool_] | None, denoise: Denoise
) -> Removed | None:
    """What a denoiser takes from a few parts of what is looked at, (c, n, h, w), of which (n, h, w) are hidden."""
    parts = _spread(channels).swapaxes(0, 1)
    unseen = None if hidden is None else _spread(hidden[None])[0]
    return removed(parts, denoise(parts), unseen) if min(parts.shape[2:]) >= 2 * BLOCK else None


def _spread(channels: NDArray) -> NDArray:
    """Of many tiles every fourth; of one large image its quarters' middles; a small one is all looked at."""
    count, height, width = channels.shape[1:]
    if count > 1:
        return channels[:, ::4]
    if height * width <= 4 * TILE**2 or min(height, width) < 2 * TILE:
        return channels
    corners = [
        (down * height // 4 - TILE // 2, across * width // 4 - TILE // 2)
        for down in (1, 3)
        for across in (1, 3)
    ]
    return np.concatenate(
        [channels[..., max(0, y) :, max(0, x) :][..., :TILE, :TILE] for y, x in corners], axis=1
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
