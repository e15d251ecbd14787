"""A model's card: what stands inside every ONNX file of ours, and all that running and choosing it needs to know."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from grainless.errors import InputError
from grainless.model.tiles import Cutting

KEY = "grainless"
"""The name of the ONNX metadata entry that holds the card, as JSON."""

FORMAT = 3
"""The latest that is read. A new key that older programs may overlook does not raise it; one that they must not
overlook does: 2 knows the kinds of noise, 3 planes beside the one that is denoised."""

FACTS = ("name", "channels", "size")
"""No card is without them."""

Range = tuple[float, float]
"""(least, most)"""


@dataclass(frozen=True)
class Card:
    """The facts of a model.

    What it learned is told by kinds of noise, in the words and units of `grainless.inspection.kinds`: "white",
    "growing" (with brightness), "correlated" (through a camera's processing), "grain", "jpeg", "document" (a page with
    stains), "dark" (low light), and whatever else both sides call alike.

    Args:
        name: what a person calls it.
        channels: colours of the image, in and out: 1 grey, 3 RGB.
        size: (height, width) if it takes only one size; None: any.
        multiple: the sides of what it is given must be multiples of this.
        least: and no shorter than this.
        reach: no output pixel depends on input further away than this; None: on the whole image.
        about: for people: architecture, data, terms, licence, scores, versions.
        learned: kind of noise -> (least, most) strength in the kind's unit; None: any strength. Empty: nobody told.
        bytes_a_pixel: memory that its layers hold while it runs, for each pixel of an image; None: to be measured.
        neighbours: planes of a stack that it is shown before the one it denoises, and as many after.
        format: of the card: the earliest that can hold it.

    Raises:
        InputError: the facts make no sense.
    """

    name: str
    channels: int
    size: tuple[int, int] | None = None
    multiple: int = 1
    least: int = 1
    reach: int | None = None
    about: dict[str, Any] = field(default_factory=dict)
    learned: dict[str, Range | None] = field(default_factory=dict)
    bytes_a_pixel: float | None = None
    neighbours: int = 0
    format: int = field(default=2, init=False)

    def __post_init__(self) -> None:
        if self.neighbours:
            object.__setattr__(self, "format", 3)
        if faults := "; ".join(_faults(self)):
            raise InputError(f"The card of {self.name} makes no sense: {faults}.")

    @property
    def planes(self) -> int:
        """How many it is shown for one that it denoises."""
        return 2 * self.neighbours + 1

    @property
    def summary(self) -> str:
        """What it is for, in a line that fits a terminal; how good it is stands in `about`.

        >>> Card("x", 1, learned={"white": (0.0, 50 / 255)}, about={"MACs a pixel": 49_000}).summary
        'grey images: white noise (sigma 0..50/255); 49 kMAC a pixel'
        """
        macs = self.about.get("MACs a pixel")
        images = "grey images" if self.channels == 1 else "colour images"
        if self.neighbours:
            images = f"stacks of {images}, {self.planes} at once"
        return images + self._noises() + (f"; {macs / 1000:.0f} kMAC a pixel" if macs else "")

    def check(self, channels: int, size: tuple[int, int], name: str = "the image") -> None:
        """Refuse an image that the model cannot take; cheap, so that it can be asked before long work.

        Args:
            channels: of the image.
            size: (height, width) of the image.
            name: what the message calls it.

        Raises:
            InputError: it cannot.
        """
        if channels not in {1, 3}:
            raise InputError(
                f"{self.name} takes images of {self.channels} channels, and {name} has {channels}; "
                "grey (1) and RGB (3) can be turned into each other, others cannot."
            )
        if self.size not in {None, size}:
            raise InputError(f"{self.name} takes images of {by(self.size)}, and {name} is {by(size)}.")
        if 0 in size:
            raise InputError(f"{name} is {by(size)}: it has no pixels.")

    def cutting(self, tile: int) -> Cutting | None:
        """How tiles of at most so many pixels must be cut; None: it is never tiled, it may see the whole image."""
        if self.reach is None or self.size:
            return None
        return Cutting(tile, self.reach, self.multiple, self.least)

    def grown(self, side: int) -> int:
        """What a side of an image is padded to."""
        grown = max(side, self.least)
        return grown + -grown % self.multiple

    def to_json(self) -> str:
        """The card as JSON, keys sorted: equal cards are equal bytes."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote, now or in an earlier version; keys that are not known are passed over.

        Raises:
            InputError: it is no card, its facts make no sense, or it is of a later format.
        """
        try:
            facts = _upgraded(json.loads(text))
            return cls(**facts)
        except InputError as error:
            raise InputError(f"The model's card cannot be read: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"The model's card cannot be read: {error}.") from error

    def _noises(self) -> str:
        scenes = [f"{kind} images" for kind in self.learned if kind in {"document", "dark"}]
        kinds = ", ".join(kind for kind in self.learned if f"{kind} images" not in scenes)
        white = self.learned.get("white")
        sigma = f" (sigma {255 * white[0]:.3g}..{255 * white[1]:.3g}/255)" if white else ""
        learned = [*scenes, *([f"{kinds} noise{sigma}"] if kinds else [])]
        return ": " + ", ".join(learned) if learned else ""


def by(size: tuple[int, ...] | None) -> str:
    """(height, width) as people say it: width x height.

    >>> by((480, 640))
    '640 x 480'
    """
    return f"{size[1]} x {size[0]}" if size else "any size"


def _upgraded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of a card from what a file holds, of whatever format."""
    form = facts.get("format", 1)
    if not isinstance(form, int) or form > FORMAT:
        raise InputError(f"its format is {form}, and this Grainless reads up to {FORMAT}: take a newer one.")
    if missing := [name for name in FACTS if name not in facts]:
        raise InputError(f"it does not tell {', '.join(missing)}.")
    known = {each.name for each in fields(Card)} - {"format"}
    kept = {name: value for name, value in facts.items() if name in known}
    if form == 1:  # knew one kind of noise alone
        kept["learned"] = {"white": facts["sigma"]} if facts.get("sigma") else {}
    kept["size"] = tuple(kept["size"]) if kept["size"] is not None else None
    kept["learned"] = {
        kind: None if strengths is None else tuple(strengths)
        for kind, strengths in kept.get("learned", {}).items()
    }
    return kept


