"""Starting from a trained network, a run's or a shipped one: every weight that fits is taken."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from grainless.errors import InputError
from grainless.learn.networks.network import Network
from grainless.model import zoo
from grainless.model.run_files import RunFiles

HALF = ".half"
"""What shipped models add to the name of a weight that they hold in 16 bits."""


def load_initial_weights(network: nn.Module, start: str | Path) -> list[str]:
    """Give the network those of a trained one's weights that have the same name and shape.

    A network that looks at neighbours takes those of one that does not, too: it then looks at the plane in the middle
    alone, and learns what the others are good for.

    Args:
        network: is changed in place.
        start: a run's folder or name, a shipped model's name, or an ONNX file that a run has exported.

    Returns:
        The names of the network's weights that keep their own start.

    Raises:
        InputError: there is no such run or model, or not one of its weights fits.
    """
    theirs = _weights(start)
    own = network.state_dict()
    # A network inside another ("unet.door...") may have its weights from one that stands alone ("door...").
    sources = {name: name if name in theirs else name.partition(".")[2] for name in own}
    planes = 2 * network.neighbours + 1 if isinstance(network, Network) else 1
    found = {
        name: _placed(theirs[source], own[name], planes)
        for name, source in sources.items()
        if source in theirs
    }
    fitting = {name: value for name, value in found.items() if value is not None}
    if not any(value.is_floating_point() for value in fitting.values()):
        raise InputError(f"train.start is {start}, and not one of its weights fits this network.")
    missed = [name for name in own if name not in fitting]
    if any(name.endswith("running_mean") for name in missed) and not any(
        "running_mean" in name for name in theirs
    ):
        raise InputError(
            f"train.start is {start}, whose convolutions hold its normalisation, and this network has that apart: "
            "start from the run's folder instead."
        )
    with torch.no_grad():
        network.load_state_dict(fitting, strict=False)
    return missed


def _placed(theirs: Tensor, own: Tensor, planes: int) -> Tensor | None:
    """A weight as it is, or among zeros where its own have `planes` times the channels; None: it does not fit."""
    if own.shape == theirs.shape:
        return theirs
    if own.ndim != theirs.ndim:
        return None
    times = [mine / given for mine, given in zip(own.shape, theirs.shape, strict=True)]
    if any(ratio not in {1, planes} for ratio in times):
        return None
    placed, half = torch.zeros_like(own, dtype=theirs.dtype), planes // 2
    middle = tuple(
        slice(half * side, (half + 1) * side) if ratio > 1 else slice(None)
        for side, ratio in zip(theirs.shape, times, strict=True)
    )
    placed[middle] = theirs
    return placed


def _weights(start: str | Path) -> dict[str, Tensor]:
    """All weights of a run or model, by name."""
    if str(start) not in zoo.SHIPPED:
        for folder in (Path(start), zoo.RUNS / start):
            if folder.is_dir():
                return _of_run(RunFiles(folder))
    try:
        return _of_model(zoo.find(str(start)))
    except InputError as error:
        raise InputError(f"train.start is {start}, and no weights can be read there: {error}") from error


def _of_run(run: RunFiles) -> dict[str, Tensor]:
    try:
        return load_file(run.weights_file)
    except (OSError, SafetensorError) as error:
        raise InputError(f"train.start is {run.path}, and no weights can be read there: {error}.") from error


def _of_model(path: Path) -> dict[str, Tensor]:
    """The constants of an ONNX file: those that were weights still have their names."""
    try:
        graph = onnx.load(path, load_external_data=False).graph
    except Exception as error:  # protobuf's, which onnx does not name
        raise InputError(f"{path} is no ONNX file.") from error
    found = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}
    return {
        name.removesuffix(HALF): value.float() if name.endswith(HALF) else value
        for name, value in found.items()
    }
