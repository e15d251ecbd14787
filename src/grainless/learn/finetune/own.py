"""A person's own images as a recipe's tables: clean ones that get noise, or noisy ones with clean partners."""

import os
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from grainless.data.checks.alignment import check_aligned
from grainless.data.checks.survey import Survey, survey
from grainless.data.sets.pairs import matched
from grainless.errors import InputError
from grainless.learn.recipe import Recipe
from grainless.learn.recipe_files import shipped
from grainless.noise import noise_from
from grainless.parts import spec

HELD = 8
"""The most images that are held out to choose by, and as many to judge by: of few, one in eight each."""

PIXELS = 16e6
"""And of large ones only so many pixels: the best weights are chosen after each epoch."""

TAUGHT_BY = "photo"
"""The recipe whose noise clean images get where none is named: what cameras, films and JPEG leave."""


@dataclass(frozen=True)
class Own:
    """What a recipe must say of a person's images.

    Args:
        what: they are, for people.
        shortest: side of all, in pixels.
        data: the table [data].
        noise: the tables [[noise]]; without, the images have noise of their own.
        method: of learning.
        options: the method's, in the table [learn].
        start: the model to train on; None: the one that does best.
    """

    what: str
    shortest: int
    data: dict[str, Any]
    noise: list[dict[str, Any]]
    method: str
    options: dict[str, Any] = field(default_factory=dict)
    start: str | None = None


def clean_images(folder: Path, noise: str | None) -> Own:
    """Clean images, which get noise while they are learned from.

    Raises:
        InputError: the folder or the noise will not do.
    """
    looked = survey(folder)
    data = {"name": "folder", "path": str(folder.resolve())} | dealt(looked)
    return Own(str(looked), looked.shortest, data, noise_tables(noise, TAUGHT_BY), "supervised")


def pairs(noisy: Path, clean: Path) -> Own:
    """Noisy images with clean partners.

    Raises:
        InputError: a folder will not do; the files are not all partners of equal size; or some are shifted.
    """
    looked, others = survey(clean), survey(noisy)
    if looked.grey != others.grey:
        raise InputError(
            f"{noisy} holds {_kind(others.grey)} images and {clean} {_kind(looked.grey)} ones: partners are of one "
            "kind."
        )
    check_aligned(matched(noisy, clean))
    parent = Path(os.path.commonpath([noisy.resolve().parent, clean.resolve().parent]))
    sides = {"noisy": noisy, "clean": clean}
    inside = {side: str(path.resolve().relative_to(parent)) for side, path in sides.items()}
    data = {"name": "pairs", "path": str(parent)} | inside | dealt(looked)
    return Own(f"pairs of {looked}", looked.shortest, data, [], "given")


def dealt(looked: Survey) -> dict[str, Any]:
    """The options that all kinds of data share: colour, and how many images are held out."""
    areas = sorted(map(prod, looked.sizes))
    typical = areas[len(areas) // 2]
    held = max(1, min(HELD, len(areas) // 8, int(PIXELS // typical)))
    return {"grey": looked.grey, "validation": held, "test": held}


def noise_tables(given: str | None, taught_by: str) -> list[dict[str, Any]]:
    """The tables of a noise as the command line writes it, or of the recipe that is taught by the usual one.

    Raises:
        InputError: there is no such noise, or it is none.
    """
    if given is None:
        tables: dict[str, Any] | list[dict[str, Any]] = Recipe(taught_by, shipped()[taught_by]).tables[
            "noise"
        ]
        return tables if isinstance(tables, list) else [tables]
    if not noise_from(given).parts:
        raise InputError(
            f"--noise {given}: clean images teach nothing without noise; leave it out for the usual one."
        )
    return [dict(spec("noise", part)) for part in given.split("+")]


def _kind(grey: bool) -> str:
    return "grey" if grey else "colour"
