import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from grainless.evaluation.reports.decimals import decimals

sizes = some.floats(1e-4, 9e3)


@given(some.lists(sizes, min_size=1))
def test_the_largest_shows_four_digits(values):
    shown = f"{max(values):.{decimals(values)}f}"
    assert len(shown.replace(".", "").lstrip("0")) in {4, 5}  # 9.9999 is shown as 10.000


@given(some.lists(sizes), some.sampled_from([math.inf, -math.inf, math.nan, 0.0]))
def test_infinity_and_zero_change_nothing(values, other):
    assert decimals([*values, other]) == decimals(values)


@pytest.mark.parametrize(
    ("values", "places"), [([], 0), ([0.0], 0), ([1e-30], 8), ([1e30], 0), ([-25.0, 3], 2)]
)
def test_the_ends(values, places):
    assert decimals(values) == places
