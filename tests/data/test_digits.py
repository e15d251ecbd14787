"""scikit-learn's digits as bytes."""

import numpy as np

from grainless.data.find import DataRoots
from grainless.data.sets.labelled.digits import Digits


def test_levels_are_spread_over_the_bytes():
    data = Digits().read(DataRoots())
    assert sum(map(len, data.parts.values())) == 1797
    assert set(np.unique(data.train.buffer)) == {round(255 * level / 16) for level in range(17)}
    assert set(data.train.labels) == set(range(10))
