"""How images look, beside how near they are to the truth: what is near in the mean may look smoothed.

Both compare sets of images, not pairs. Source: Blau, Michaeli, "The perception-distortion tradeoff", CVPR 2018,
arXiv:1711.06077: no denoiser is best at both.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import laplace

Array = NDArray[np.floating]


def sharpness(images: Array, clean: Array) -> float:
    """How much fine detail images have, as a share of what clean ones have: 1 is as sharp; below is smoothed.

        sharpness = sum of (Laplacian of images)² / sum of (Laplacian of clean)²

    What noise is left counts as detail, too, so that noisy images lie far above 1.

    Args:
        images: (n, c, h, w).
        clean: (n, c, h, w).

    Raises:
        ValueError: the clean images are flat: they have no detail to compare with.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 2000: the
    Laplacian's variance as a measure of focus. Its mean is near 0, so the square is taken.

    >>> checks = np.indices((8, 8)).sum(axis=0)[None, None] % 2.0
    >>> round(sharpness(checks / 2, checks), 3)
    0.25
    """
    energies = [float((_laplacian(each) ** 2).sum()) for each in (images, clean)]
    if energies[1] == 0:
        raise ValueError("flat images have no detail to compare with")
    return energies[0] / energies[1]


def _laplacian(images: Array) -> Array:
    """Of each plane by itself; the border is mirrored."""
    planes = np.asarray(images, dtype=np.float64)
    found: Array = laplace(planes, axes=(2, 3))
    return found


def frechet(first: Array, second: Array) -> float:
    """Distance between two sets of features, each taken for a Gaussian; 0 is the same mean and covariance.

        d² = |m1 - m2|² + trace(S1 + S2 - 2 (S1 S2)^(1/2))

    Args:
        first: (n, features).
        second: (m, features).

    Source: Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", NeurIPS
    2017, arXiv:1706.08500, who take the features of a network trained on ImageNet. With features of another network,
    distances are of another size: compare those of one table alone.

    >>> ends = np.array([[0.0], [2.0]])
    >>> float(round(frechet(ends, ends + 3), 9))
    9.0
    """
    means = [each.mean(axis=0) for each in (first, second)]
    spreads = [np.atleast_2d(np.cov(each, rowvar=False)) for each in (first, second)]
    # The product of two covariances has no negative eigenvalue but by rounding.
    roots = np.sqrt(np.linalg.eigvals(spreads[0] @ spreads[1]).real.clip(0))
    moved = float(((means[0] - means[1]) ** 2).sum())
    return moved + float(np.trace(spreads[0]) + np.trace(spreads[1]) - 2 * roots.sum())
