"""Which method learns from noisy images alone, by their noise; what cannot work is refused."""

import inspect
from pathlib import Path

from grainless.denoising.choose import NEAR
from grainless.errors import InputError
from grainless.learn.finetune.noisy_only.found import GROWING, MORE, SHARED, WHITE, Found
from grainless.learn.methods.methods import METHODS
from grainless.model import zoo
from grainless.parts import choose

CHOSEN = {WHITE: "calibrated", GROWING: "calibrated", SHARED: "calibrated"}
"""Noise -> the method that did best on it (docs/noisy-only.md). Shared noise: of colours alone, where the model that
teaches is the one that is trained on."""

UNTAUGHT = "neighbours"
"""Learns without a model that teaches, and without the noise's strength: where no model knows noise so strong."""


def chosen(folder: Path, noise: Found, wanted: str | None = None, *, grey: bool = False) -> str:
    """The method of learning for a noise.

    Args:
        folder: of the images, for messages.
        noise: theirs.
        wanted: the method that a person names; None: the one that did best on such noise.
        grey: the images have no colours.

    Raises:
        InputError: none learns from it, or not the one that is wanted.
    """
    if wanted is not None:
        choose("method of learning", METHODS, wanted)
    if wanted is not None and not _learns_alone(wanted):
        alone = ", ".join(filter(_learns_alone, METHODS))
        raise InputError(
            f'learn.name is "{wanted}", and there are noisy images alone; from these learn: {alone}.'
        )
    name = wanted or (CHOSEN[noise.kind] if _taught(noise) else UNTAUGHT)
    if noise.kind == SHARED and not (_takes_shared(name) and (wanted or not grey)):
        raise InputError(
            f"{noise.words} in the images in {folder}, as cameras, JPEG and resizing leave it: {_hence(wanted)}. "
            f"Take the model photo as it is, or two shots of each scene: --noisy ONE --clean OTHER{MORE}"
        )
    if "sigma" in asked(name) and not (noise.kind == WHITE and noise.steady):
        raise InputError(
            f'learn.name is "{name}", for white noise of one strength. {noise.words}: take "{UNTAUGHT}", which '
            "need not know it."
        )
    return name


def trained_on(noise: Found, name: str, *, grey: bool) -> bool:
    """Whether the model that teaches is the one to begin with: it takes the noise, and no other is sure to."""
    return (noise.kind == SHARED and not grey) or (noise.kind == WHITE and "measured" in asked(name))


def asked(name: str) -> set[str]:
    """The options of a method."""
    return set(inspect.signature(METHODS[name]).parameters)


def _taught(noise: Found) -> bool:
    """Whether some shipped model learned white noise so strong."""
    learned = [card.learned.get("white") for card in zoo.cards().values()]
    strongest = max((most for _, most in filter(None, learned)), default=0.0)
    return noise.kind != WHITE or noise.sigma <= NEAR * strongest


def _learns_alone(name: str) -> bool:
    return not getattr(METHODS[name], "needs_clean", True)


def _takes_shared(name: str) -> bool:
    """Whether neighbouring pixels may share the noise that it learns from."""
    return bool(getattr(METHODS[name], "takes_shared", False))


def _hence(wanted: str | None) -> str:
    if wanted is None:
        return "of grey images nothing that learns from it alone was found to help"
    able = ", ".join(name for name in METHODS if _takes_shared(name))
    return f"{wanted} would learn it, and keep it; {able} would not"