def _faults(card: Card) -> Iterator[str]:
    """What makes no sense, with what would."""
    if not _whole(card.channels, 1) or card.channels not in {1, 3}:
        yield f"channels is {card.channels!r}, and 1 (grey) or 3 (RGB) is needed"
    if card.size is not None and not (len(card.size) == 2 and all(_whole(side, 1) for side in card.size)):
        yield f"size is {card.size!r}, and (height, width) or none is needed"
    for name, least in (("multiple", 1), ("least", 1), ("neighbours", 0)):
        if not _whole(getattr(card, name), least):
            yield f"{name} is {getattr(card, name)!r}, and a whole number from {least} on is needed"
    if card.reach is not None and not _whole(card.reach, 0):
        yield f"reach is {card.reach!r}, and a whole number from 0 on, or none, is needed"
    if card.bytes_a_pixel is not None and not card.bytes_a_pixel > 0:
        yield f"bytes_a_pixel is {card.bytes_a_pixel!r}, and a number above 0, or none, is needed"
    for kind, strengths in card.learned.items():
        if strengths is not None and not _is_range(strengths):
            yield f'learned of "{kind}" is {strengths!r}, and (least, most), both from 0 on, or none is needed'


def _whole(number: object, least: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= least


def _is_range(strengths: Any) -> bool:
    return len(strengths) == 2 and 0 <= strengths[0] <= strengths[1] and math.isfinite(strengths[1])
