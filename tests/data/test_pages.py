"""Pages set in code: ink on white, typefaces that write, and pairs dealt by their numbers."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from grainless.data.find import DataRoots
from grainless.data.sets.pages import Pages
from grainless.data.sets.typeset import PARTS, font_files, page, sentence
from grainless.errors import InputError


@pytest.fixture(scope="module")
def fonts():
    import matplotlib

    return [path for path in font_files(Path(matplotlib.get_data_path())) if "DejaVuSans" in path.name]


@pytest.fixture
def scans(tmp_path):
    """Six pairs of 20 x 16 pixels; the clean page of number n is n everywhere, its scan 100 + n."""
    for folder, offset in (("train", 100), ("train_cleaned", 0)):
        (tmp_path / "scans" / folder).mkdir(parents=True)
        for number in range(1, 7):
            image = PIL.Image.new("L", (20, 16), offset + number)
            image.save(tmp_path / "scans" / folder / f"{number}.png")
    return DataRoots(tmp_path)


def chance(seed=0):
    return np.random.default_rng(seed)


def test_a_page_is_mostly_white_with_ink_that_has_soft_edges(fonts):
    pages = [page(fonts, chance(seed), height=120, width=100) for seed in range(12)]
    assert all(each.shape == (1, 120, 100) and each.dtype == np.uint8 for each in pages)
    levels = np.concatenate([each.ravel() for each in pages])
    assert 0.5 < (levels == 255).mean() < 0.98
    assert (levels < 64).mean() > 0.02
    assert ((levels > 64) & (levels < 192)).mean() > 0.005


def test_a_seed_gives_the_same_page_and_another_seed_another(fonts):
    one, same, other = (page(fonts, chance(seed), height=60, width=60) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


@pytest.mark.parametrize("name", PARTS)
def test_every_part_of_a_page_leaves_ink_and_ends_below_its_beginning(name, fonts):
    import PIL.ImageDraw
    import PIL.ImageFont

    sheet = PIL.Image.new("L", (900, 1500), 255)
    face = PIL.ImageFont.truetype(fonts[0], 40)
    below = PARTS[name](PIL.ImageDraw.Draw(sheet), 10, [face, face], 0, chance())
    assert below > 10
    assert sheet.getextrema() == (0, 255)


def test_symbols_are_no_typefaces_for_text(fonts):
    assert fonts
    assert not [path for path in fonts if "STIXSiz" in path.name or path.name.startswith("cmsy")]


def test_sentences_are_of_words():
    assert len(sentence(chance(), 30).split()) >= 30


def test_pairs_are_dealt_by_number_and_those_not_named_are_left_out(scans):
    data = Pages(path="scans", train=(1, 4), validation=(2,), test=(3, 6), times=3, count=2, held=1).read(
        scans
    )
    assert [len(part) for part in data.parts.values()] == [2 + 3 * 2, 1 + 1, 2]
    levels = [int(data.train[row][0, 0, 0]) for row in range(2, 8)]
    assert sorted(levels) == [1, 1, 1, 4, 4, 4]
    assert [int(data.train.noisy[row][0, 0, 0]) for row in range(2, 8)] == [100 + each for each in levels]
    assert [int(data.test[row][0, 0, 0]) for row in range(2)] == [3, 6]
    assert data.test.names == ("3.png", "6.png")
    assert "5.png" not in [name for part in data.parts.values() for name in part.names]


def test_pages_set_in_code_have_no_noise_of_their_own(scans):
    data = Pages(count=2, held=1).read(scans)
    assert [len(part) for part in data.parts.values()] == [2, 1, 1]
    assert (data.train.buffer == data.train.noisy.buffer).all()


def test_what_is_missing_is_told(scans, tmp_path):
    with pytest.raises(InputError, match=r"scans holds no pair of number 9; there are: 1, 2, 3, 4, 5, 6\."):
        Pages(path="scans", train=(9,)).read(scans)
    with pytest.raises(InputError, match=r"The pair 2 is named for train and for test; choose one"):
        Pages(path="scans", train=(1, 2), test=(2,)).read(scans)
    with pytest.raises(InputError, match=r"scans holds no typeface \(ttf, otf\) with the Latin letters"):
        Pages(fonts=tmp_path / "scans", count=1).read(scans)
