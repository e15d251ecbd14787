import numpy as np
import pytest

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation.pca import Pca


@pytest.fixture
def images():
    return Images.of(np.random.default_rng(0).integers(0, 256, (40, 1, 3, 4), dtype=np.uint8))


def floats(images):
    return images.stack().astype(np.float32) / 255


def test_with_all_numbers_it_is_the_identity(images):
    assert Pca.fit(images, 12)(floats(images)) == pytest.approx(floats(images), abs=1e-5)


def test_more_numbers_leave_less_error(images):
    clean = floats(images)
    errors = [float(((Pca.fit(images, k)(clean) - clean) ** 2).mean()) for k in range(1, 13)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 10 * errors[-1]


def test_its_directions_are_orthonormal_and_its_code_has_k_numbers(images):
    pca = Pca.fit(images, 5)
    assert pca.directions @ pca.directions.T == pytest.approx(np.eye(5), abs=1e-5)
    assert pca.encode(floats(images)).shape == (40, 5)


def test_no_other_linear_code_comes_nearer(images):
    clean = floats(images)
    error = ((Pca.fit(images, 3)(clean) - clean) ** 2).mean()
    chance = np.random.default_rng(1)
    for _ in range(20):
        directions = np.linalg.qr(chance.normal(size=(12, 3)))[0].T
        other = Pca(clean.reshape(40, -1).mean(axis=0), directions)
        assert ((other(clean) - clean) ** 2).mean() > error


@pytest.mark.parametrize("k", [0, 13])
def test_lengths_that_cannot_be_are_told(images, k):
    with pytest.raises(InputError, match=rf"PCA of {k} numbers: 40 images of 12 pixels have .* at most 12\."):
        Pca.fit(images, k)
