"""Kinds of noise: the words that inspection finds them by and cards of models tell them by, and how people say them.

What a kind's strength is measured in stands here. A kind that inspection cannot find may stand in a card all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass


def level(sigma: float) -> str:
    """A noise level as the field writes it.

    >>> level(0.1)
    '25.5/255'
    """
    return f"{255 * sigma:.1f}/255"


def _sigma(strength: float) -> str:
    return f"sigma {level(strength)}"


def _gain(strength: float) -> str:
    return f"gain {strength:.2g}"


def _number(strength: float) -> str:
    return f"{strength:.2g}"


def _share(strength: float) -> str:
    return f"{100 * strength:.1f} %"


@dataclass(frozen=True)
class Kind:
    """A kind of noise in words.

    Args:
        noun: what it is, to begin a sentence.
        strength: a strength with its unit, as people write it.
        found: a sentence about an image that has it, without its full stop; {} is the strength.
        left: what that means where a model that did not learn it is run.
        remedy: what else helps.
        grey: what helps grey images.
        scene: it says what is shown, and not only what befell it: a model that learned it is for such images alone.
        unseen: inspection never finds it: it stands in cards alone.
        part_of: a kind that has this one in it: who learned that learned this, where both are found.
    """

    noun: str
    strength: Callable[[float], str]
    found: str
    left: str
    remedy: str = ""
    grey: str = ""
    scene: bool = False
    unseen: bool = False
    part_of: str | None = None

    def sentence(self, strength: float) -> str:
        """That it was found."""
        return self.found.format(self.strength(strength))


KINDS: dict[str, Kind] = {
    # standard deviation, in full scales
    "white": Kind("noise", _sigma, "There is noise of {}", "some of it may stay"),
    # gain: the slope of the noise's variance over brightness, in full scales
    "growing": Kind(
        "noise that grows with brightness",
        _gain,
        "The noise grows with brightness ({})",
        "bright parts may keep some",
        grey="denoise --adapt fits a curve to it",
        part_of="correlated",  # light that a camera counted, and then smoothed
    ),
    # standard deviation of luma and colours together where it is strongest, in full scales
    "correlated": Kind(
        "noise that went through a camera, JPEG or a change of size",
        _sigma,
        "There is noise of {} with neighbours alike, as cameras, JPEG and resizing leave it",
        "most of it stays",
    ),
    # how much darker the darkest tenth of the paper is than the lightest, in full scales
    "document": Kind(
        "stains and shadow of a page",
        _share,
        "It is a page whose paper is darker here than there, by {}",
        "the shadow stays",
        scene=True,
    ),
    # a share of the light that is missing; what is dark on purpose looks alike
    "dark": Kind(
        "a lack of light",
        _share,
        "{} of the light is missing",
        "it stays dark",
        scene=True,
        unseen=True,
    ),
    # how much sharper the image bends at the borders of blocks than within
    "jpeg": Kind("blocks of JPEG", _number, "The blocks of JPEG show", "they may stay"),
    # share of the pixels
    "impulses": Kind(
        "stuck pixels",
        _share,
        "{} of the pixels are stuck at black or white",
        "they may stay",
        remedy="remove them first, by a median filter",
    ),
}
"""Kind -> its words. That of cards alone: "grain", which is found as correlated."""


def words_for(name: str) -> Kind:
    """The words for a kind, also for one that nobody here has words for."""
    return KINDS.get(name) or Kind(name, _number, f"It has noise of the kind {name}", "it may stay")
