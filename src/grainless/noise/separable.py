"""Linear filters that work on rows and columns apart, as matrices: the same for numpy and torch, one an image.

A filter of a side of s pixels is an (s, s) matrix, or (n, 1, s, s) with one for each image. Beyond the border
the image is thought of as mirrored.
"""

from array_api_compat import array_namespace, device

from grainless.noise.draw import Array


def apply(rows: Array, image: Array, columns: Array) -> Array:
    """Filter the rows' positions by one matrix and the columns' by another: (n, c, h, w)."""
    xp = array_namespace(image)
    return xp.matmul(xp.matmul(rows, image), xp.matrix_transpose(columns))


def blurred(image: Array, sigma: Array) -> Array:
    """A Gaussian blur of (n, c, h, w), another sigma for each image, (n, 1, 1, 1) pixels; 0 leaves it as it is."""
    height, width = image.shape[-2:]
    return apply(_gaussian(image, sigma, height), image, _gaussian(image, sigma, width))


def resampled(image: Array, factor: Array) -> Array:
    """(n, c, h, w) as if made larger or smaller, at the same number of pixels: what is missing is mirrored.

    Args:
        image: the images.
        factor: (n, 1, 1, 1), of the sides: 1/2 halves them. Smaller images are averaged over, larger ones are
            interpolated between neighbours: a triangle as wide as the coarser of the two grids.
    """
    height, width = image.shape[-2:]
    return apply(_triangle(image, factor, height), image, _triangle(image, factor, width))


def _gaussian(image: Array, sigma: Array, side: int) -> Array:
    xp = array_namespace(image)
    apart = _apart(image, side)
    weights = xp.exp(-(apart**2) / (2 * xp.clip(sigma, 1e-3, None) ** 2))
    return weights / xp.sum(weights, axis=-1, keepdims=True)


def _triangle(image: Array, factor: Array, side: int) -> Array:
    xp = array_namespace(image)
    line = _line(image, side)
    place = (line[:, None] + 0.5) / factor - 0.5  # of each new pixel on the old grid
    lap = 2.0 * side
    place = xp.remainder(place, lap)
    place = xp.where(place > side - 0.5, lap - 1 - place, place)
    wide = xp.clip(1 / factor, 1.0, None)
    weights = sum(  # the old pixels, and their mirror images beyond both borders
        xp.clip(1 - xp.abs(place - mirror) / wide, 0.0, None)
        for mirror in (line, -1 - line, 2 * side - 1 - line)
    )
    return weights / xp.sum(weights, axis=-1, keepdims=True)


def neighbours(image: Array, side: int, distance: int) -> Array:
    """The matrix that sums the two pixels at a distance, mirrored about the border's pixel: parity is kept."""
    xp = array_namespace(image)
    line = _line(image, side)
    index = line[:, None]
    low, high = xp.abs(index - distance), index + distance
    high = xp.where(high > side - 1, 2 * (side - 1) - high, high)
    return xp.astype(low == line, image.dtype) + xp.astype(high == line, image.dtype)


def _apart(image: Array, side: int) -> Array:
    line = _line(image, side)
    return line[:, None] - line


def _line(image: Array, side: int) -> Array:
    return array_namespace(image).arange(side, dtype=image.dtype, device=device(image))
