"""How a number is shown: with how many decimals, and a mean with half its interval."""

import math
from collections.abc import Iterable

PAIRED = "To best: the mean of paired differences, image by image, to the denoiser with the best mean."
"""What a table says of such a column."""


def decimals(values: Iterable[float]) -> int:
    """So many that the largest value shows four digits; at most 8. What is not finite does not count.

    >>> decimals([25.31, 8.6]), decimals([0.00214, 0.0001]), decimals([12345.6])
    (2, 6, 0)
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return min(8, max(0, 3 - math.floor(math.log10(largest)))) if largest else 0


def with_half(mean: float, interval: tuple[float, float] | None, places: int, *, sign: str = "-") -> str:
    """A mean and half of its interval, the one way that tables say it.

    Args:
        mean: what is shown.
        interval: its ends; None: there is none, and nothing is said of it.
        places: decimals of both.
        sign: "+" also shows that of a positive mean: for differences.

    >>> with_half(25.314, (25.2, 25.44), 2), with_half(0.5, None, 1), with_half(0.25, (0.2, 0.3), 2, sign="+")
    ('25.31 ± 0.12', '0.5', '+0.25 ± 0.05')
    """
    half = "" if interval is None else f" ± {(interval[1] - interval[0]) / 2:.{places}f}"
    return f"{mean:{sign}.{places}f}{half}"
