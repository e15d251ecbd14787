import copy
import itertools
import math

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from grainless.data.images import Data, Images
from grainless.errors import InputError, RunError
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import Adversarial, Supervised
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


def fitted(
    data, network="dense", loss="bce", noise="gaussian:sigma=0.3,clip=true", method=Supervised, **options
):
    torch.manual_seed(0)
    size = {"size": (8, 8), "encoder": [], "code": 16, "decoder": []} if network == "dense" else {}
    size |= {"output": "image"} if (network, loss) == ("unet", "bce") else {}
    network = NETWORKS[network](channels=1, **size)
    options = {"epochs": 4, "batch": 16, "rate": 1e-2} | options
    return Fit(network, data, method(noise_from(noise)), LOSSES[loss], seed=5, **options)


def weights(fit):
    return {name: value.clone() for name, value in fit.averaged.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one) and one.keys() == other.keys()


def test_training_makes_the_loss_smaller(data):
    epochs = list(fitted(data, epochs=20)())
    assert [epoch.number for epoch in epochs] == list(range(1, 21))
    assert epochs[-1].loss < 0.8 * epochs[0].loss
    assert epochs[-1].validation < 0.8 * epochs[0].validation


def test_half_precision_leaves_the_images_their_bits(data):
    """Rounded to bfloat16 at the door, they would carry a noise of their own, and their light would be another."""
    fit, seen = fitted(data, "unet", "mse", precision="half", epochs=1, batch=64), []
    fit.network.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    list(fit())
    assert {shown.dtype for shown in seen} == {torch.float32}
    assert not torch.equal(seen[0], seen[0].bfloat16().float())


@pytest.mark.parametrize(
    ("network", "loss"), [("unet", "mse"), ("unet", "bce"), ("stacked", "mse"), ("stacked", "bce")]
)
def test_half_precision_is_within_the_network_and_ends_at_the_loss(data, network, loss):
    """Whether the loss asks for images or for what is before their sigmoid."""
    fit, inside = fitted(data, network, loss, precision="half", epochs=1, ema=0.5), set()
    assert "logits" not in vars(fit.network)
    for layer in fit.network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(lambda _, shown, given: inside.add(given.dtype))
    outside = []
    taught = fit._loss

    def watched(model, pair):
        outside.append(model.logits(pair.shown).dtype if loss == "bce" else model(pair.shown).dtype)
        return taught(model, pair)

    fit._loss = watched
    list(fit())
    assert inside == {torch.bfloat16}
    assert fit.hardware["arithmetic"] == "bfloat16"
    assert set(outside) == {torch.float32}
    assert {weight.dtype for weight in fit.network.parameters()} == {torch.float32}


def test_what_a_network_finds_without_descent_is_there_before_the_first_step(data, monkeypatch):
    """Once, from pairs of an epoch's number that no epoch has; a resumed training has it already."""
    fit, found = fitted(data, epochs=2, ema=0.5), []

    def prepare(pairs):
        found.extend(shown for shown, _ in pairs)
        torch.nn.init.constant_(next(fit.network.parameters()), 0.01)

    monkeypatch.setattr(fit.network, "prepare", prepare)
    epochs = fit()
    next(epochs)
    assert len(torch.cat(found)) == 64
    state = copy.deepcopy(fit.state())
    next(epochs)
    assert len(torch.cat(found)) == 64
    again = fitted(data, epochs=2, ema=0.5)
    monkeypatch.setattr(again.network, "prepare", lambda pairs: pytest.fail("prepared again"))
    again.restore(*state)
    list(again())
    assert same(weights(again), weights(fit))


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
    {"method": Adversarial, "ema": 0.9},
    {"optimizer": "muon", "rate": 1e-2, "network": "unet", "loss": "mse", "precision": "half", "ema": 0.9},
]


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A folder with weights of the small U-Net, as a run leaves them."""
    folder = tmp_path_factory.mktemp("before")
    torch.manual_seed(1)
    save_file(NETWORKS["unet"](channels=1).state_dict(), folder / "model.safetensors")
    return str(folder)


def test_what_was_trained_before_is_judged_first_and_is_the_best_until_an_epoch_is_better(data, before):
    worse = fitted(data, network="unet", loss="mse", start=before, rate=0.5, epochs=2)
    losses = {}
    for epoch in worse():
        losses[epoch.number] = epoch.validation
        if epoch.number == 0:
            kept = weights(worse)
    assert list(losses) == [0, 1, 2]
    assert same(kept, {name: kept[name] for name in kept} | load_file(f"{before}/model.safetensors"))
    assert losses[0] < min(losses[1], losses[2])
    assert (worse.best.number, worse.best.loss, worse.best.images) == (0, None, 0)
    better = fitted(data, network="unet", loss="mse", start=before, rate=1e-3, epochs=2)
    list(better())
    assert better.best.number == 2
    assert better.history[0].validation == losses[0]


def test_without_a_start_no_epoch_is_0(data):
    assert [epoch.number for epoch in fitted(data, epochs=1)()] == [1]


@pytest.mark.parametrize(
    "options", [{"ema": 0.9, "optimizer": "muon"}, {"patience": 1, "rate": 0.5}], ids=str
)
def test_a_start_resumed_after_any_epoch_equals_uninterrupted_bit_for_bit(data, before, options):
    options = {"network": "unet", "loss": "mse", "start": before} | options
    whole = fitted(data, **options)
    list(whole())
    broken = fitted(data, **options)
    while not broken.done:
        next(iter(broken()))
        tensors, history = broken.state()
        tensors = {name: value.clone() for name, value in tensors.items()}
        broken = fitted(data, **options | {"start": None})  # as a new process goes on
        broken.restore(tensors, history)
    assert same(weights(broken), weights(whole))
    assert [(e.number, e.loss, e.validation, e.best) for e in broken.history] == [
        (e.number, e.loss, e.validation, e.best) for e in whole.history
    ]


def named(options):
    """Stable in every process: a class's own text is its address."""
    return ",".join(f"{key}={getattr(value, '__name__', value)}" for key, value in options.items()) or "plain"


