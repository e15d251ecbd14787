"""Starting from a trained network: every weight that fits is taken."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from grainless.errors import InputError

WEIGHTS = "model.safetensors"


def begin_from(network: nn.Module, run: Path) -> list[str]:
    """Give the network those of a run's best weights that have the same name and shape.

    Args:
        network: is changed in place.
        run: a run's folder.

    Returns:
        The names of the network's weights that keep their own start.

    Raises:
        InputError: there is no such run, or not one of its weights fits.
    """
    try:
        theirs = load_file(run / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise InputError(f"train.start is {run}, and no weights can be read there: {error}.") from error
    own = network.state_dict()
    fitting = {
        name: value for name, value in theirs.items() if name in own and own[name].shape == value.shape
    }
    if not any(value.is_floating_point() for value in fitting.values()):
        raise InputError(f"train.start is {run}, and not one of its weights fits this network.")
    with torch.no_grad():
        network.load_state_dict(fitting, strict=False)
    return [name for name in own if name not in fitting]
