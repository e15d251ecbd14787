"""Learning rates over a training: the share of the highest rate at a point of the way, 0 = start, 1 = end.

They are functions of the point alone, so that a resumed training needs no schedule's state.
"""

from collections.abc import Callable
from math import cos, pi

WARM = 0.3
SHORT = 0.02
START = 1 / 25
END = 1e-4


def constant(point: float) -> float:
    """The same rate throughout."""
    return 1.0


def cosine(point: float) -> float:
    """Half a cosine from the full rate to none.

    Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
    arXiv:1608.03983, without restarts.

    >>> [round(cosine(point), 3) for point in (0, 0.5, 1)]
    [1.0, 0.5, 0.0]
    """
    return _glide(1.0, 0.0, point)


def one_cycle(point: float) -> float:
    """From 1/25 up to the full rate over the first 30 % of the way, then down to a ten-thousandth of the start.

    Source: Smith, Topin, "Super-convergence: very fast training of neural networks using large learning
    rates", 2018, arXiv:1708.07120, with PyTorch's defaults (cosine glides, two phases); the momentum stays.

    >>> [round(one_cycle(point), 3) for point in (0, 0.3, 1)]
    [0.04, 1.0, 0.0]
    """
    if point < WARM:
        return _glide(START, 1.0, point / WARM)
    return _glide(1.0, START * END, (point - WARM) / (1 - WARM))


def linear(point: float) -> float:
    """Up to the full rate over the first 2 % of the way, then straight down to none.

    Source: Defazio, Cutkosky, Mehta, Mishchenko, "Optimal linear decay learning rate schedules and further
    refinements", 2023, arXiv:2310.07831.

    >>> [round(linear(point), 3) for point in (0, 0.01, 0.02, 0.51, 1)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    return min(point / SHORT, (1 - point) / (1 - SHORT))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "cosine": cosine,
    "one-cycle": one_cycle,
    "linear": linear,
}


def _glide(start: float, end: float, point: float) -> float:
    return end + (start - end) * (1 + cos(pi * point)) / 2
