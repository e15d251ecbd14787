import pytest
import torch
from torch import nn

from grainless.learn.networks import NETWORKS
from grainless.learn.optimizers.muon import Muon, orthogonal


def of(*weights):
    """A network of these weights alone."""
    return nn.ParameterList(weights)


@pytest.mark.parametrize("shape", [(8, 8), (16, 144), (64, 9), (1, 5)])
def test_singular_values_come_near_one_whatever_the_scale(shape):
    torch.manual_seed(0)
    for scale in (1e-6, 1.0, 1e6):
        values = torch.linalg.svdvals(orthogonal(scale * torch.randn(shape)))
        assert values.min() > 0.3  # of a square matrix the smallest is small before, too
        assert values.max() < 1.25


@pytest.mark.parametrize("shape", [(6, 54), (16, 4), (5, 5)])
def test_the_small_products_give_what_the_polynomial_gives_matrix_by_matrix(shape):
    torch.manual_seed(0)
    matrices = torch.randn(3, *shape)
    for matrix, found in zip(matrices, orthogonal(matrices), strict=True):
        x = matrix.double() / matrix.double().norm()
        for _ in range(5):  # as the source has it, with the smaller Gram matrix
            gram = x @ x.T if shape[0] <= shape[1] else x.T @ x
            p = -4.7750 * gram + 2.0315 * gram @ gram
            x = 3.4445 * x + (p @ x if shape[0] <= shape[1] else x @ p)
        torch.testing.assert_close(found.double(), x, rtol=0, atol=1e-4)


def test_an_orthogonal_matrix_keeps_its_directions():
    torch.manual_seed(0)
    turned, _ = torch.linalg.qr(torch.randn(12, 12))
    near = orthogonal(turned)
    assert torch.nn.functional.cosine_similarity(near.flatten(), turned.flatten(), dim=0) > 0.999


def test_no_gradient_moves_nothing():
    weights = [nn.Parameter(torch.randn(4, 3)) for _ in range(3)]
    before = [weight.clone() for weight in weights]
    for weight in weights:
        weight.grad = torch.zeros_like(weight)
    Muon(of(*weights), 0.1).step()
    for weight, old in zip(weights, before, strict=True):
        torch.testing.assert_close(weight.data, old.data)


def test_a_hidden_layer_moves_by_the_rate_and_the_outer_ones_by_a_twentieth():
    torch.manual_seed(0)
    layers = [nn.Conv2d(8, 8, 3, bias=False) for _ in range(3)]
    weights = [layer.weight for layer in layers]
    before = [weight.detach().clone() for weight in weights]
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    Muon(of(*weights), 0.1).step()
    first, hidden, last = (weight.detach() - old for weight, old in zip(weights, before, strict=True))
    # Adam's first step is the rate with the gradient's sign; Muon's has singular values of the rate.
    torch.testing.assert_close(first.abs(), torch.full_like(first, 0.1 / 20), rtol=1e-3, atol=0)
    torch.testing.assert_close(last.abs(), torch.full_like(last, 0.1 / 20), rtol=1e-3, atol=0)
    values = torch.linalg.svdvals(hidden.reshape(8, -1))
    assert (values > 0.06).all()
    assert (values < 0.125).all()


def test_layers_of_one_shape_are_turned_each_by_its_own_gradient():
    torch.manual_seed(0)
    network = nn.Sequential(*(nn.Conv2d(4, 4, 3) for _ in range(5)))
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    for weight in network.parameters():
        weight.grad = torch.randn_like(weight)
    Muon(network, 0.1).step()
    for name in ("1.weight", "2.weight", "3.weight"):
        weight = network.get_parameter(name)
        wanted = -0.1 * orthogonal(weight.grad.reshape(4, -1)).reshape(weight.shape)
        torch.testing.assert_close(weight.detach() - before[name], wanted, rtol=0, atol=1e-5)


def test_vectors_and_a_lone_layer_go_by_adam():
    weights = [nn.Parameter(torch.ones(5)), nn.Parameter(torch.ones(3, 2))]
    for weight in weights:
        weight.grad = torch.full_like(weight, 7.0)
    Muon(of(*weights), 0.2).step()
    for weight in weights:
        torch.testing.assert_close(weight.data, torch.full_like(weight, 0.99))


def test_weights_without_a_gradient_stay_and_decay_shrinks_the_others():
    still, moved = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
    moved.grad = torch.zeros(3)
    Muon(of(still, moved), 0.1, decay=0.5).step()
    assert torch.equal(still.data, torch.ones(3))
    torch.testing.assert_close(moved.data, torch.full((3,), 0.95))


def moved(network, rate=0.1):
    """By how much a first step moves each weight, by name."""
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    for weight in network.parameters():
        weight.grad = torch.randn_like(weight)
    Muon(network, rate).step()
    return {name: weight.detach() - before[name] for name, weight in network.named_parameters()}


@pytest.mark.parametrize(("given", "wanted", "larger"), [(4, 16, True), (16, 4, False)])
@pytest.mark.parametrize("kind", [nn.Conv2d, nn.ConvTranspose2d])
def test_a_layer_with_more_outputs_than_inputs_moves_further_also_a_transposed_one(
    kind, given, wanted, larger
):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, given, 1), kind(given, wanted, 1), nn.Conv2d(wanted, 3, 1))
    change = moved(network)["1.weight"].flatten(1)
    scale = (16 / 4) ** 0.5 if larger else 1.0
    assert torch.linalg.svdvals(change).mean().item() == pytest.approx(0.1 * scale, rel=0.2)


def test_what_lies_aside_is_neither_the_first_layer_nor_the_last():
    torch.manual_seed(0)
    network = NETWORKS["low-light"](channels=3, widths=(8, 8))
    sizes = {name: change.abs().max().item() for name, change in moved(network).items()}
    by_adam = {name for name, size in sizes.items() if size == pytest.approx(0.1 / 20, rel=1e-3)}
    assert {"light.weight", "unet.door.1.weight", "unet.exit.0.weight"} <= by_adam
    assert "unet.bottom.0.change.0.weight" not in by_adam


def test_a_step_remembers_the_gradients_before():
    torch.manual_seed(0)
    first, second = torch.randn(2, 6, 6)

    def after(*gradients):
        hidden = nn.Parameter(torch.zeros(6, 6))
        network = of(nn.Parameter(torch.zeros(6, 6)), hidden, nn.Parameter(torch.zeros(6, 6)))
        optimizer = Muon(network, 0.1)
        for gradient in gradients:
            start = hidden.detach().clone()
            hidden.grad = gradient
            optimizer.step()
        return hidden.detach() - start

    # By hand: momentum 0.05 first, then 0.95 of that and 0.05 second; a step goes by 0.95 momentum + 0.05 gradient.
    momentum = 0.95 * 0.05 * first + 0.05 * second
    wanted = -0.1 * orthogonal(0.95 * momentum + 0.05 * second)
    torch.testing.assert_close(after(first, second), wanted, rtol=0, atol=2e-3)
    assert (after(first, second) - after(second)).abs().max() > 0.02


def test_a_closure_computes_the_gradients_and_its_loss_comes_back():
    weights = [nn.Parameter(torch.ones(2, 2)) for _ in range(3)]
    optimizer = Muon(of(*weights), 0.1)

    def closure():
        loss = sum(weight.square().sum() for weight in weights)
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 12
    assert all(weight.max() < 1 for weight in weights)
