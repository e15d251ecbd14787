import numpy as np
import pytest

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.errors import InputError
from grainless.evaluation.classify import Accuracy, classify
from grainless.noise import noise_from


@pytest.fixture(scope="module")
def digits():
    return DATA["digits"]().read(DataRoots())


def test_noise_costs_accuracy_and_taking_it_away_gives_it_back(digits):
    truth = digits.test.stack().astype(np.float32) / 255
    rows = classify(
        {"oracle": lambda noisy, sigma: truth, "black": lambda noisy, sigma: 0 * noisy},
        digits,
        noise_from("gaussian:sigma=0.5,clip=true"),
    )
    share = {row.images: row.share for row in rows}
    assert list(share) == ["clean", "noisy", "oracle", "black"]
    assert share["clean"] > 0.97
    assert share["noisy"] < share["clean"] - 0.1
    assert share["oracle"] == share["clean"]
    assert share["black"] < 0.2


def test_the_interval_is_wilsons(digits):
    row = Accuracy.of("clean", np.array([True] * 8 + [False] * 2))
    # Wilson's interval of 8 in 10: Newcombe, Statistics in Medicine 17, 1998, method 3
    assert row.plain() == pytest.approx(
        {"images": "clean", "accuracy": 0.8, "low": 0.4902, "high": 0.9433}, abs=1e-4
    )


def test_images_without_classes_cannot_be_classified():
    images = Images.of(np.zeros((4, 1, 8, 8), np.uint8))
    with pytest.raises(InputError, match="scans has no labels, so there is nothing to classify"):
        classify({}, Data("scans", images, images, images), noise_from("none"))


def test_one_class_cannot_be_classified():
    images = Images.of(np.zeros((4, 1, 8, 8), np.uint8), np.ones(4, np.int64))
    with pytest.raises(InputError, match=r"The training images are all of one class"):
        classify({}, Data("scans", images, images, images), noise_from("none"))
