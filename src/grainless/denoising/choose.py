"""Which model an image is denoised with, after a look at its noise."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import PIL.Image
from numpy.typing import NDArray

from grainless.image.image import Image
from grainless.inspection import Report, advise, inspect, level
from grainless.model import zoo
from grainless.model.denoiser import Denoiser, load

AUTO = "auto"
"""The name that leaves the choice to Grainless."""


@dataclass(frozen=True)
class Choice:
    """What to do with an image.

    Args:
        denoiser: the model; None: the image is left as it is.
        sigma: of the noise that was found, in full scales; None: nobody looked, or could not tell.
        why: this choice, a sentence; None where a person made it.
        warnings: what the model did not learn, a sentence each.
    """

    denoiser: Denoiser | None
    sigma: float | None = None
    why: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that a person should be told."""
        return (self.why, *self.warnings) if self.why else self.warnings


def choose(
    image: NDArray | PIL.Image.Image | Image,
    model: str | Path | Denoiser,
    *,
    device: str = "auto",
    channel_axis: int = -1,
) -> Choice:
    """Look at the image and choose: "auto" leaves images without noise as they are, a model that is named is taken.

    Args:
        image: as `grainless.inspect` takes it.
        model: "auto", or a name, an ONNX file, a run, a loaded denoiser.
        device: "auto", "cpu" or "cuda".
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: there is no such model, or the image is of a kind that is not taken.
    """
    if model != AUTO:
        own = model if isinstance(model, Denoiser) else _loaded(model, device)
        return (
            Choice(own) if own.card.sigma is None else _beyond(own, inspect(image, channel_axis=channel_axis))
        )
    report = inspect(image, channel_axis=channel_axis)
    advice = advise(report)
    denoiser = _shipped(advice.model, device) if advice.model else None
    return Choice(denoiser, report.sigma, advice.why, advice.warnings)


def _loaded(model: str | Path, device: str) -> Denoiser:
    return _shipped(model, device) if isinstance(model, str) and model in zoo.SHIPPED else load(model, device)


def _beyond(own: Denoiser, report: Report) -> Choice:
    """A model that a person chose, and a word where the noise is more than it learned."""
    sigma, most = report.sigma, (own.card.sigma or (0.0, 0.0))[1]
    if not sigma or sigma < 1.1 * most:  # estimates are off by a few per cent
        return Choice(own, sigma)
    beyond = f"The noise, sigma {level(sigma)}, is beyond what {own.card.name} learned, up to {level(most)}."
    return Choice(own, sigma, None, (beyond,))


@cache
def _shipped(name: str, device: str) -> Denoiser:
    """They never change, and one is enough for a program."""
    return load(name, device)
