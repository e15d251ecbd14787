"""Starting from a trained network: a shipped model's weights are those that its file runs with."""

import numpy as np
import pytest
import torch

import grainless
from grainless.errors import InputError
from grainless.learn.export import export
from grainless.learn.fitting.initial_weights import load_initial_weights
from grainless.learn.networks import NETWORKS
from grainless.learn.recipe import Recipe
from grainless.model.card import Card
from grainless.model.zoo import SHIPPED
from grainless.parts import make


def network_of(name):
    card = grainless.load(name).card
    return make("network", NETWORKS, card.about["recipe"]["network"], channels=card.channels, size=card.size)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_network_started_from_a_shipped_model_gives_what_the_model_gives(name):
    network = network_of(name)
    noisy = torch.rand(1, network.channels, 40, 48)
    before = network.eval()(noisy).detach()
    assert load_initial_weights(network, name) == []
    started = network(noisy).detach().numpy()
    np.testing.assert_allclose(started, grainless.load(name).run(noisy.numpy()), atol=1e-4)
    assert np.abs(started - before.numpy()).max() > 0.01


@pytest.mark.parametrize("name", ["grey", "color"])
def test_the_recipe_of_a_shipped_model_starts_from_it_whole(name):
    assert load_initial_weights(Recipe.load(name).network(), name) == []


def test_a_file_of_ones_own_is_a_start_too(tmp_path):
    torch.manual_seed(0)
    given, taken = (NETWORKS["unet"](channels=1, widths=(3, 4)) for _ in range(2))
    path = tmp_path / "mine.onnx"
    export(given, path, Card("mine", 1, multiple=given.multiple), torch.rand(1, 1, 16, 16))
    assert load_initial_weights(taken, path) == []
    for name, value in given.state_dict().items():
        assert torch.equal(taken.state_dict()[name], value)


def test_a_file_that_holds_its_normalisation_elsewhere_is_refused(tmp_path):
    network = NETWORKS["dncnn"](channels=1, depth=3, width=4)
    path = tmp_path / "mine.onnx"
    export(network, path, Card("mine", 1, reach=3), torch.rand(1, 1, 16, 16))
    with pytest.raises(
        InputError, match=r"whose convolutions hold its normalisation, .* from the run's folder"
    ):
        load_initial_weights(network, path)


def test_other_channels_keep_what_fits_and_say_the_rest():
    network = NETWORKS["unet"](channels=1, widths=(32, 64, 128), blocks=2, fold=2, bias=False)
    assert load_initial_weights(network, "color") == ["door.1.weight", "exit.0.weight"]


def test_a_network_inside_another_takes_the_weights_of_one_that_stands_alone():
    lit = Recipe.load("lowlight-darkened").network()
    assert load_initial_weights(lit, "color") == ["light.weight", "light.bias"]
    alone = Recipe.load("color").network()
    load_initial_weights(alone, "color")
    assert all(
        torch.equal(weight, lit.unet.state_dict()[name]) for name, weight in alone.state_dict().items()
    )


def test_what_does_not_fit_or_is_not_there_is_told(tmp_path):
    network = NETWORKS["dncnn"](channels=1, depth=3, width=4)
    with pytest.raises(
        InputError, match=r"train\.start is color, and not one of its weights fits this network"
    ):
        load_initial_weights(network, "color")
    with pytest.raises(
        InputError, match=r'train\.start is colr, .* No model is called "colr" \(did you mean "color"'
    ):
        load_initial_weights(network, "colr")
    (tmp_path / "bad.onnx").write_bytes(b"no such thing")
    with pytest.raises(InputError, match=r"train\.start is .*bad\.onnx, .*bad\.onnx is no ONNX file"):
        load_initial_weights(network, tmp_path / "bad.onnx")
    (tmp_path / "run").mkdir()
    with pytest.raises(InputError, match=r"train\.start is .*run, and no weights can be read there"):
        load_initial_weights(network, tmp_path / "run")
