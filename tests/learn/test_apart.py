"""Pixels dealt to images of their own, blind spots in these, and a network that denoises by dealing."""

import pytest
import torch

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.apart import Apart, Dealing, dealt, gathered
from grainless.learn.methods.pairs import Scene
from grainless.learn.networks import NETWORKS
from grainless.noise import noise_from


@pytest.mark.parametrize("stride", [1, 2, 5])
def test_what_is_dealt_out_is_every_so_many_pixel_and_comes_back(stride):
    image = torch.arange(2 * 3 * 20 * 10.0).reshape(2, 3, 20, 10)
    parts = dealt(image, stride)
    assert parts.shape == (2 * stride**2, 3, 20 // stride, 10 // stride)
    assert torch.equal(parts[0], image[0, :, ::stride, ::stride])
    assert torch.equal(gathered(parts, stride), image)


def test_neighbours_never_meet_in_what_is_shown():
    """Noise of two pixels in a row is alike, and no two of them are in one image."""
    pairs_of_columns = torch.randn(1, 1, 80, 40).repeat_interleave(2, dim=3)
    pair = Apart(noise_from("none"))(Scene(pairs_of_columns), TorchDraw.seeded(0))
    assert pair.shown.shape == (25, 1, 16, 16)
    asked = pair.weight > 0
    assert asked.float().mean() == pytest.approx(1 / 16, rel=0.3)
    assert torch.equal(pair.shown[~asked], pair.wanted[~asked])
    assert (pair.shown[asked] * pair.wanted[asked]).mean().abs() < 0.25  # of 400 products


def test_a_dealing_network_tells_true_facts_and_keeps_what_its_network_keeps():
    torch.manual_seed(0)
    network = NETWORKS["unet"](channels=1, widths=(3, 4), fold=2)
    dealing = Apart(noise_from("none")).exported(network)
    assert isinstance(dealing, Dealing)
    assert (dealing.multiple, dealing.least, dealing.reach) == (
        2 * network.multiple,
        2 * network.least,
        2 * network.reach + 1,
    )
    image = torch.rand(1, 1, 2 * dealing.multiple, 2 * dealing.multiple)
    made = dealing(image)
    assert torch.allclose(made[..., 1::2, ::2], network(image[..., 1::2, ::2]), atol=1e-6)
    assert Apart(noise_from("none"), denoised=1).exported(network) is network


def test_crops_must_be_large_enough():
    with pytest.raises(
        InputError, match=r'"apart", which deals out 40 x 40 pixels and more; set train\.crop = 160'
    ):
        Apart(noise_from("none"))(Scene(torch.rand(1, 1, 32, 64)), TorchDraw.seeded(0))
