"""What was measured of an image, and what noise that means: how strong, of which kinds."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from grainless.inspection.estimators.curve import Curve
from grainless.inspection.estimators.defects import Grid
from grainless.inspection.estimators.pages import Page
from grainless.inspection.estimators.removed import Removed
from grainless.inspection.sampling import share_of
from grainless.inspection.words import VISIBLE, in_words
from grainless.plain import as_object

NOISY = 1.5 / 255
"""Less is no noise to speak of: 67 of the 68 clean photographs of BSD68 have less (benchmarks/inspection/sigma.py)."""

STAINED = 0.03  # of full scale: paper that is more even is clean; of 80 stained pages the most even has 0.05
ROUNDED = 0.5 / 255
"""Rounding to 8 bits leaves less: 0.29."""

SURELY_NOISY = 3 / 255
"""So much is noise even where a denoiser took little: 4 of Set12's 12 photographs have 1.6 to 1.9 of their own, one of
BSD68's 2.95. On a page no formula is believed alone: strokes of letters read as noise of 39."""

ALIKE = 0.15
"""Correlation of neighbours from which noise is not white: a blur of sigma 0.45 pixels (docs/lab.md)."""

SURELY_WHITE = 0.08
"""And up to which it is. Of photographs with white noise of sigma 50/255 the most has 0.08; with a camera's, film's or
JPEG's the least 0.09, nearly all over 0.3 (docs/lab.md)."""

BLOCKY = 0.1  # 1 of BSD68's 68 light JPEGs has more; saved again at quality 70, 49 have, at 30 all


@dataclass(frozen=True)
class Report:
    """What was found in an image. Levels are in full scales, of the bits that are used; shares go from 0 to 1.

    Args:
        name: of the image's file; "the image" where it has none, as over HTTP.
        size: (height, width) in pixels.
        channels: 1 grey, 3 RGB.
        colourless: all channels are equal.
        sigmas: standard deviation of the noise of each channel; None: too small to tell.
            Where half of the pixels are clipped, it reads a third low.
        curve: how the noise grows with brightness; None: it does not.
        impulses: share of pixels stuck at black or white.
        correlation: of neighbouring pixels in the flattest blocks: 0 for white noise; None: nothing varies there, or
            all are clipped.
        flat_sigma: standard deviation in the flattest blocks; with correlated noise nearer the truth than `sigmas`.
        grid: the blocks of JPEG; None: too small to tell, or partly transparent.
        clipped: shares of pixels at black and at white.
        removed: what a denoiser took from it; None: none was at hand, or too small to tell.
        page: of text; None: it is none.
        quality: of the JPEG that the pixels were last, 5..98 as libjpeg counts it; None: they show no trace of one.
        bits: that the samples use of a file's 16, as a camera's 12 or 14; None: all, or the file has others.
    """

    ALSO: ClassVar = ("sigma", "white_sigma", "noisy", "findings", "words")

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
        """Of noise with neighbours alike, where it was found; else as `white_sigma`, however little that is."""
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
        """A denoiser that knows such noise took more than from a clean image, and neighbours of it are alike.

        Of dots, and of white noise stronger than it learned, it takes detail, too, which is alike: where there is
        noise in flat blocks, and it is white, it is white.
        """
        if self.removed is None or not self.taken_is_noise or self.removed.white:
            return False
        return not self._flat_is_white

    @property
    def is_grey(self) -> bool:
        """It has no colours."""
        return self.channels == 1 or self.colourless

    @property
    def hardly_noisy(self) -> bool:
        """Nothing was found, and yet there is white noise in flat blocks, more than rounding leaves."""
        if self.findings or self.correlation is None or self.drawn or self.page:
            return False
        return (self.white_sigma or 0.0) >= ROUNDED and self.correlation <= SURELY_WHITE

    @property
    def _flat_is_white(self) -> bool:
        """There is noise in flat blocks, beyond what rounding leaves, whose neighbours are not alike."""
        if self.correlation is None or self.flat_sigma is None:
            return False
        return self.correlation <= SURELY_WHITE and self.flat_sigma >= NOISY

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

    @property
    def _stains(self) -> float:
        """Of a page, 0 of what is none. Noise makes even paper uneven: by a third of its sigma."""
        return self.page.stains if self.page else 0.0

    @cached_property
    def findings(self) -> dict[str, float]:
        """Kind of noise -> strength in the unit of `kinds.KINDS`, what matters most first; empty: no noise."""
        white = self.white_sigma if self.white_sigma and self._is_white else 0.0
        found = {
            "document": self._stains if self._stains > max(STAINED, white) else 0.0,
            "white": white,
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

    @property
    def words(self) -> str | None:
        """The noise as a photographer would name it, strongest first; None: there is none, or it cannot be told."""
        found = self.findings
        if not found:
            return None
        grain = self.removed if found.keys() & {"white", "growing", "correlated"} else None
        return in_words(
            grain, self.blocky, self.quality, stuck="impulses" in found, stained="document" in found
        )

    def plain(self) -> dict[str, Any]:
        """All of it for JSON."""
        return as_object(self)
