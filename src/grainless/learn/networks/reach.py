"""How far a network looks, from its layers alone.

Each layer is a step from the span of pixels (first, last) that are known to matter in its output to the span
that matters in its input, along one side of the image.
"""

from collections.abc import Callable, Sequence

Span = tuple[int, int]
Step = Callable[[Span], Span]


def near(pixels: int) -> Step:
    """Convolutions that together look this far: 1 for one of 3 x 3."""
    return lambda span: (span[0] - pixels, span[1] + pixels)


def shrink(factor: int) -> Step:
    """Pooling, unshuffling, or a strided convolution whose windows do not overlap."""
    return lambda span: (span[0] * factor, span[1] * factor + factor - 1)


def grow(factor: int) -> Step:
    """Repeating, shuffling, or a strided transposed convolution whose windows do not overlap."""
    return lambda span: (span[0] // factor, span[1] // factor)


def reach(steps: Sequence[Step], multiple: int) -> int:
    """The furthest that any output pixel looks.

    Args:
        steps: from the input to the output.
        multiple: after so many pixels the network looks the same way again.

    >>> reach([near(1), near(1)], multiple=1)
    2
    >>> reach([near(1), shrink(2), grow(2), near(1)], multiple=2)
    3
    """
    return max(_distance(pixel, steps) for pixel in range(multiple))


def _distance(pixel: int, steps: Sequence[Step]) -> int:
    span = (pixel, pixel)
    for step in reversed(steps):
        span = step(span)
    return max(pixel - span[0], span[1] - pixel)
