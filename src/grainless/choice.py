"""Which model an image is denoised with, after a look at its noise."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import PIL.Image
from numpy.typing import NDArray

from grainless import zoo
from grainless.denoiser import Denoiser, load
from grainless.formats.pixels import Image
from grainless.inspection import advise, inspect, level

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
    """Look at the image and choose: a shipped model is for images with noise, others are left as they are.

    A person's own model is taken without asking whether there is noise: it may be made for another kind.

    Args:
        image: as `grainless.inspect` takes it.
        model: "auto", a shipped model's name, or a person's own: a run, an ONNX file, a loaded denoiser.
        device: "auto", "cpu" or "cuda".
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: there is no such model, or the image is of a kind that is not taken.
    """
    if not (isinstance(model, str) and (model == AUTO or model in zoo.SHIPPED)):
        own = model if isinstance(model, Denoiser) else load(model, device)
        return _own(image, own, channel_axis)
    report = inspect(image, channel_axis=channel_axis)
    advice = advise(report)
    if advice.model is None:
        return Choice(None, report.sigma, advice.why, advice.warnings)
    name, why = (advice.model, advice.why) if model == AUTO else (model, None)
    return Choice(_shipped(name, device), report.sigma, why, advice.warnings)


def _own(image: NDArray | PIL.Image.Image | Image, own: Denoiser, channel_axis: int) -> Choice:
    """A person's own model, and whether the noise is what it learned."""
    if own.card.sigma is None:
        return Choice(own)
    sigma, most = inspect(image, channel_axis=channel_axis).sigma, own.card.sigma[1]
    beyond = (
        f"The noise, sigma {level(sigma)}, is beyond what {own.card.name} learned, up to {level(most)}."
        if sigma and sigma > 1.1 * most  # estimates are off by a few per cent
        else None
    )
    return Choice(own, sigma, None, (beyond,) if beyond else ())


@cache
def _shipped(name: str, device: str) -> Denoiser:
    """They never change, and one is enough for a program."""
    return load(name, device)
