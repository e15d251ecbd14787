"""A data set in numbers."""

import numpy as np

from grainless.data import summary
from grainless.data.images import Data, Images
from grainless.data.summary import describe


def test_values_are_looked_at_piece_by_piece(monkeypatch):
    monkeypatch.setattr(summary, "PIECE", 3)
    images = Images.of([np.array([[[5, 1], [9, 4]]], np.uint16), np.array([[[60000, 1]]], np.uint16)])
    told = describe(Data("x", images, images, images))["train"]
    assert (told["lowest"], told["highest"], told["mean"]) == (1, 60000, 60020 / 6)


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
