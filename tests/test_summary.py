"""A data set in numbers."""

import numpy as np

from grainless.judge.data.images import Data, Images
from grainless.judge.data.summary import describe


def test_numbers_by_hand():
    small, large = np.full((1, 2, 3), 10, np.uint8), np.full((1, 4, 1), 20, np.uint8)
    images = Images.of([small, large], np.array([5, 5]))
    assert describe(Data("x", images, images, Images.of([small]), found="here")) == {
        "name": "x",
        "found": "here",
        "train": (
            both := {
                "images": 2,
                "heights": [2, 4],
                "widths": [1, 3],
                "channels": 1,
                "white": 255,
                "lowest": 10,
                "highest": 20,
                "mean": 14.0,
                "classes": 1,
            }
        ),
        "validation": both,
        "test": {
            "images": 1,
            "heights": [2, 2],
            "widths": [3, 3],
            "channels": 1,
            "white": 255,
            "lowest": 10,
            "highest": 10,
            "mean": 10.0,
        },
    }