@pytest.mark.parametrize("options", OPTIONS, ids=named)
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


@pytest.mark.parametrize(
    ("method", "lost"),
    [(Supervised, "exp_avg"), (Adversarial, "critic.network"), (Adversarial, "critic.optimizer")],
)
def test_the_test_above_notices_what_is_lost(data, method, lost):
    whole, broken = fitted(data, method=method), fitted(data, method=method)
    list(whole())
    for _ in broken():
        break
    tensors, history = broken.state()
    assert any(lost in name for name in tensors)
    tensors = {name: 0 * value if lost in name else value for name, value in tensors.items()}
    broken = fitted(data, method=method)
    broken.restore(tensors, history)
    list(broken())
    assert not same(weights(broken), weights(whole))


def test_a_critic_without_a_share_changes_nothing_bit_for_bit(data):
    def silent(noise):
        return Adversarial(noise, share=0.0)

    plain, contested, critical = (fitted(data, method=method) for method in (Supervised, silent, Adversarial))
    for fit in (plain, contested, critical):
        list(fit())
    assert same(weights(plain), weights(contested))
    assert not same(weights(plain), weights(critical))


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


class Recording(Supervised):
    """Writes down what is shown and wanted while the network learns; validation comes with gradients off."""

    def __call__(self, scene, draw):
        pair = super().__call__(scene, draw)
        if torch.is_grad_enabled():
            self.noises.append((pair.shown - pair.wanted).clone())
            self.clean.append(pair.wanted.clone())
        return pair


def epochs_of(data, count, **options):
    """The noise and the clean images of each epoch."""
    method = Recording(noise_from("gaussian:sigma=0.3"))
    object.__setattr__(method, "noises", [])
    object.__setattr__(method, "clean", [])
    network = NETWORKS["dncnn"](channels=1, depth=2, width=2)
    fit = Fit(network, data, method, LOSSES["mse"], seed=5, epochs=count, batch=16, **options)
    list(fit())
    steps = len(method.noises) // count
    return [
        [torch.cat(each[at : at + steps]) for at in range(0, len(each), steps)]
        for each in (method.noises, method.clean)
    ]


@pytest.mark.parametrize("options", [{}, {"crop": 4, "steps": 4}], ids=["whole", "crops"])
def test_every_epoch_has_noise_and_an_order_of_its_own(data, options):
    noises, clean = epochs_of(data, 3, **options)
    for epochs in (noises, clean):
        assert len(epochs) == 3
        assert not any(torch.equal(one, other) for one, other in itertools.combinations(epochs, 2))
    flat = torch.stack([noise.flatten() for noise in noises])
    assert torch.corrcoef(flat).fill_diagonal_(0).abs().max() < 0.1


def test_the_order_is_of_the_same_images(data):
    _, clean = epochs_of(data, 2)
    first, second = ({tuple(image.flatten().tolist()) for image in epoch} for epoch in clean)
    assert first == second


@pytest.mark.parametrize(
    ("network", "size", "message"),
    [
        ("unet", (3, 8), r"multiples of 4, and these are 3 x 8; 4 x 8 would do"),
        ("stacked", (6, 5), r"takes images of 9 x 9 pixels or more, and these are 6 x 5"),
        ("dense", (9, 8), r"takes images of 8 x 8 pixels, and these are 9 x 8"),
    ],
)
def test_a_validation_image_that_the_network_cannot_take_is_told_before_the_first_step(
    data, network, size, message
):
    good, bad = np.zeros((1, 12, 12), np.uint8), np.zeros((1, *size), np.uint8)
    held = Images.of([good, bad] if network != "dense" else [bad], names=["good.png", "bad.png"][-2:])
    name = "bad.png" if network != "dense" else "good.png"
    options = {"unet": {"widths": (2, 2, 2)}, "stacked": {"widths": (4,) * 4}, "dense": {"size": (8, 8)}}
    network = NETWORKS[network](channels=1, **options[network])
    images = Data("squares", squares(4, side=8 if network.size else 12), held, held)
    with pytest.raises(
        InputError, match=rf"^The validation image {name} does not fit the network\. .*{message}"
    ):
        Fit(network, images, Supervised(noise_from("none")), LOSSES["mse"])


def test_training_images_that_the_network_cannot_take_are_told_before_the_first_step(data):
    odd = squares(4, side=9)
    with pytest.raises(InputError, match=r"multiples of 4, and these are 9 x 9; 8 x 8 would do"):
        fitted(Data("odd", odd, odd, odd), network="unet", loss="mse")


@pytest.mark.parametrize(
    ("side", "options", "is_told"),
    [(128, {}, True), (128, {"crop": 64, "steps": 1}, False), (64, {}, False), (128, {"batch": 1}, False)],
)
def test_whole_photographs_that_make_hardly_any_steps_are_told_of(side, options, is_told):
    images = squares(12, side=side)
    few = squares(1, side=16)
    fit = fitted(Data("photographs", images, few, few), network="unet", loss="mse", **options)
    told = [
        "The images are learned from whole, 128 x 128, so that an epoch has 1 step: with train.crop = 64 and "
        "train.steps = 100 it learns faster."
    ]
    assert fit.remarks == (told if is_told else [])
