import pytest

from grainless.inspection.estimators.removed import Removed
from grainless.inspection.words import in_words


def removed(luma=(0, 0, 0), chroma=(0, 0, 0), coarseness=0.6):
    full = [tuple(None if each is None else each / 255 for each in zones) for zones in (luma, chroma)]
    return Removed(*full, 0.0, 0.0, (coarseness, coarseness), False)


@pytest.mark.parametrize(
    ("found", "blocky", "words"),
    [
        (removed(luma=(5, 5, 5)), False, "soft grain, medium"),
        (removed(luma=(5, 5, 5), coarseness=0.4), False, "fine grain, medium"),
        (removed(luma=(5, 5, 5), coarseness=0.9), False, "coarse grain, medium"),
        (removed(chroma=(12, 2, 2)), False, "colour noise in the shadows, strong"),
        (removed(luma=(2, 2, 3.5)), False, "soft grain in the lights, light"),
        (
            removed(luma=(None, 9, None), chroma=(2, None, 2)),
            True,
            "soft grain, strong; colour noise, light; blocks of JPEG",
        ),
        (removed(luma=(1, 1, 1)), False, "slight"),
        (removed(luma=(None, None, None)), True, "blocks of JPEG"),
        (None, False, "slight"),
    ],
)
def test_words(found, blocky, words):
    assert in_words(found, blocky) == words


@pytest.mark.parametrize(
    ("blocky", "quality", "words"),
    [
        (False, 70, "soft grain, medium; JPEG of quality about 70"),
        (True, 92, "soft grain, medium; JPEG of quality about 92"),
        (False, 92, "soft grain, medium"),
        (True, None, "soft grain, medium; blocks of JPEG"),
    ],
)
def test_the_quality_of_a_jpeg_is_told_where_it_shows(blocky, quality, words):
    assert in_words(removed(luma=(5, 5, 5)), blocky, quality) == words
