"""The models there are: those shipped inside the package and a person's own runs."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from grainless.errors import InputError, did_you_mean

PRETRAINED = Path(__file__).parent / "pretrained"
RUNS = Path("runs")
MODEL = "model.onnx"
"""What a finished run's folder holds."""


@dataclass(frozen=True)
class Shipped:
    """A model inside the package: its file in `pretrained/`, and the sha256 of that file in hexadecimal."""

    file: str
    sha256: str


SHIPPED: dict[str, Shipped] = {
    "grey": Shipped("grey.onnx", "47f8807fb22239d685852523a4feeb6cba8528eb81c118e6ef64eb7f816f3fd7"),
    "color": Shipped("color.onnx", "8d1d231ea141a1c91e9af91660b01adf11ff3bb411d461a233165aeac5fa1cce"),
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
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != shipped.sha256:
        raise InputError(
            f"The model {name} ({path}) is not the one that was shipped: its sha256 is {found[:12]}..., "
            f"not {shipped.sha256[:12]}...; install Grainless again."
        )
    return path


def _of_run(run: Path) -> Path:
    """The model in a run's folder."""
    model = run / MODEL
    if model.is_file():
        return model
    recipe = run / "recipe.toml"
    if recipe.is_file():
        raise InputError(
            f"The run {run} holds no {MODEL}: its training did not end; "
            f"go on with: grainless train {recipe} --out {run} --resume"
        )
    raise InputError(f"The folder {run} is no run: it holds neither {MODEL} nor recipe.toml.")
