"""A model's card: what stands inside every ONNX file of ours, and all that running it needs to know."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from grainless.errors import InputError

KEY = "grainless"
"""The name of the ONNX metadata entry that holds the card, as JSON."""


@dataclass(frozen=True)
class Card:
    """The facts of a model.

    Args:
        name: what a person calls it.
        channels: colours of the image, in and out: 1 grey, 3 RGB.
        size: (height, width) if it takes only one size, else None.
        multiple: the sides of what it is given must be multiples of this.
        least: and no shorter than this.
        reach: no output pixel depends on input further away than this; None: on the whole image.
        about: for people: architecture, data, terms, licence, noise, scores, versions.
        sigma: (least, most) of the white Gaussian noise that it learned to remove, in full scales; None: other noise.
    """

    name: str
    channels: int
    size: tuple[int, int] | None = None
    multiple: int = 1
    least: int = 1
    reach: int | None = None
    about: dict[str, Any] = field(default_factory=dict)
    sigma: tuple[float, float] | None = None

    @property
    def told(self) -> str:
        """What it is for and how good, in a line.

        >>> Card("x", 1, sigma=(0.0, 50 / 255), about={"PSNR in dB": {"Set12, sigma 25": 30.0}}).told
        'grey images, sigma 0..50/255; PSNR in dB: Set12, sigma 25: 30.00'
        """
        scores = self.about.get("PSNR in dB", {})
        facts = [
            f"{'grey' if self.channels == 1 else 'colour'} images"
            + (f", sigma {255 * self.sigma[0]:.3g}..{255 * self.sigma[1]:.3g}/255" if self.sigma else ""),
            "PSNR in dB: " + ", ".join(f"{name}: {score:.2f}" for name, score in scores.items())
            if scores
            else "",
            f"{macs / 1000:.0f} kMAC a pixel" if (macs := self.about.get("MACs a pixel")) else "",
        ]
        return "; ".join(fact for fact in facts if fact)

    def to_json(self) -> str:
        """The card as JSON, keys sorted: equal cards are equal bytes."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            InputError: it is no card of this version.
        """
        try:
            facts = json.loads(text)
            facts["size"] = tuple(facts["size"]) if facts["size"] else None
            facts["sigma"] = tuple(facts["sigma"]) if facts.get("sigma") else None  # older cards have none
            return cls(**facts)
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"The model's card cannot be read: {error}.") from error
