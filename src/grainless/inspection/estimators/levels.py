"""How strong the noise of an image is, from its flattest patches, for each brightness.

A patch of a photograph lies near a small subspace; white noise fills all directions alike. So the directions in
which patches vary least tell the noise. Patches with more texture than noise alone would give are left out, and the
rest are looked at again, until both agree.

Source: Liu, Tanaka, Okutomi, "Single-image noise level estimation for blind denoising", IEEE TIP 22(12), 2013.
Unlike there, patches are of 6 x 6 pixels and overlap by a stride, each brightness has a threshold of its own, three
directions count instead of one, and clipping at black and white is undone as by Foi, "Clipped noisy images:
heteroskedastic modeling and practical denoising", Signal Processing 89(12), 2009. What comes out is measured by
benchmarks/inspection/sigma.py.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 6
"""Of a patch, in pixels."""

PATCHES = 50_000
"""More than this many bring nothing; larger images are looked at with a wider stride."""

FEWEST = 1000
"""Patches of an image. Of fewer, the quietest directions are quiet by chance: at 32 x 32 pixels, sigma is 30 % low."""

LEAST = 3 * SIDE**2
"""Fewer flat patches do not tell all their directions."""

BINS = 8
QUIETEST = 3  # of the 36 directions
BLOCK = 192
"""Patches multiplied at once: OpenBLAS wakes its threads from 262,144 multiplications on, and on busy cores they wait
for each other, spinning, thirty times as long as one of them needs."""

ROUNDS = 5
KEPT = 0.5  # of the variance: patches that clipping left less of are left out
TEXTURED = 4.0
"""Times the texture of noise. Four photographs of BSD432 had under 3 with noise of 2/255; three, over 10 without."""

DEVIATES = 3.5  # of the Gaussian that Wilson and Hilferty make of a gamma distribution

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Levels:
    """The noise of a channel by brightness; arrays have an entry for each bin of brightness that has patches.

    Args:
        brightness: mean of the patches, in full scales.
        variance: of the noise before clipping, in squares of full scales.
        count: flat patches in the bin.
    """

    brightness: NDArray[np.float64]
    variance: NDArray[np.float64]
    count: NDArray[np.int64]

    @property
    def sigma(self) -> float:
        """Standard deviation of the noise in all flat patches together, in full scales."""
        return math.sqrt(np.average(self.variance, weights=self.count))


@dataclass(frozen=True, eq=False)
class Patches:
    """Patches of a channel.

    Args:
        pixels: (n, SIDE²).
        texture: (n,) sum of squared central differences.
        mean: (n,) brightness.
        bins: (n,) which bin of brightness each belongs to.
        black: dark noise was cut at 0.
        white: bright noise was cut at 1.
    """

    pixels: Floats
    texture: Floats
    mean: Floats
    bins: NDArray[np.int64]
    black: bool
    white: bool

    def sums(self, values: NDArray, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(BINS,) sums of one value for each chosen patch."""
        sums: NDArray[np.float64] = np.bincount(self.bins[chosen], values, minlength=BINS).astype(np.float64)
        return sums


def levels(tiles: Floats) -> Levels | None:
    """The noise of a channel for each brightness.

    Args:
        tiles: (n, h, w) parts of the channel, 0 black, 1 full scale.

    Returns:
        None: there are too few patches to tell.
    """
    patches = _patches(tiles)
    if patches is None:
        return None
    chosen = np.ones(len(patches.mean), dtype=bool)
    kept = np.ones(len(patches.mean))
    threshold = _threshold()
    for _ in range(ROUNDS):
        variance = _variances(patches, chosen, kept)
        left = _kept(patches, np.sqrt(variance))
        flat = (patches.texture <= threshold * variance[patches.bins]) & (left > KEPT)
        if flat.sum() < LEAST:
            break
        chosen, kept = flat, left
    if _excess(patches, chosen, variance, kept) > TEXTURED:
        variance = np.zeros(BINS)  # no patch is flat: what varies least there is the scene's own detail
    count = np.bincount(patches.bins[chosen], minlength=BINS)
    some = count > 0
    brightness = patches.sums(patches.mean[chosen], chosen)[some] / count[some]
    return Levels(brightness, variance[some], count[some])


