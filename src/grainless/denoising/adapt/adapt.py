"""Fit a curve to the noise of one image, or say why that cannot help."""

import math
from collections.abc import Iterator, Sequence

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.adapt.fit import fitted
from grainless.denoising.adapt.growth import Growth
from grainless.denoising.adapt.squares import of_side, squares_for, with_squares
from grainless.denoising.adapt.transform import Floats
from grainless.inspection import Report, words_for
from grainless.inspection.estimators import defects
from grainless.inspection.estimators.defects import FLATTEST
from grainless.inspection.estimators.levels import SIDE
from grainless.inspection.kinds import level
from grainless.inspection.report import ALIKE, NOISY, SURELY_NOISY
from grainless.inspection.sampling import Sample
from grainless.model.denoiser import Denoiser

SATURATED = 0.25
"""Of the pixels: if so many are the brightest, light was lost, and the noise with it."""

APART = 1 / 16
"""Of the contrast is enough to look at: curves go beyond white, and what is cut there would be left out."""

ENOUGH = 40
"""Pixels a side that tell the noise, about."""

LEFT = "it is left as it is"

NOT_FOR = f"curve is for white noise: {LEFT}; try without --adapt"


def adapt(
    model: Denoiser, sample: Sample, report: Report, squares: float | None = None
) -> tuple[Adapted | None, str]:
    """The model with a curve fitted to the noise of an image, and what was found, a sentence.

    The curve makes noise that grows with brightness, in whatever way, as strong everywhere. Where photons are few,
    noise is made of dots, and the model is shown means over 2 x 2 pixels or more (`squares`).

    Source: Herbreteau, Unser, "Self-calibrated variance-stabilizing transformations for real-world image denoising"
    (Noise2VST), ICCV 2025, arXiv:2407.17399. Unlike there, no risk is made small by descent: the curve follows from
    the noise in flat patches, measured again along the curve until nothing is left. No network runs for it.

    Args:
        model: of white noise.
        sample: what of the image is looked at.
        report: of the image: texture that it tells from noise is not taken for noise here.
        squares: pixels a side of those, 1.6 for a mixture of 0.6 by squares of 2; None: as tells hidden pixels best.
            Colours have none.

    Returns:
        None where it cannot help, and the reason.
    """
    planes = sample.seen[:1] if sample.colourless else sample.seen
    parts = planes.reshape(-1, *planes.shape[2:])
    adapted, fault = _curved(model, parts, report)
    if adapted is None:
        return None, fault
    best = adapted
    if sample.colourless:
        best = of_side(adapted, parts, squares) if squares else with_squares(adapted, parts)
    return best, f"{_found(adapted.curve.growth)} model {model.card.name} takes it{_shown(best)}."


def squares_of(model: Denoiser, images: Sequence[Floats], reports: Sequence[Report]) -> float | None:
    """The side of the squares for images of one kind, as frames of one microscope: what all of them tell together.

    Args:
        model: of white noise.
        images: (1, h, w) each.
        reports: of each.

    Returns:
        As `adapt` takes it. None: a curve can help none of them.
    """
    curved = [
        (adapted, image)
        for image, report in zip(images, reports, strict=True)
        if (adapted := _curved(model, image, report)[0])
    ]
    return squares_for(*zip(*curved, strict=True)) if curved else None


def _curved(model: Denoiser, parts: Floats, report: Report | None = None) -> tuple[Adapted | None, str]:
    """With a curve that is fitted to (n, h, w) parts of an image, or why that cannot help."""
    height, width = parts.shape[1:]
    small = (
        f"It is {width} x {height} pixels, too small to tell its noise (about {ENOUGH} x {ENOUGH} are enough)"
    )
    if height * width < SIDE**2:
        return None, f"{small}: {LEFT}."
    if fault := _lost(parts):
        return None, fault
    curve = fitted(parts)
    if curve is None:
        return None, f"{small}: {LEFT}."
    adapted = Adapted.of(model, curve, parts)
    fault = next(_faults(adapted, parts, report), "")
    return None if fault else adapted, fault


def _lost(parts: Floats) -> str | None:
    """What leaves no noise to measure."""
    if (parts == parts[:, :1, :1]).all():
        return f"All its pixels are alike: {LEFT}."
    if (share := float((parts == parts.max()).mean())) > SATURATED:
        return f"{100 * share:.0f} % of its pixels are as bright as it goes, and their noise is lost: {LEFT}."
    return None


def _faults(adapted: Adapted, parts: Floats, report: Report | None) -> Iterator[str]:
    """Noise with neighbours alike hides from what measures white noise, and shows in flat blocks."""
    alike = _alike(adapted, parts)
    if alike and report and _says_clean(report, parts):
        yield f"No noise found: {LEFT}."
    if alike and not (report and _says_white(report)):
        yield (
            f"Its noise has neighbours alike (correlation {alike:.2f}), as cameras and resizing leave it, and a "
            f"{NOT_FOR}."
        )
    if adapted.curve.sigma < NOISY:
        yield _unseen(report)


def _alike(adapted: Adapted, parts: Floats) -> float:
    """Correlation of neighbours in flat blocks; 0: what is alike there is no noise, or there is next to none.

    Texture is alike, too, where no block is flat; it goes in the flattest third of these, and such noise does not.
    """
    shown = adapted.curve(parts) * APART + 0.5
    found, flatter = (defects.correlation(shown, share) for share in (FLATTEST, FLATTEST / 3))
    if found and flatter and min(found[0], flatter[0]) > ALIKE and found[1] > NOISY * APART:
        return found[0]
    return 0.0


def _says_white(report: Report) -> bool:
    """Noise is white, and plenty, by who looked beyond flat blocks: what is alike in these is texture."""
    return "correlated" not in report.findings and report.findings.get("white", 0.0) >= SURELY_NOISY


def _says_clean(report: Report, parts: Floats) -> bool:
    """There is no noise: believed where an image fills half of full scale, the measure of reports."""
    return report.noisy is False and float(parts.max() - parts.min()) >= report.used / 2


def _unseen(report: Report | None) -> str:
    """No curve was found to have noise: whether there is some all the same."""
    if report is None or not report.noisy:
        return f"No noise found: {LEFT}."
    if alike := report.findings.get("correlated"):
        return f"{words_for('correlated').sentence(alike)}, and a {NOT_FOR}."
    return f"There is hardly any noise that a curve is for: {LEFT}; try without --adapt."


def _shown(adapted: Adapted) -> str:
    """What of the image the model is shown besides, or in its place."""
    finer = adapted.side
    if adapted.coarser and adapted.shares:
        share = f"about {100 * adapted.shares.mean:.0f} % of the result"
        return f"; {share} {_from(adapted.coarser.side)}, the rest from {_pixels(finer)}"
    return f"; the result {_from(finer)}" if finer > 1 else ""


def _from(side: int) -> str:
    return f"is made from {_pixels(side)}, which have less noise"


def _pixels(side: int) -> str:
    """What a model is shown as one pixel."""
    return f"averages of {side} x {side} pixels" if side > 1 else "single pixels"


def _found(growth: Growth) -> str:
    """The noise in words, and what the curve does to it."""
    evened = "a curve makes it equally strong everywhere, and"
    if growth.bends:
        return f"The noise changes with brightness (no one gain fits it): {evened}"
    read = level(math.sqrt(max(growth.read, 0.0)))
    if not growth.gain:
        return f"The noise is equally strong everywhere (sigma {read}):"
    return f"The noise grows with brightness (gain {growth.gain:.2g}, read noise {read}): {evened}"
