"""Principal components of images: the best linear code of a given length."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.data.images import Images
from grainless.errors import InputError

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Pca:
    """k numbers that tell most of an image, and the image that they tell.

        code = (x - mean) P        image = mean + code P^T        P: the k directions of most variance

    No other linear code of k numbers comes nearer to the images it was fitted to. With k = all it is the identity.

    Args:
        mean: (pixels,) of the images it was fitted to.
        directions: (k, pixels), orthonormal rows.

    Source: Pearson, "On lines and planes of closest fit to systems of points in space", Philosophical Magazine
    2, 1901. That an autoencoder without bends finds the same plane: Baldi, Hornik, "Neural networks and principal
    component analysis", Neural Networks 2, 1989.
    """

    mean: Array
    directions: Array

    @classmethod
    def fit(cls, images: Images, k: int) -> Self:
        """To all pixels of images of one size, by scikit-learn.

        Raises:
            InputError: k is less than 1, or more than there are images or pixels.
        """
        from sklearn.decomposition import PCA

        rows = images.stack().reshape(len(images), -1).astype(np.float32) / np.float32(images.white)
        if not 1 <= k <= min(rows.shape):
            raise InputError(
                f"PCA of {k} numbers: {rows.shape[0]:,} images of {rows.shape[1]:,} pixels have at least 1 and at "
                f"most {min(rows.shape):,}."
            )
        fitted = PCA(k, random_state=0).fit(rows)
        return cls(fitted.mean_, fitted.components_)

    def encode(self, images: Array) -> Array:
        """(n, c, h, w) -> (n, k)."""
        codes: Array = (images.reshape(len(images), -1) - self.mean) @ self.directions.T
        return codes

    def __call__(self, images: Array) -> Array:
        """The images as their codes tell them, (n, c, h, w)."""
        told: Array = (self.encode(images) @ self.directions + self.mean).reshape(images.shape)
        return told
