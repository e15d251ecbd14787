"""ONNX models from elsewhere: their card is found out from their input and output, and by trial."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from grainless.errors import InputError
from grainless.model.card import Card
from grainless.model.devices import Runtime

DTYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
}
"""onnxruntime's word for what an input holds -> numpy's."""

MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
ODD = 3, 5
"""A trial's sides in multiples: odd, lest they are multiples of more."""


def card_of(runtime: Runtime, path: Path) -> Card:
    """The card of a model that has none: blind, one image in and one of the same size out, (n, c, h, w).

    What it must be given is that 0 is black and 1 full scale; no file tells. How far it looks is not known, so that
    it is never cut into tiles.

    Raises:
        InputError: it is a model of another kind; what it lacks is told.
    """
    shape = _image(runtime.get_inputs(), "takes", path)
    _image(runtime.get_outputs(), "gives", path)
    channels = (shape[1],) if isinstance(shape[1], int) else (3, 1)
    sides = shape[2:]
    if all(isinstance(side, int) for side in sides):
        size = sides[0], sides[1]
        return _fitting(runtime, path, [Card(path.stem, each, size=size) for each in channels])
    if any(isinstance(side, int) for side in sides):
        raise InputError(
            f"{path} takes images of one fixed side alone ({_in_words(shape)}): export it for any size."
        )
    return _fitting(
        runtime,
        path,
        [
            Card(path.stem, each, multiple=multiple, least=ODD[0] * multiple)
            for multiple, each in product(MULTIPLES, channels)
        ],
    )


def dtype_of(runtime: Runtime) -> np.dtype[Any]:
    """What the model's image is stored as."""
    return DTYPES[runtime.get_inputs()[0].type]


def batch_of(runtime: Runtime) -> int | None:
    """How many images the model takes at once, if that is fixed."""
    images = runtime.get_inputs()[0].shape[0]
    return images if isinstance(images, int) else None


def _image(ends: Sequence[Any], verb: str, path: Path) -> list[Any]:
    """The shape of a model's only input or output.

    Raises:
        InputError: there are several, or it is no image of (n, c, h, w).
    """
    first, *others = ends
    if others:
        names = ", ".join(f'"{each.name}" ({each.type} of {_in_words(each.shape)})' for each in others)
        raise InputError(
            f'{path} {verb} more than the image "{first.name}": {names}. Models of one image alone are run: '
            "export one that needs no noise level or map."
        )
    shape = list(first.shape)
    if first.type not in DTYPES or len(shape) != 4 or (isinstance(shape[1], int) and shape[1] not in {1, 3}):
        raise InputError(
            f"{path} {verb} {first.type} of {_in_words(shape)}: float images of (n, c, h, w) are run, c = 1 or 3."
        )
    if verb == "takes" and isinstance(shape[0], int) and shape[0] != 1:
        raise InputError(
            f"{path} takes {shape[0]} images at once: export it for one image, or for any number."
        )
    return shape


def _fitting(runtime: Runtime, path: Path, cards: Sequence[Card]) -> Card:
    """The first card under which a small image comes out as large as it went in.

    Raises:
        InputError: none is.
    """
    fault = ""
    for card in cards:
        noisy = sample(card, dtype_of(runtime))
        try:
            denoised = runtime.run(None, {runtime.get_inputs()[0].name: noisy})[0]
        except Exception as error:  # what onnxruntime raises for a size that does not fit is not public
            fault = fault or f"it fails: {' '.join(str(error).split())[:200]}"
            continue
        if denoised.shape == noisy.shape:
            return card
        fault = f"it makes {_in_words(denoised.shape)} of {_in_words(noisy.shape)}"
    raise InputError(f"{path} does not give an image of the size it takes: {fault}.")


def sample(card: Card, dtype: np.dtype[Any]) -> np.ndarray:
    """A small noisy image that the model takes, always the same, (1, c, h, w)."""
    least = card.least + -card.least % card.multiple
    size = card.size or tuple(max(odd * card.multiple, least) for odd in ODD)
    chance = np.random.default_rng(0)
    noisy = 0.5 + 0.1 * chance.standard_normal((1, card.planes * card.channels, *size))
    return noisy.astype(dtype)


def _in_words(shape: Sequence[Any]) -> str:
    """A shape as people write it: "(n, 3, h, w)"."""
    return f"({', '.join('any' if side is None else str(side) for side in shape)})"
