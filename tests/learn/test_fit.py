import copy
import math

import numpy as np
import pytest
import torch

from grainless.data.images import Data, Images
from grainless.errors import InputError, RunError
from grainless.learn.fitting.fit import Fit
from grainless.learn.fitting.losses import LOSSES
from grainless.learn.fitting.methods import Supervised
from grainless.learn.networks import NETWORKS
from grainless.noise import noise_from


def squares(count, side=8, seed=0):
    """White squares on black, somewhere."""
    images = np.zeros((count, 1, side, side), np.uint8)
    for image, (top, left) in zip(
        images, np.random.default_rng(seed).integers(0, side - 3, (count, 2)), strict=True
    ):
        image[0, top : top + 3, left : left + 3] = 255
    return Images.of(images)


@pytest.fixture
def data():
    return Data("squares", squares(64), squares(16, seed=1), squares(16, seed=2))


def fitted(data, network="dense", loss="bce", noise="gaussian:sigma=0.3,clip=true", **options):
    torch.manual_seed(0)
    size = {"size": (8, 8), "encoder": [], "code": 16, "decoder": []} if network == "dense" else {}
    network = NETWORKS[network](channels=1, **size)
    options = {"epochs": 4, "batch": 16, "rate": 1e-2} | options
    return Fit(network, data, Supervised(noise_from(noise)), LOSSES[loss], seed=5, **options)


def weights(fit):
    return {name: value.clone() for name, value in fit.averaged.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one) and one.keys() == other.keys()


def test_training_makes_the_loss_smaller(data):
    epochs = list(fitted(data, epochs=20)())
    assert [epoch.number for epoch in epochs] == list(range(1, 21))
    assert epochs[-1].loss < 0.8 * epochs[0].loss
    assert epochs[-1].validation < 0.8 * epochs[0].validation


def test_the_same_seed_gives_the_same_weights_bit_for_bit(data):
    first, second = fitted(data), fitted(data)
    list(first()), list(second())
    assert same(weights(first), weights(second))


OPTIONS = [
    {},
    {"optimizer": "rmsprop", "rate": 1e-3, "max_norm": 1.0},
    {"optimizer": "adamw", "decay": 0.1, "schedule": "one-cycle", "ema": 0.9},
    {"crop": 4, "steps": 3, "schedule": "cosine", "network": "unet", "loss": "l1"},
    {"network": "pooled"},
    {"optimizer": "muon", "rate": 1e-2, "network": "unet", "loss": "mse", "precision": "half", "ema": 0.9},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_resumed_after_any_epoch_equals_uninterrupted_bit_for_bit(data, options):
    whole = fitted(data, **options)
    list(whole())
    broken = fitted(data, **options)
    for _ in broken():
        tensors, history = broken.state()
        tensors = {name: value.clone() for name, value in tensors.items()}
        broken = fitted(data, **options)  # as a new process begins
        broken.restore(tensors, history)
        for _ in broken():
            break
        if broken.done:
            break
    assert same(weights(broken), weights(whole))
    losses = [
        [(epoch.loss, epoch.validation, epoch.best) for epoch in fit.history] for fit in (broken, whole)
    ]
    assert losses[0] == losses[1]


def test_the_test_above_notices_a_lost_optimizer(data):
    whole, broken = fitted(data), fitted(data)
    list(whole())
    for _ in broken():
        break
    tensors, history = broken.state()
    tensors = {name: 0 * value if "exp_avg" in name else value for name, value in tensors.items()}
    broken = fitted(data)
    broken.restore(tensors, history)
    list(broken())
    assert not same(weights(broken), weights(whole))


def test_patience_ends_the_training_that_many_epochs_after_the_best(data):
    fit = fitted(data, epochs=50, patience=2, rate=0.3)
    list(fit())
    assert len(fit.history) == fit.best.number + 2 < 50
    assert fit.done
    assert fit.best.validation == min(epoch.validation for epoch in fit.history)


def test_the_average_lags_behind_the_weights(data):
    fit = fitted(data, ema=0.99)
    list(fit())
    assert not same(weights(fit), fit.network.state_dict())


def test_statistics_of_batch_norm_reach_the_average(data):
    torch.manual_seed(0)
    network = NETWORKS["pooled"](channels=1, normalise=True)
    fit = Fit(network, data, Supervised(noise_from("none")), LOSSES["bce"], epochs=1, batch=16, ema=0.9)
    list(fit())
    means = [value for name, value in fit.averaged.state_dict().items() if "running_mean" in name]
    assert all(mean.abs().sum() > 0 for mean in means)


def test_a_diverging_loss_stops_the_training(data):
    fit = fitted(data, network="unet", loss="mse", rate=1e20, epochs=9)
    with pytest.raises(
        RunError, match=r"The training diverged at epoch \d+, .*: the loss is (nan|inf)\. Try a lower"
    ):
        list(fit())


def test_images_of_several_sizes_need_crops(data):
    mixed = Images.of([np.zeros((1, 8, 8), np.uint8), np.zeros((1, 9, 8), np.uint8)])
    with pytest.raises(InputError, match=r"The images have several sizes; set train\.crop"):
        fitted(Data("mixed", mixed, mixed, mixed), network="unet", loss="mse")


def test_progress_is_told_to_the_end_of_each_epoch(data):
    told = []
    list(fitted(data, epochs=2)(lambda *step: told.append(step)))
    assert [(done, steps) for done, steps, _ in told] == [(4, 4), (4, 4)]
    assert all(math.isfinite(loss) for _, _, loss in told)


def test_validation_meets_the_same_noise_after_every_epoch(data):
    fit = fitted(data, rate=1e-12)  # weights all but stand still
    losses = [epoch.validation for epoch in fit()]
    assert losses == pytest.approx([losses[0]] * 4, abs=1e-6)


def test_a_sample_is_what_the_network_is_shown(data):
    fit = fitted(data)
    before = copy.deepcopy(weights(fit))
    sample = fit.sample()
    assert sample.shape == (4, 1, 8, 8)
    assert torch.equal(sample, fit.sample())
    assert same(before, weights(fit))
