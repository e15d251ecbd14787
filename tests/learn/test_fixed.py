import numpy as np
import pytest
import torch

from grainless.data.images import Data, Images
from grainless.errors import InputError, RunError
from grainless.learn.batches.batches import Whole
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.batches.fixed import BLOCK, Fixed
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import METHODS, Noise2Noise, Supervised
from grainless.learn.networks import NETWORKS
from grainless.noise import noise_from

NOISE = noise_from("gaussian:sigma=0.5,clip=true")
COUNT = BLOCK + 20  # more than one block


@pytest.fixture(scope="module")
def images():
    """Each has a value of its own in its first two pixels, so that it is known again."""
    stack = np.full((COUNT, 1, 8, 6), 100, np.uint8)
    stack[:, 0, 0, 0], stack[:, 0, 0, 1] = np.arange(COUNT) // 256, np.arange(COUNT) % 256
    return Images.of(stack)


def epoch(images, number=1, *, batch=16, seed=7, method=None):
    """Number of an image -> its pair in this epoch of a training."""
    fixed = Fixed(
        Whole(images, batch=batch), images, method or Supervised(NOISE), seed=seed, device=torch.device("cpu")
    )
    order = TorchDraw.seeded(seed, number, 0)
    rows = torch.randperm(COUNT, generator=TorchDraw.seeded(seed, number, 0).generator)
    pairs = [(shown, wanted) for pair in fixed(order) for shown, wanted in zip(*pair[:2], strict=True)]
    return dict(zip(rows.tolist(), pairs, strict=True))


def same(one, other):
    return all(torch.equal(one[number][0], other[number][0]) for number in range(COUNT))


def test_two_epochs_two_trainings_and_any_batch_show_the_same_noisy_images(images):
    first = epoch(images)
    assert list(first) != list(epoch(images, 2))  # in another order
    assert same(first, epoch(images, 2))
    assert same(first, epoch(images, batch=7))
    assert not same(first, epoch(images, seed=8))


def test_pairs_are_those_of_the_method_whatever_else_is_in_the_batch(images):
    pairs = epoch(images)
    for number in (0, 255, 256, COUNT - 1):
        clean = torch.from_numpy(images.floats(number))
        assert torch.allclose(pairs[number][1], clean)
        assert 0.2 < float((pairs[number][0] - clean).std()) < 0.6
    assert not torch.equal(*(pairs[number][0] - pairs[number][1] for number in (0, 1)))


def test_halves_are_kept_as_halves(images):
    method = METHODS["neighbours"](NOISE, undo=1.0)
    fixed = Fixed(Whole(images, batch=16), images, method, seed=7, device=torch.device("cpu"))
    pair = next(fixed(TorchDraw.seeded(0)))
    assert pair.shown.shape == pair.wanted.shape == (16, 1, 4, 3)
    assert pair.aside.shape == (16, 5, 4, 3)
    assert torch.equal(pair.aside[:, 4], pair.aside[:, 4].floor())  # the lots


def test_what_a_method_asks_for_is_kept_where_it_is_not_the_clean_image(images):
    method = Noise2Noise(noise_from("gaussian:sigma=0.5"))
    one, two = epoch(images, method=method), epoch(images, 2, method=method)
    assert same(one, two)
    assert all(torch.equal(one[number][1], two[number][1]) for number in range(COUNT))
    assert not torch.equal(*one[0])


def test_without_noise_the_clean_images_are_shown(images):
    pairs = epoch(images, method=Supervised(noise_from("none")))
    assert all(torch.equal(shown, wanted) for shown, wanted in pairs.values())


def test_a_full_disk_is_told(images, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(
        RunError, match=r"fixed_noise keeps the noisy images in .*: No space left on device\.$"
    ):
        epoch(images)


def fit(images, **options):
    data = Data("plain", images, images.take([0, 1]), images.take([0]))
    return Fit(NETWORKS["unet"](channels=1), data, Supervised(NOISE), LOSSES["mse"], epochs=2, **options)


class Seen(list):
    """A loss that keeps what the network is shown."""

    def __call__(self, model, pair):
        if model.training:
            self.append(pair.shown.clone())
        return LOSSES["mse"](model, pair)


@pytest.mark.parametrize("fixed", [True, False])
def test_a_training_shows_the_same_noisy_images_each_epoch_only_if_asked_to(images, fixed):
    seen = Seen()
    data = Data("plain", images.take(range(8)), images.take([0, 1]), images.take([0]))
    network = NETWORKS["stacked"](channels=1, widths=[2])
    list(Fit(network, data, Supervised(NOISE), seen, epochs=2, batch=8, fixed_noise=fixed)())
    one, two = (set(map(bytes, batch.numpy().reshape(8, -1))) for batch in seen)
    assert (one == two) is fixed


def test_fixed_noise_is_for_whole_images(images):
    with pytest.raises(InputError, match=r"train\.fixed_noise is for whole images: crops and streams"):
        fit(images, crop=4, fixed_noise=True)
