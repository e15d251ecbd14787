import re
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from exporter import real
from torch import nn

import grainless
from grainless.errors import RunError
from grainless.learn.export import DENOISED, NOISY, TOLERANCE, export
from grainless.learn.networks import NETWORKS, Network
from grainless.model.card import KEY, Card
from grainless.model.denoiser import load

CASES = {
    "dense": {"size": (9, 12), "encoder": (12,), "code": 7, "decoder": (9,)},
    "coded": {"size": (9, 12), "widths": (3, 5), "slope": 0.2, "normalise": True, "finish": "flat"},
    "pooled": {"down": (5, 3), "up": (4, 6), "channels": 3, "normalise": True},
    "stacked": {"widths": (5, 3)},
    "dncnn": {"depth": 3, "width": 5},
    "unet": {"widths": (3, 4), "fold": 2, "channels": 3},
    "low-light": {"widths": (3, 4), "fold": 2},
}


def card_of(network):
    facts = (network.channels, network.size, network.multiple, network.least, network.reach)
    return Card("small", *facts, {"about": "a test"})


def build(name):
    torch.manual_seed(5)
    network = NETWORKS[name](**CASES[name])
    for _ in range(3):
        network(torch.rand(4, network.channels, *(network.size or (24, 32))))  # running statistics move
    return network


def samples_for(network):
    return torch.rand(2, network.channels, *(network.size or (25, 34)))


def run(path, noisy):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run([DENOISED], {NOISY: noisy.numpy()})[0])


@pytest.fixture(scope="module", autouse=True)
def _real():
    with real():
        yield


@pytest.fixture(scope="module", params=NETWORKS)
def exported(request, tmp_path_factory):
    """A network and its file."""
    network, path = build(request.param), tmp_path_factory.mktemp(request.param) / "model.onnx"
    difference = export(network, path, card_of(network), samples_for(network))
    assert 0 <= difference < TOLERANCE
    assert network.training
    return network, path


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("multiples", [(1, 1), (6, 7), (9, 7)])
def test_exported_and_original_agree_on_every_legal_size(exported, count, multiples):
    network, path = exported
    size = network.size or [max(multiple * network.multiple, network.least) for multiple in multiples]
    noisy = torch.rand(count, network.channels, *size)
    wanted = deepcopy(network).eval()(noisy).detach()
    torch.testing.assert_close(run(path, noisy), wanted, atol=TOLERANCE, rtol=0)


def test_tiles_change_nothing(exported):
    _network, path = exported
    denoiser = load(path)
    if cutting := denoiser.card.cutting(1):
        side = 2 * cutting.shortest + 3  # three tiles and a padded border
        noisy = torch.rand(1, 1, cutting.shortest + 1, side).numpy()
        whole = denoiser.run(noisy, tile=4 * side**2)
        np.testing.assert_allclose(denoiser.run(noisy, tile=1), whole, atol=1e-5)
        assert denoiser.card.reach is not None
    else:
        assert denoiser.card.size or denoiser.card.reach is None


def test_the_card_is_inside_one_file_and_nothing_of_this_machine(exported):
    network, path = exported
    model = onnx.load(path)
    onnx.checker.check_model(model)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert Card.from_json(metadata[KEY]) == card_of(network)
    assert str(Path(grainless.__file__).parent).encode() not in path.read_bytes()
    assert list(path.parent.iterdir()) == [path]


def test_the_same_network_gives_the_same_file(tmp_path):
    network = build("dncnn")
    for name in ("first", "second"):
        export(network, tmp_path / name, card_of(network), samples_for(network))
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


class Faulty(Network):
    """Gives something else while it is exported."""

    channels = 1
    reach = 1

    def __init__(self, fault):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
        self.fault = fault

    def forward(self, noisy):
        denoised = self.conv(noisy)
        return denoised + self.fault if torch.compiler.is_exporting() else denoised


@pytest.mark.parametrize(("fault", "told"), [(0.01, "0.01"), (2e-4, "0.0002"), (float("nan"), "nan")])
def test_a_file_that_differs_is_not_kept(fault, told, tmp_path):
    network, path = Faulty(fault), tmp_path / "model.onnx"
    path.write_text("the one before")
    message = (
        rf"model.onnx was not written: .* differ .* by {re.escape(told)} of full scale, and less than 0.0001 "
    )
    with pytest.raises(RunError, match=message):
        export(network, path, card_of(network), torch.rand(1, 1, 8, 8))
    assert path.read_text() == "the one before"
    assert list(tmp_path.iterdir()) == [path]


def test_real_images_are_compared_too(tmp_path):
    class OnlyBright(Faulty):
        def forward(self, noisy):
            denoised = self.conv(noisy)
            return (
                torch.where(noisy > 2, denoised + 0.5, denoised)
                if torch.compiler.is_exporting()
                else denoised
            )

    network = OnlyBright(0)
    with pytest.raises(RunError, match="differ"):
        export(network, tmp_path / "model.onnx", card_of(network), torch.full((1, 1, 8, 8), 3.0))
