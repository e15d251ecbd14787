"""Fit a curve to the noise of one image, or say why that cannot help."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.fit import fitted
from grainless.denoising.adapt.growth import Growth
from grainless.denoising.adapt.phases import shrunk
from grainless.denoising.adapt.transform import Floats
from grainless.inspection.estimators import defects
from grainless.inspection.estimators.levels import SIDE
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

ENOUGH = 40
"""Pixels a side that tell the noise, about."""

SIDES = (2, 3, 4)
"""Of squares of pixels whose means are shown to the model where that is better."""

LOOKED_AT = 512
"""Pixels a side of the part in which that is tried."""

BETTER = 0.002
"""Of the squared error at hidden pixels, most of which is their own noise: by so much squares must be better."""

SURE = 1.0
"""And by so many standard errors."""

HIDDEN = 30_000
"""So many pixels are hidden, one in sixteen at once, or a quarter of all."""

FEW = 8000
"""Where so few can be hidden, images under about 180 x 180 pixels, chance would choose."""

TURNS = ((1, 1), (3, 3), (1, 3), (3, 1))
"""Which of 4 x 4 are hidden, (down, right)."""

LEFT = "it is left as it is"


def adapt(model: Denoiser, sample: Sample) -> tuple[Adapted | None, str]:
    """The model with a curve fitted to the noise of an image, and what was found, a sentence.

    The curve makes noise that grows with brightness, in whatever way, as strong everywhere. Where photons are few,
    noise is made of dots, and the model is shown means over 2 x 2 pixels or more: as many as tell hidden pixels best.

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
    small = f"{width} x {height} pixels, too small to tell its noise (about {ENOUGH} x {ENOUGH} are enough)"
    if height * width < SIDE**2:
        return None, f"It is {small}: {LEFT}."
    if fault := _lost(parts):
        return None, fault
    curve = fitted(parts)
    if curve is None:
        return None, f"It is {small}: {LEFT}."
    adapted = Adapted.of(model, curve, parts)
    if fault := next(_faults(adapted, parts), None):
        return None, fault
    best = _best(adapted, parts) if sample.colourless else adapted
    seen = f"a curve makes it white, {level(best.curve.sigma)}, for model {model.card.name}"
    if best.side > 1:
        seen += f", which is shown means over {best.side} x {best.side} pixels"
    return best, f"{_found(curve.growth)}: {seen}."


def _best(adapted: Adapted, parts: Floats) -> Adapted:
    """The same, or with squares of pixels, of the side that tells hidden pixels best."""
    part = parts[:1, :LOOKED_AT, :LOOKED_AT]
    errors = _hidden_errors(adapted, part)
    for side in SIDES if errors.size > FEW else ():
        means = np.concatenate([shrunk(each[None], side) for each in parts])
        curve = fitted(means)
        if curve is None:
            break
        wider = Adapted.of(adapted.model, curve, means, side)
        of_wider = _hidden_errors(wider, part)
        better = errors - of_wider
        if better.mean() < max(BETTER * errors.mean(), SURE * better.std() / math.sqrt(better.size)):
            break
        adapted, errors = wider, of_wider
    return adapted


def _hidden_errors(adapted: Adapted, part: Floats) -> NDArray[np.float64]:
    """Squared errors at pixels in whose place the model was shown the mean of their neighbours.

    They are those against the clean image, and the noise of these pixels, which is the same for all. One pixel in
    sixteen is hidden at once: with more, the finer model is shown a smoother image, and squares win too often.

    Source: Batson, Royer, "Noise2Self: blind denoising by self-supervision", ICML 2019, arXiv:1901.11365.
    """
    around = sum(np.roll(part, step, axis) for axis in (1, 2) for step in (1, -1)) / np.float32(4)
    errors: list[Floats] = []
    for down, right in TURNS:
        hidden = np.zeros(part.shape, dtype=bool)
        hidden[:, down:-1:4, right:-1:4] = True
        made = adapted.visible(np.where(hidden, around, part).astype(np.float32))
        errors.append((made - part)[hidden] ** 2)
        if sum(map(len, errors)) >= HIDDEN:
            break
    return np.concatenate(errors).astype(np.float64)


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
