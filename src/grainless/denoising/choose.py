"""Which model an image is denoised with: what inspection found is matched with cards; no code names a model."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grainless.errors import InputError
from grainless.inspection import Report, words_for
from grainless.inspection.report import ALIKE
from grainless.model import zoo
from grainless.model.card import Card
from grainless.plain import as_object

NEAR = 1.1
"""Times the strongest noise that a model learned is still that: estimates are off by a few per cent."""

COVERED = frozenset({"white", "growing"})
"""What a curve makes of one strength: no model needs to have learned it."""

AS_IT_IS = "it is left as it is"

LEARNED, BEYOND, UNKNOWN = 0, 1, 2
"""Of a model and a finding: it learned such noise; other strengths of it; none of its kind."""


@dataclass(frozen=True)
class Choice:
    """What to do with an image.

    Args:
        model: a shipped model's name; None: the image is left as it is.
        why: one sentence for a person.
        warnings: what was found and the model did not learn, a sentence each.
        adapt: whether a curve is fitted to the noise first, which makes it white for the model.
    """

    model: str | None
    why: str
    warnings: tuple[str, ...] = ()
    adapt: bool = False

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return as_object(self)


def advise(report: Report, *, curves: bool = True) -> Choice:
    """Choose among the models that are shipped.

    Args:
        report: of the image.
        curves: whether one may be fitted to the image: not to each frame of a sequence.

    Raises:
        InputError: it is no report, a shipped file is missing, or is not what was shipped.

    >>> import numpy, grainless
    >>> advise(grainless.inspect(numpy.zeros((64, 64), "uint8"))).why
    'No noise found: it is left as it is.'
    """
    if not isinstance(report, Report):
        raise InputError(
            f"advise takes what grainless.inspect gives, a grainless.Report, not {type(report).__name__}."
        )
    return choose(report, zoo.cards(), curves=curves)


def choose(report: Report, cards: Mapping[str, Card], *, curves: bool = True) -> Choice:
    """The model that learned most of what was found; of several, the one that learned the least besides.

    A model that learned pages is for pages, colour by colour if it is grey: paper has next to none. Else a model fits
    if it takes the image's size and colours: a model of colours sees grey as three equal ones, a grey one is blind to
    colours, and is taken only where there are none. Where no model learned any of what was found, the image is left
    as it is. To white noise of a grey image that grows with brightness, or is stronger than was learned, a curve is
    fitted.

    Args:
        report: of the image.
        cards: name -> card of the models there are.
        curves: whether one may be fitted to the image.
    """
    if report.noisy is None:
        return Choice(None, "It is too small to tell its noise: it is left as it is.")
    if not report.noisy:
        return Choice(None, _why_clean(report))
    if curves and (name := _with_curve(report, cards)):
        beside = warnings(report, cards[name], covered=COVERED)
        how = "which grows with brightness" if "growing" in report.findings else f"more than {name} learned"
        why = f"{_found(report, 'white')}, {how}: a curve is fitted to it, for model {name}."
        return Choice(name, why, beside, adapt=True)
    fitting = {name: card for name, card in cards.items() if _fits(card, report)}
    name = min(fitting, key=lambda each: (*_rank(fitting[each], report), each), default=None)
    if name is None or not any(kind in fitting[name].learned for kind in report.findings):
        return Choice(None, "No model learned what was found: it is left as it is.", warnings(report, None))
    card = fitting[name]
    kind = next(kind for kind in report.findings if kind in card.learned)
    return Choice(name, f"{_found(report, kind)}: model {name}.", warnings(report, card))


def of_white_noise(report: Report, cards: Mapping[str, Card]) -> str | None:
    """The model for an image whose noise will have been made white: that for its colours which learned the least else.

    Args:
        report: of the image.
        cards: name -> card of the models there are.
    """
    fitting = {name: card for name, card in cards.items() if "white" in card.learned and _fits(card, report)}
    wanted = 1 if report.is_grey else 3
    return min(
        fitting,
        key=lambda name: (cards[name].channels != wanted, len(cards[name].learned), name),
        default=None,
    )


def _found(report: Report, kind: str) -> str:
    """What was found of a kind; of noise all of it, as the rest may be of another kind."""
    strength, words = report.findings[kind], words_for(kind)
    if not words.strength(strength).startswith("sigma"):
        return words.sentence(strength)
    all_of_it = words.strength(max(strength, report.sigma or 0.0))
    return f"Noise of {all_of_it} in a {'grey' if report.is_grey else 'colour'} image"


def _why_clean(report: Report) -> str:
    """Why an image is taken for clean; where a denoiser takes much of it all the same, also that."""
    taken = report.removed
    if taken and taken.noisy and report.mostly_detail:
        return (
            f"No noise found; what a denoiser takes is detail, {taken.detail:.0f} times as much from busy parts as "
            f"from flat ones: {AS_IT_IS}."
        )
    if report.hardly_noisy:
        sigma = words_for("white").strength(report.white_sigma or 0.0)
        return (
            f"Hardly any noise found, {sigma}, as photographs have of their own: {AS_IT_IS}; denoise --adapt, "
            "or a model that is named, takes it."
        )
    return f"No noise found: {AS_IT_IS}."


def warnings(report: Report, card: Card | None, *, covered: Collection[str] = ()) -> tuple[str, ...]:
    """What was found and is not covered by a card (None: by that of any model), nor else, a sentence each."""
    return tuple(_sentences(report, card, covered))


def _sentences(report: Report, card: Card | None, covered: Collection[str]) -> Iterator[str]:
    if card and card.channels == 1 and not report.is_grey and not _scenes(card):
        yield (
            f"{card.name} is a model of grey images: it denoises each colour by itself; "
            "one of colours sees all three together."
        )
    for kind, strength in report.findings.items():
        if kind in covered:
            continue
        words, cover = words_for(kind), _cover(card, kind, strength) if card else UNKNOWN
        white = words.grey and report.is_grey and (report.correlation or 0.0) <= ALIKE
        curve = words.grey if white else ""
        if card and words.part_of in card.learned.keys() & report.findings.keys():
            if curve:
                yield f"{words.sentence(strength)}: {curve}."
            continue
        if cover == UNKNOWN:
            who = f"{card.name} did not learn" if card else "no model learned"
            hence = (
                [words.remedy] if words.remedy else [words.left] if card else []
            )  # else all stays: that is said
            hence += [curve] if curve else []
            yield f"{words.sentence(strength)}, which {who}{': ' if hence else ''}{'; '.join(hence)}."
        elif cover == BEYOND and card:
            least, most = card.learned[kind] or (0.0, math.inf)
            limit = f"up to {words.strength(most)}" if strength > most else f"from {words.strength(least)}"
            yield (
                f"The {words.noun}, {words.strength(strength)}, is beyond what {card.name} learned, {limit}."
            )


def may_be_chosen(card: Card) -> bool:
    """Whether a look at an image can come to a model: the scenes that it is for are such as inspection finds.

    >>> [may_be_chosen(Card("one", 3, learned={kind: None})) for kind in ("dark", "document", "white")]
    [False, True, True]
    """
    return not (
        card.neighbours or any(words_for(kind).scene and words_for(kind).unseen for kind in card.learned)
    )


def _fits(card: Card, report: Report) -> bool:
    scenes = _scenes(card)
    return (
        card.size in {None, report.size}
        and (card.channels == 3 or report.is_grey or bool(scenes))
        and scenes <= report.findings.keys()
    )


def _scenes(card: Card) -> set[str]:
    """The kinds of image that it is for alone."""
    return {kind for kind in card.learned if words_for(kind).scene}


def _with_curve(report: Report, cards: Mapping[str, Card]) -> str | None:
    """The model for a grey image whose noise is white once a curve has made it as strong everywhere.

    It grows with brightness, or is stronger than the model learned: means over squares of pixels have less of it.
    Colours win a tenth of a decibel at most by a curve (docs/lab.md).
    """
    found, name = report.findings, of_white_noise(report, cards)
    if (
        name is None
        or not report.is_grey
        or "white" not in found
        or found.keys() & {"correlated", "document"}
    ):
        return None
    beyond = _cover(cards[name], "white", found["white"]) == BEYOND
    return name if "growing" in found or beyond else None


def _rank(card: Card, report: Report) -> tuple[float, ...]:
    """Lower is better: what it does not cover, scenes first; its colours; what else it learned."""
    covers = [_cover(card, kind, strength) for kind, strength in report.findings.items()]
    scene = sum(_cover(card, *found) for found in report.findings.items() if words_for(found[0]).scene)
    other_colours = card.channels != (1 if report.is_grey else 3)
    width = sum(_width(card, kind) for kind in report.findings)
    return scene, sum(covers), *covers, other_colours, len(card.learned), width


def _cover(card: Card, kind: str, strength: float) -> int:
    if kind not in card.learned:
        return UNKNOWN
    least, most = card.learned[kind] or (0.0, math.inf)
    return LEARNED if least / NEAR <= strength <= NEAR * most else BEYOND


def _width(card: Card, kind: str) -> float:
    """Of the strengths that it learned of a kind."""
    if kind not in card.learned:
        return 0.0
    least, most = card.learned[kind] or (0.0, math.inf)
    return most - least
