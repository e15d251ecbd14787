"""The photographs inside scikit-image: all there, none fetched."""

import pytest

from grainless.data.find import DataRoots
from grainless.data.sets import photos
from grainless.data.sets.photos import Photos
from grainless.errors import RunError


def test_grey_adds_the_grey_ones():
    grey, colour = (Photos(grey=choice).read(DataRoots()) for choice in (True, False))
    assert [len(part) for part in grey.parts.values()] == [9, 2, 2]
    assert [len(part) for part in colour.parts.values()] == [5, 1, 1]
    assert colour.test.names == ("chelsea.png",)


def test_a_build_without_them_says_so(monkeypatch):
    monkeypatch.setitem(photos.COLOUR, "test", ("lena.png",))
    with pytest.raises(
        RunError, match=r"scikit-image lies in .* without its photographs lena\.png; install it from PyPI"
    ):
        Photos().read(DataRoots())
