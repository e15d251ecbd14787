"""Which method learns from noisy images alone, by their noise; what cannot work is refused."""

import inspect
from pathlib import Path

from grainless.errors import InputError
from grainless.learn.finetune.found import GROWING, MORE, SHARED, WHITE, Found
from grainless.learn.methods.methods import METHODS
from grainless.parts import choose

CHOSEN = {WHITE: "neighbours", GROWING: "calibrated"}
"""Noise -> the method that did best on it, by benchmarks/noisy_only.py (docs/noisy-only.md). On noise that neighbours
share none beat the model that is at hand."""


def chosen(folder: Path, noise: Found, wanted: str | None = None) -> str:
    """The method of learning for a noise.

    Args:
        folder: of the images, for messages.
        noise: theirs.
        wanted: the method that a person names; None: the one that did best on such noise.

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
    name = wanted or CHOSEN.get(noise.kind)
    if name is None or (noise.kind == SHARED and not _takes_shared(name)):
        raise InputError(_nothing_learns(folder, noise))
    if "sigma" in asked(name) and not (noise.kind == WHITE and noise.steady):
        raise InputError(
            f'learn.name is "{name}", for white noise of one strength. {noise.words}: take "{CHOSEN[WHITE]}", which '
            "need not know it."
        )
    return name


def asked(name: str) -> set[str]:
    """The options of a method."""
    return set(inspect.signature(METHODS[name]).parameters)


def _learns_alone(name: str) -> bool:
    return not getattr(METHODS[name], "needs_clean", True)


def _takes_shared(name: str) -> bool:
    """Whether neighbouring pixels may share the noise that it learns from."""
    return bool(getattr(METHODS[name], "takes_shared", False))


def _nothing_learns(folder: Path, noise: Found) -> str:
    return (
        f"{noise.words} in the images in {folder}, as cameras, JPEG and resizing leave it: what learns from it alone "
        "does no better than the model photo does as it is. Take that, or two shots of each scene: --noisy ONE "
        f"--clean OTHER{MORE}"
    )
