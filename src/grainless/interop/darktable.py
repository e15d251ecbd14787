"""Models for darktable, the raw developer: packages that its preferences install, `.dtmodel`.

A package is a zip of a folder, called as the model's id, with `config.json` and `model.onnx`: input and output
float32 (1, 3, h, w), sRGB, 0 = black, 1 = full scale, any h and w.

Source: darktable, src/ai/README.md and src/ai/restore.c; darktable-ai, darktable_ai/package.py and validate.py; both
March 2026. darktable cuts an image into squares whose side is a multiple of 128 and throws 64 pixels at each border
away. Models that see further, as ours do, differ there from the whole image: `photo` by at most 0.04 of 255.
"""

import json
import re
import zipfile
from pathlib import Path

from grainless.disk.whole import whole
from grainless.errors import InputError
from grainless.model.card import Card
from grainless.model.zoo import card_of

SQUARE = 128
"""Pixels that divide the sides of all squares that darktable runs a model on."""


def write_dtmodel(model: Path, out: Path) -> None:
    """Package a colour model for darktable.

    Args:
        model: its ONNX file.
        out: the package.

    Raises:
        InputError: darktable cannot run it: it is a grey one, sees whole images, or takes other sizes.
        RunError: the file could not be written.
    """
    card = card_of(model)
    check_for_darktable(card)
    config = config_json(card)
    with whole(out) as lent, zipfile.ZipFile(lent, "w", zipfile.ZIP_DEFLATED) as package:
        package.write(model, f"{config['id']}/model.onnx")
        package.writestr(f"{config['id']}/config.json", json.dumps(config, indent=4) + "\n")


def check_for_darktable(card: Card) -> None:
    """Whether darktable can run a model with this card.

    Raises:
        InputError: it cannot, and why.
    """
    if card.channels != 3:
        raise InputError(f"darktable gives a model three colours, and {card.name} takes grey images.")
    if card.neighbours:
        raise InputError(
            f"darktable gives a model one image, and {card.name} looks at {card.planes} planes of a stack."
        )
    if card.size or SQUARE % card.multiple:
        raise InputError(
            f"darktable gives a model squares whose sides are multiples of {SQUARE}, and {card.name} takes others."
        )
    if card.reach is None:
        raise InputError(f"darktable cuts images into squares, and {card.name} must see them whole.")


def config_json(card: Card) -> dict[str, object]:
    """What darktable is told of a model."""
    return {
        "id": "denoise-grainless-" + re.sub(r"[^a-z0-9]+", "-", card.name.lower()).strip("-"),
        "name": f"grainless {card.name}",
        "description": card.summary,
        "task": "denoise",
        "arch": "generic",
        "backend": "onnx",
        "version": "1.0",
        "tiling": True,
        "num_inputs": 1,
    }
