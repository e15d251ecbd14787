import pytest
import torch
from torch import nn

from grainless.learn.fitting.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(8, 8), (16, 144), (64, 9), (1, 5)])
def test_singular_values_come_near_one_whatever_the_scale(shape):
    torch.manual_seed(0)
    for scale in (1e-6, 1.0, 1e6):
        values = torch.linalg.svdvals(orthogonal(scale * torch.randn(shape)))
        assert values.min() > 0.3  # of a square matrix the smallest is small before, too
        assert values.max() < 1.25


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
    Muon(weights, 0.1).step()
    for weight, old in zip(weights, before, strict=True):
        torch.testing.assert_close(weight.data, old.data)


def test_a_hidden_layer_moves_by_the_rate_and_the_outer_ones_by_a_twentieth():
    torch.manual_seed(0)
    layers = [nn.Conv2d(8, 8, 3, bias=False) for _ in range(3)]
    weights = [layer.weight for layer in layers]
    before = [weight.detach().clone() for weight in weights]
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    Muon(weights, 0.1).step()
    first, hidden, last = (weight.detach() - old for weight, old in zip(weights, before, strict=True))
    # Adam's first step is the rate with the gradient's sign; Muon's has singular values of the rate.
    torch.testing.assert_close(first.abs(), torch.full_like(first, 0.1 / 20), rtol=1e-3, atol=0)
    torch.testing.assert_close(last.abs(), torch.full_like(last, 0.1 / 20), rtol=1e-3, atol=0)
    values = torch.linalg.svdvals(hidden.reshape(8, -1))
    assert (values > 0.06).all()
    assert (values < 0.125).all()


def test_vectors_and_a_lone_layer_go_by_adam():
    weights = [nn.Parameter(torch.ones(5)), nn.Parameter(torch.ones(3, 2))]
    for weight in weights:
        weight.grad = torch.full_like(weight, 7.0)
    Muon(weights, 0.2).step()
    for weight in weights:
        torch.testing.assert_close(weight.data, torch.full_like(weight, 0.99))


def test_weights_without_a_gradient_stay_and_decay_shrinks_the_others():
    still, moved = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
    moved.grad = torch.zeros(3)
    Muon([still, moved], 0.1, decay=0.5).step()
    assert torch.equal(still.data, torch.ones(3))
    torch.testing.assert_close(moved.data, torch.full((3,), 0.95))
