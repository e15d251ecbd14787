"""The heart: look at an image, choose a model, denoise, check what was taken, and say all that was done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.adapt import adapt
from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.around import Around
from grainless.denoising.choose import COVERED, advise, of_white_noise, warnings
from grainless.denoising.look import look
from grainless.denoising.policy import Policy
from grainless.errors import InputError
from grainless.image.image import Image
from grainless.image.luma import LUMA
from grainless.image.transparent import transparent_of
from grainless.inspection import Report, words_for
from grainless.inspection.estimators.detail import DETAIL_LOSS_WARNING, detail_taken
from grainless.inspection.sampling import Rows, Sample, rows_of, sampled
from grainless.model import zoo
from grainless.model.card import Card
from grainless.model.denoiser import TILE, Denoiser, Progress, alone
from grainless.plain import as_object

SEEN = 2048  # pixels a side of the part in whose middle lost detail is looked for
FAINTEST = 0.001  # strength of a blend that is undone: below, rounding would be blown up

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Outcome:
    """What was done with an image.

    Args:
        model: the name of the model that was taken; None: the image is left as it was.
        report: what was found; None: nobody looked, as nothing was to be done.
        why: the choice, a sentence; None where a person made it.
        warnings: what the model did not learn, detail that was lost, a sentence each.
        notes: how it ran, a sentence each.
        changed: whether a pixel is another now.
        adapt: whether a curve was fitted, along which the model was shown the image.
    """

    model: str | None = None
    report: Report | None = None
    why: str | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    changed: bool = False
    adapt: bool = False

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that a person should be told, a sentence each."""
        return (*((self.why,) if self.why else ()), *self.notes, *self.warnings)

    @property
    def sigma(self) -> float | None:
        """Of the noise that was found, in full scales; None: nobody looked, or could not tell."""
        return self.report.sigma if self.report else None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return as_object(self)


def process(
    image: Image,
    policy: Policy | None = None,
    progress: Progress | None = None,
    *,
    around: Sequence[Floats] = (),
) -> tuple[Image, Outcome]:
    """Denoise an image of full scales; alpha and everything beside the pixels stay as they are.

    The same image, policy and device give the same result, and nothing else changes: arrays, files, streams and
    servers all come through here. What lies under alpha 0 stays bit for bit, and does not colour what is seen.

    Args:
        image: the noisy image.
        policy: how; by default "auto", at full strength.
        progress: called after each tile as progress(done, total), both known beforehand; what it raises ends the work,
            before the next tile. Where nothing is denoised it is not called.
        around: for a model that looks at neighbours, those before and then those after in their order, (c, h, w) each.

    Returns:
        The image, the same object where nothing was done, and what was done.

    Raises:
        InputError: there is no such model, it does not take the image, or floats are no full scales; it looks at
            neighbours, and there are none.
        RunError: there was not enough memory, or the model gave what is no number.
    """
    if not isinstance(image, Image):
        raise InputError(
            f"process takes a grainless.Image, as read gives it, not {type(image).__name__}; grainless.denoise takes "
            "arrays and PIL images, too."
        )
    if not isinstance(policy, Policy | None):
        raise InputError(f'How is told by a grainless.Policy, as in Policy("color"), not by {policy!r}.')
    policy = policy or Policy()
    if policy.idle(image.channels):
        if own := policy.own:
            own.card.check(image.channels, image.size, image.name)
        return image, Outcome(notes=policy.unheard(image.channels))
    denoiser, outcome = decide(look(image, policy), policy, rows_of(image))
    if denoiser is None:
        return image, outcome
    denoiser.card.check(image.channels, image.size, image.name)
    transparent = transparent_of(image)
    used = outcome.report.used if outcome.report else 1.0
    seeing = among(denoiser, around, used, image.name)
    pixels = blend(image.pixels, seeing, policy, transparent, used=used, progress=progress)
    outcome = replace(
        outcome,
        warnings=outcome.warnings + _lost(denoiser.card, image.pixels, pixels, transparent, policy),
        changed=not np.array_equal(pixels, image.pixels),
    )
    return replace(image, pixels=pixels), outcome


def among(
    denoiser: Denoiser | Adapted, planes: Sequence[Floats], used: float, name: str
) -> Denoiser | Adapted | Around:
    """The denoiser with the planes around the one that it is given, if it looks at such.

    Raises:
        InputError: it does, and there are none.
    """
    if not isinstance(denoiser, Denoiser) or not denoiser.card.neighbours:
        return denoiser
    if not planes:
        raise alone(denoiser.card, name)
    return Around(denoiser, planes, used)


def decide(report: Report, policy: Policy, rows: Rows) -> tuple[Denoiser | Adapted | None, Outcome]:
    """The model for an image (None: it is left as it is), and what can be said before it runs.

    Args:
        report: of the image.
        policy: how.
        rows: gives those of the image, should a curve be fitted to it.

    Raises:
        InputError: there is no such model.
    """
    denoiser, outcome = _decided(report, policy, rows)
    if report.bits:
        done = "measured, and taken," if denoiser else "measured"
        told = f"It uses {report.bits} of its 16 bits: its noise is {done} by these."
        outcome = replace(outcome, notes=(*outcome.notes, told))
    return denoiser, outcome


