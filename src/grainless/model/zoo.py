"""The models there are: those shipped inside the package and a person's own runs."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from grainless.errors import InputError, did_you_mean
from grainless.model.card import Card
from grainless.model.onnx_file import Stamp, card_in, stamp

PRETRAINED = Path(__file__).parent / "pretrained"
RUNS = Path("runs")
MODEL, RECIPE = "model.onnx", "recipe.toml"
"""What a finished run's folder holds, and what each run's does."""


@dataclass(frozen=True)
class Shipped:
    """A model inside the package: its file in `pretrained/`, and the sha256 of that file in hexadecimal."""

    file: str
    sha256: str


SHIPPED: dict[str, Shipped] = {
    "grey": Shipped("grey.onnx", "4243438ec93aeb2c64335f7db60e365590f6f4e160599dd8e847db91af0713b6"),
    "color": Shipped("color.onnx", "a520b8efa1429b9d332ecc36e158f4ca7cef5a5df628e663623b256ace3115a6"),
    "photo": Shipped("photo.onnx", "75d196860a6907e60a7aca1d88b8a480706e6dffcf2d2d663cb32f17e10270bc"),
    "lowlight": Shipped("lowlight.onnx", "c46dc4e1d727c6b648c9b3c9e26bdb947198ea13979c6f2b6fb1641c7f491139"),
    "document": Shipped("document.onnx", "bdb943f8cdc179fdf9ab6f6136a41dc5481e537aa1525048892cf29c76c04081"),
}


@dataclass(frozen=True)
class Model:
    """A model that can be asked for by name: "shipped", or a "run" in the folder `runs`."""

    name: str
    path: Path
    origin: str


def models() -> list[Model]:
    """The models shipped, then the finished runs in the folder `runs`, by name."""
    shipped = [Model(name, PRETRAINED / each.file, "shipped") for name, each in sorted(SHIPPED.items())]
    finished = sorted(RUNS.glob(f"*/{MODEL}"))
    return shipped + [Model(path.parent.name, path, "run") for path in finished]


def cards() -> dict[str, Card]:
    """The cards of the models shipped, by name; no model is loaded for them.

    Raises:
        InputError: a shipped file is missing, or is not what was shipped.
    """
    return {name: card_of(find(name)) for name in SHIPPED}


def card_of(path: Path) -> Card:
    """The card inside a model's file.

    Raises:
        InputError: there is none: it is no model of Grainless, or no model.
    """
    card = card_in(path)
    if card is None:
        raise InputError(f"{path} holds no card of Grainless.")
    return card


def find(model: str | Path) -> Path:
    """The ONNX file of a model: of a shipped one's name, a path, a run's folder, or a run's name.

    Raises:
        InputError: there is none, a run is not finished, or a shipped file is not what was shipped.
    """
    if isinstance(model, str) and model in SHIPPED:
        return _genuine(model, SHIPPED[model])
    if not isinstance(model, str | Path):
        raise InputError(f"A model is named, or given as a path, not as {type(model).__name__}.")
    path = Path(model)
    if path.is_file():
        return path
    if path.is_dir():
        return _of_run(path)
    if len(path.parts) == 1 and (RUNS / path).is_dir():
        return _of_run(RUNS / path)
    names = [each.name for each in models()]
    there = f" There are: {', '.join(names)}." if names else " None is shipped or trained yet."
    raise InputError(
        f'No model is called "{model}"{did_you_mean(str(model), names)}, and it is neither an ONNX file '
        f"nor a run's folder.{there}"
    )


def _genuine(name: str, shipped: Shipped) -> Path:
    """The file of a shipped model, if it is the one that was shipped."""
    path = PRETRAINED / shipped.file
    if not path.is_file():
        raise InputError(
            f"The model {name} is missing from this installation ({path}): install Grainless again."
        )
    found = _sha256(stamp(path), path)
    if found != shipped.sha256:
        raise InputError(
            f"The model {name} ({path}) is not the one that was shipped: its sha256 is {found[:12]}..., "
            f"not {shipped.sha256[:12]}...; install Grainless again."
        )
    return path


@lru_cache
def _sha256(_stamp: Stamp, path: Path) -> str:
    """Of a file as it stands now; a shipped one is asked for with each image."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _of_run(run: Path) -> Path:
    """The model in a run's folder."""
    model = run / MODEL
    if model.is_file():
        return model
    recipe = run / RECIPE
    if recipe.is_file():
        raise InputError(
            f"The run {run} holds no {MODEL}: its training did not end; "
            f"go on with: grainless train {recipe} --out {run} --resume"
        )
    raise InputError(f"The folder {run} is no run: it holds neither {MODEL} nor {RECIPE}.")
