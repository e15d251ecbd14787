import numpy as np
import pytest
import torch

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.classifier.judged import Judged
from grainless.learn.classifier.lessons import LESSONS, Given
from grainless.learn.classifier.taught import taught
from grainless.learn.classifier.teach import floats, in_parts, new_classifier, teach
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import Supervised
from grainless.learn.networks import NETWORKS
from grainless.noise import noise_from


@pytest.fixture
def images():
    """Bars that lie, and bars that stand."""
    pixels = np.zeros((64, 1, 8, 8), np.uint8)
    for number, image in enumerate(pixels):
        place = number // 2 % 8
        image[0, place if number % 2 else slice(None), slice(None) if number % 2 else place] = 255
    return Images.of(pixels, np.arange(64, dtype=np.int64) % 2)


@pytest.fixture
def given():
    torch.manual_seed(0)
    network = NETWORKS["dense"](channels=1, size=(8, 8), encoder=(), code=16, decoder=()).eval()
    return Given(Supervised(noise_from("gaussian:sigma=0.1")), network, LOSSES["bce"])


def weights(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one) and one.keys() == other.keys()


def test_a_lesson_shows_what_it_says(images, given):
    clean, draw = floats(images), TorchDraw.seeded(0)
    assert torch.equal(LESSONS["clean"](given)(clean, draw).images, clean)
    noisy = LESSONS["noisy"](given)(clean, draw).images
    assert (noisy - clean).std().item() == pytest.approx(0.1, rel=0.05)
    for lesson in ("denoised", "jointly"):
        shown = LESSONS[lesson](given)(clean, TorchDraw.seeded(1)).images
        noisy = LESSONS["noisy"](given)(clean, TorchDraw.seeded(1)).images
        assert torch.equal(shown, given.denoiser(noisy))


@pytest.mark.parametrize(("lesson", "moves"), [(name, name == "jointly") for name in LESSONS])
def test_the_denoiser_learns_along_where_both_learn_and_nowhere_else(images, given, lesson, moves):
    before = weights(given.denoiser)
    teach(new_classifier(images, 0), LESSONS[lesson](given), images, epochs=1, seed=0)
    assert same(before, weights(given.denoiser)) != moves
    assert not given.denoiser.training


def test_what_is_taught_is_learned_and_the_same_each_time(images, given):
    accuracies, found = [], []
    for epochs in (0, 30, 30):
        classifier = new_classifier(images, 3)
        teach(classifier, LESSONS["clean"](given), images, epochs=epochs, seed=3)
        judged = Judged(floats(images).numpy(), floats(images).numpy(), images.labels)
        accuracies.append(judged.accuracy(classifier, judged.clean))
        found.append(weights(classifier))
    assert accuracies[0] < accuracies[1] == accuracies[2] == 1
    assert same(found[1], found[2])


def test_parts_are_as_good_as_the_whole(images):
    classifier = new_classifier(images, 0)
    many = floats(images).repeat(17, 1, 1, 1)  # 1,088: more than one part
    with torch.no_grad():
        assert torch.allclose(in_parts(classifier, many), classifier(many), atol=1e-6)


def test_a_taught_one_comes_back_from_its_file(finished, tmp_path, monkeypatch):
    from trainings import tiny

    train = tiny().data(None).train.take(range(64))
    path = tmp_path / "classifiers" / "jointly.safetensors"
    first = taught(finished, train, "jointly", path, epochs=1, seed=0)
    monkeypatch.delitem(LESSONS, "jointly")  # it is not asked for again
    again = taught(finished, train, "jointly", path, epochs=1, seed=0)
    for part in ("classifier", "denoiser"):
        assert same(weights(getattr(first, part)), weights(getattr(again, part)))
    assert not same(weights(first.denoiser), finished.weights())


@pytest.mark.parametrize(
    ("shape", "labels", "message"),
    [
        ((4, 1, 8, 8), None, "The images have no labels, so there is nothing to classify"),
        ((4, 1, 8, 8), [5, 5, 5, 5], "all of one class, so there is nothing to classify"),
        ((4, 1, 8, 3), [0, 1, 0, 1], "of one size, of 4 x 4 pixels or more, and these are not"),
    ],
)
def test_images_that_cannot_be_classified_are_told(shape, labels, message):
    labels = None if labels is None else np.array(labels)
    with pytest.raises(InputError, match=message):
        new_classifier(Images.of(np.zeros(shape, np.uint8), labels), 0)


def test_what_is_judged_needs_labels():
    from trainings import tiny

    with pytest.raises(InputError, match="The images have no labels"):
        Judged.of(Images.of(np.zeros((2, 1, 8, 8), np.uint8)), tiny())