def _decided(report: Report, policy: Policy, rows: Rows) -> tuple[Denoiser | Adapted | None, Outcome]:
    if policy.adapt:
        return with_curve(report, policy, sampled(rows, report.size))
    unheard = policy.unheard(report.channels)
    if fitted := policy.fitted:
        card, along = fitted.model.card, fitted.counting_in(report.used * fitted.unit)
        beside = warnings(report, card, covered=COVERED)
        return along, Outcome(card.name, report, None, beside, fitted.model.remarks + unheard, adapt=True)
    if own := policy.own:
        return own, Outcome(own.card.name, report, None, _beside(report, own), own.remarks + unheard)
    choice = advise(report)
    if choice.adapt:
        adapted, outcome = with_curve(report, policy, sampled(rows, report.size))
        if adapted:
            return adapted, replace(outcome, warnings=choice.warnings)
        choice = advise(report, curves=False)
    denoiser = policy.load(choice.model) if choice.model else None
    notes = (denoiser.remarks if denoiser else ()) + unheard
    return denoiser, Outcome(choice.model, report, choice.why, choice.warnings, notes)


def with_curve(report: Report, policy: Policy, sample: Sample) -> tuple[Adapted | None, Outcome]:
    """The model of white noise with a curve around it that is fitted to a sample, and what can be said of it.

    Args:
        report: of the image, or of one of several.
        policy: how.
        sample: of the image, or of all of them.

    Raises:
        InputError: there is no such model, or it looks at several images.
    """
    if (own := policy.own) and own.card.neighbours:
        raise InputError(
            f"adapt fits a curve to one image, and {own.card.name} looks at several: leave one of them out."
        )
    name = of_white_noise(report, zoo.cards())
    model = policy.own or (policy.load(name) if name else None)
    if model is None:
        why = "No model of white noise takes it: it is left as it is."
        return None, Outcome(report=report, why=why)
    adapted, why = adapt(model, sample, report, policy.squares)
    if adapted is None:
        return None, Outcome(report=report, why=why)
    notes = model.remarks + policy.unheard(report.channels)
    return adapted, Outcome(model.card.name, report, why, notes=notes, adapt=True)


def blend(
    pixels: Floats,
    denoiser: Denoiser | Adapted | Around,
    policy: Policy,
    transparent: NDArray[np.bool_] | None = None,
    *,
    used: float = 1.0,
    rows: slice = slice(None),
    tile: int = TILE,
    progress: Progress | None = None,
) -> Floats:
    """Go from (c, h, w) pixels towards what the denoiser makes of them, as far as the policy says.

        pixels + strength luma(denoised - pixels) + chroma rest(denoised - pixels)

    The luma of a difference of colours is grey: 0.299 red + 0.587 green + 0.114 blue; the rest has no luma.

    Args:
        pixels: 0 black, 1 full scale.
        denoiser: the model.
        policy: its strength and chroma.
        transparent: (h, w), pixels that stay, and that shall not be looked at.
        used: the brightest that pixels can be: the denoiser sees these at 1.
        rows: which are denoised and given back; around them transparent pixels find their colours.
        tile: the most pixels of a tile.
        progress: told after each tile.

    Raises:
        RunError: there was not enough memory, or the model gave what is no number.
    """
    if used != 1:
        pixels = pixels * np.float32(1 / used)
        return np.float32(used) * blend(
            pixels, denoiser, policy, transparent, rows=rows, tile=tile, progress=progress
        )
    denoised = denoiser.visible(pixels, transparent, rows=rows, tile=tile, progress=progress)
    pixels = pixels[:, rows]
    luma, chroma = np.float32(policy.strength), np.float32(policy.for_colours)
    if len(pixels) == 1 or luma == chroma:
        return denoised if luma == 1 else pixels + luma * (denoised - pixels)
    taken = denoised - pixels
    grey = np.einsum("c,chw->hw", LUMA, taken)
    blended: Floats = pixels + chroma * taken + (luma - chroma) * grey
    return blended


def _beside(report: Report, own: Denoiser) -> tuple[str, ...]:
    """What a model that a person named did not learn; nothing where nobody told what it learned."""
    return warnings(report, own.card) if own.card.learned else ()


def _lost(
    card: Card, noisy: Floats, blended: Floats, transparent: NDArray[np.bool_] | None, policy: Policy
) -> tuple[str, ...]:
    """A word where more than noise was taken; a model for pages or the dark changes more on purpose.

    A blend has noise still, which hides what is flat and what is busy: what the model made tells.
    """
    if any(words_for(kind).scene for kind in card.learned):
        return ()
    top, left = (max(0, side - SEEN) // 2 for side in noisy.shape[1:])
    part = (..., slice(top, top + SEEN), slice(left, left + SEEN))
    unseen = None if transparent is None else transparent[part]
    taken = detail_taken(noisy[part], _unblended(noisy[part], blended[part], policy), unseen)
    if taken is None or taken <= DETAIL_LOSS_WARNING:
        return ()
    return (
        f"Detail was taken with the noise: {taken:.1f} times as much went from busy parts as from flat ones; "
        "a smaller strength keeps more.",
    )


def _unblended(noisy: Floats, blended: Floats, policy: Policy) -> Floats:
    """What the denoiser made, of (c, h, w) pixels that were `blend`ed with it; what strength 0 left out stays out."""
    luma, chroma = (max(each, FAINTEST) for each in (policy.strength, policy.for_colours))
    if len(noisy) == 1 or luma == chroma:
        return blended if luma == 1 else noisy + (blended - noisy) / np.float32(luma)
    taken = blended - noisy
    grey = np.einsum("c,chw->hw", LUMA, taken)
    made: Floats = noisy + grey / np.float32(luma) + (taken - grey) / np.float32(chroma)
    return made