def _patches(tiles: Floats) -> Patches | None:
    """Patches on a grid that gives about PATCHES of them."""
    if min(tiles.shape[1:]) < SIDE or not tiles.size:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(tiles, (SIDE, SIDE), axis=(1, 2))
    step = math.ceil(math.sqrt(windows.shape[0] * windows.shape[1] * windows.shape[2] / PATCHES))
    squares = windows[:, ::step, ::step].reshape(-1, SIDE, SIDE)
    if len(squares) < FEWEST:
        return None
    across, down = squares[:, :, 2:] - squares[:, :, :-2], squares[:, 2:] - squares[:, :-2]
    texture = (across**2).sum(axis=(1, 2)) + (down**2).sum(axis=(1, 2))
    mean = squares.mean(axis=(1, 2))
    edges = np.quantile(mean, np.linspace(0, 1, BINS + 1)[1:-1])
    pixels = squares.reshape(len(squares), -1)
    black, white = bool(tiles.min() >= 0), bool(tiles.max() <= 1)
    return Patches(pixels, texture, mean, np.searchsorted(edges, mean), black, white)


def _variances(patches: Patches, chosen: NDArray[np.bool_], kept: NDArray) -> NDArray[np.float64]:
    """(BINS,) variance along the quietest directions of all chosen patches, clipping undone; 0 where none is."""
    pixels = patches.pixels[chosen]
    blocks = _blocks(pixels - pixels.mean(axis=0))
    scatter = (blocks.transpose(0, 2, 1) @ blocks).sum(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(scatter)
    along = (blocks @ directions[:, :QUIETEST].astype(np.float32)).reshape(-1, QUIETEST)[: len(pixels)]
    energy = (along**2).mean(axis=1)
    weight = patches.sums(kept[chosen], chosen)
    variance: NDArray[np.float64] = patches.sums(energy, chosen) / np.maximum(weight, 1e-9)
    return variance


def _blocks(pixels: Floats) -> Floats:
    """(n, BLOCK, SIDE²) the same patches, BLOCK by BLOCK; zeros, which add nothing, fill the last one."""
    missing = -len(pixels) % BLOCK
    return np.pad(pixels, ((0, missing), (0, 0))).reshape(-1, BLOCK, pixels.shape[1])


def _excess(patches: Patches, chosen: NDArray[np.bool_], variance: NDArray, kept: NDArray) -> float:
    """Mean texture of the chosen patches over that of white noise of this variance; near 1 if all is noise."""
    expected = _form().trace() * variance[patches.bins[chosen]] * kept[chosen]
    return float(np.mean(patches.texture[chosen] / np.maximum(expected, 1e-12)))


def _threshold() -> float:
    """The texture that white noise of variance 1 hardly ever exceeds.

    Texture is a quadratic form of Gaussians: nearly a gamma distribution of the same two moments, whose cube root
    is nearly Gaussian (Wilson, Hilferty, PNAS 17(12), 1931).
    """
    form = _form()
    mean, shape = np.trace(form), np.trace(form) ** 2 / (2 * np.trace(form @ form))
    return float(mean * (1 - 1 / (9 * shape) + DEVIATES / (3 * math.sqrt(shape))) ** 3)


def _form() -> NDArray[np.float64]:
    """(SIDE², SIDE²) the matrix F of texture = patch F patch."""
    differences = np.eye(SIDE, k=2)[: SIDE - 2] - np.eye(SIDE)[: SIDE - 2]
    square = differences.T @ differences
    return np.kron(np.eye(SIDE), square) + np.kron(square, np.eye(SIDE))


def _kept(patches: Patches, sigma: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) how much of the noise's variance clipping left in each patch."""
    own = np.maximum(sigma, 1e-6)[patches.bins]
    kept = np.ones(len(own))
    if patches.black:
        kept *= np.interp(patches.mean / own, CLIPPED_MEAN, CLIPPED_VARIANCE)
    if patches.white:
        kept *= np.interp((1 - patches.mean) / own, CLIPPED_MEAN, CLIPPED_VARIANCE)
    return kept


def _clipped_moments() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of max(0, t + n), n ~ N(0, 1), for many t: monotone, so that one gives the other.

    mean = t Φ(t) + φ(t)        variance = (t² + 1) Φ(t) + t φ(t) - mean²
    """
    t = np.linspace(-6, 6, 601)
    below = np.array([math.erfc(-each / math.sqrt(2)) / 2 for each in t])
    density = np.exp(-(t**2) / 2) / math.sqrt(2 * math.pi)
    mean = t * below + density
    return mean, (t**2 + 1) * below + t * density - mean**2


CLIPPED_MEAN, CLIPPED_VARIANCE = _clipped_moments()
