"""How many decimals a column of numbers is shown with."""

import math
from collections.abc import Iterable


def decimals(values: Iterable[float]) -> int:
    """So many that the largest value shows four digits; at most 8. What is not finite does not count.

    >>> decimals([25.31, 8.6]), decimals([0.00214, 0.0001]), decimals([12345.6])
    (2, 6, 0)
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return min(8, max(0, 3 - math.floor(math.log10(largest)))) if largest else 0
