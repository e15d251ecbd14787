"""From a network to an ONNX file with its card inside, checked against the network before it is kept."""

from collections.abc import Iterator
from copy import deepcopy
from math import inf
from pathlib import Path

import onnxruntime
import torch
from torch import Tensor
from torch.export import Dim

from grainless.disk.whole import whole
from grainless.errors import RunError
from grainless.learn.networks import Network
from grainless.model.card import KEY, Card

TOLERANCE = 1e-4
"""How much the file's images may differ from the network's, in full scales: far below one step of 8 bits."""

NOISY, DENOISED = "noisy", "denoised"
"""The names of the file's input and output, both (n, c, h, w), 0 = black, 1 = full scale."""


def export(network: Network, path: Path, card: Card, samples: Tensor) -> float:
    """Write the network, as it evaluates, to one ONNX file that takes every size the network takes.

    Args:
        network: on any device and in any mode; it is left as it is.
        path: of the file; it stands there only if it gives what the network gives.
        card: the facts, kept in the file's metadata under `grainless.model.card.KEY`.
        samples: real images to compare with, besides random ones, (n, c, h, w).

    Returns:
        The largest difference between the file's and the network's images, in full scales.

    Raises:
        RunError: the file's images are others than the network's, or it could not be written.
    """
    network = deepcopy(network).cpu().float().eval()
    program = _traced(network)
    program.model.metadata_props[KEY] = card.to_json()
    with whole(path) as lent:
        program.save(lent, external_data=False)
        difference = _largest_difference(
            network, lent, [*_random_images(network), _fitting(network, samples)]
        )
        if not difference < TOLERANCE:
            raise RunError(
                f"{path} was not written: the exported network's images differ from the network's own by "
                f"{difference:.2g} of full scale, and less than {TOLERANCE:g} is allowed."
            )
    return difference


def _traced(network: Network) -> torch.onnx.ONNXProgram:
    """The network as a graph for any number of images, of any legal size."""
    sides = {} if network.size else {2: network.multiple * Dim("rows"), 3: network.multiple * Dim("columns")}
    program = torch.onnx.export(
        network,
        (next(_random_images(network)),),
        input_names=[NOISY],
        output_names=[DENOISED],
        dynamic_shapes=({0: Dim("images"), **sides},),
        verbose=False,
    )
    assert program is not None
    for node in program.model.graph:
        node.metadata_props.clear()  # they tell the paths of this machine's source files
    return program


def _random_images(network: Network) -> Iterator[Tensor]:
    """Batches of several legal sizes, the first of several images and neither square nor smallest."""
    chance = torch.Generator().manual_seed(0)
    wide = 2 * (network.reach or 0) // network.multiple + 3  # so that some pixels see no border
    for count, rows, columns in [(3, wide, wide + 1), (1, wide + 2, wide)]:
        height, width = network.size or (rows * network.multiple, columns * network.multiple)
        yield torch.rand(count, network.inputs, height, width, generator=chance)


def _fitting(network: Network, images: Tensor) -> Tensor:
    """The images without the rows and columns that are too many for the network."""
    height, width = (side - side % network.multiple for side in images.shape[2:])
    return images[..., :height, :width].cpu().float()


@torch.no_grad()
def _largest_difference(network: Network, path: Path, batches: list[Tensor]) -> float:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    largest = torch.zeros(())
    for noisy in batches:
        (denoised,) = session.run([DENOISED], {NOISY: noisy.numpy()})
        wanted: Tensor = network(noisy)
        if denoised.shape != wanted.shape:
            return inf
        largest = torch.maximum(largest, (torch.from_numpy(denoised) - wanted).abs().max())
    return largest.item()
