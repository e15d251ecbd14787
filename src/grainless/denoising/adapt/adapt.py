"""Fit a curve to the noise of one image, or say why that cannot help."""

import math
from collections.abc import Iterator

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.fit import fitted
from grainless.denoising.adapt.growth import Growth
from grainless.denoising.adapt.transform import Floats
from grainless.inspection import defects
from grainless.inspection.kinds import level
from grainless.inspection.report import NOISY
from grainless.inspection.sampling import Sample
from grainless.model.denoiser import Denoiser

ALIKE = 0.15
"""Correlation of neighbours from which noise is not white: a blur of sigma 0.45 pixels (docs/lab.md)."""

SATURATED = 0.25
"""Of the pixels: if so many are the brightest, light was lost, and the noise with it."""

APART = 1 / 16
"""Of the contrast is enough to look at: curves go beyond white, and what is cut there would be left out."""

LEFT = "it is left as it is"


def adapt(model: Denoiser, sample: Sample) -> tuple[Adapted | None, str]:
    """The model with a curve fitted to the noise of an image, and what was found, a sentence.

    The curve makes noise that grows with brightness, in whatever way, as strong everywhere.

    Source: Herbreteau, Unser, "Self-calibrated variance-stabilizing transformations for real-world image denoising"
    (Noise2VST), ICCV 2025, arXiv:2407.17399. Unlike there, no risk is made small by descent: the curve follows from
    the noise in flat patches, measured again along the curve until nothing is left. No network runs for it.

    Args:
        model: of white noise.
        sample: what of the image is looked at.

    Returns:
        None where it cannot help, and the reason.
    """
    height, width = sample.tiles.shape[2:]
    planes = sample.tiles[:1] if sample.colourless else sample.tiles
    parts = planes.reshape(-1, height, width)
    if fault := _lost(parts):
        return None, fault
    curve = fitted(parts)
    if curve is None:
        return None, f"It is too small to tell its noise: {LEFT}."
    adapted = Adapted.of(model, curve, parts)
    if fault := next(_faults(adapted, parts), None):
        return None, fault
    seen = f"a curve makes it white, {level(adapted.curve.sigma)}, for model {model.card.name}"
    return adapted, f"{_found(curve.growth)}: {seen}."


def _lost(parts: Floats) -> str | None:
    """What leaves no noise to measure."""
    low, high = parts.min(), parts.max()
    if low == high:
        return f"All its pixels are alike: {LEFT}."
    if (share := float((parts == high).mean())) > SATURATED:
        return f"{100 * share:.0f} % of its pixels are as bright as it goes, and their noise is lost: {LEFT}."
    return None


def _faults(adapted: Adapted, parts: Floats) -> Iterator[str]:
    """Noise with neighbours alike hides from what measures white noise, and shows in flat blocks."""
    found = defects.correlation(adapted.curve(parts) * APART + 0.5)
    if found is not None and found[0] > ALIKE and found[1] > NOISY * APART:
        yield (
            f"Its noise has neighbours alike (correlation {found[0]:.2f}), as cameras and resizing leave it, and a "
            f"curve is for noise that has not: {LEFT}; try without --adapt."
        )
    if adapted.curve.sigma < NOISY:
        yield f"No noise found: {LEFT}."


def _found(growth: Growth) -> str:
    """The noise in words."""
    if growth.bends:
        return "The noise changes with brightness, along no line"
    read = level(math.sqrt(max(growth.read, 0.0)))
    if not growth.gain:
        return f"The noise is as strong everywhere, {read}"
    return f"The noise grows with brightness (gain {growth.gain:.2g}, read noise {read})"
