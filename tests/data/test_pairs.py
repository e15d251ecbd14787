"""Two folders of images: who is whose partner, and what is wrong with them."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
import small_data
from numpy.testing import assert_array_equal

from grainless.data.decode import decode
from grainless.data.find import DataRoots
from grainless.data.sets.pairs import Pairs, matched
from grainless.errors import InputError


@pytest.fixture
def scenes(tmp_path, monkeypatch):
    """A folder to put low/ and high/ in."""
    monkeypatch.delenv("GRAINLESS_DATA", raising=False)
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "scenes"


def put(scenes, low, high, **options):
    small_data.images(scenes / "low", *low, seed=100, **options)
    small_data.images(scenes / "high", *high, **options)


def names(scenes):
    return [(noisy.name, clean.name) for noisy, clean in matched(scenes / "low", scenes / "high")]


def wrong(scenes, *told):
    with pytest.raises(InputError) as error:
        matched(scenes / "low", scenes / "high")
    for each in told:
        assert each in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("low", "high", "partners"),
    [
        (["2.png", "10.png"], ["10.png", "2.png"], [("2.png", "2.png"), ("10.png", "10.png")]),
        (
            ["low10.png", "low9.png"],
            ["n009.bmp", "n010.bmp"],
            [("low9.png", "n009.bmp"), ("low10.png", "n010.bmp")],
        ),
        (["cat.png", "ant.png"], ["ant.bmp", "cat.bmp"], [("ant.png", "ant.bmp"), ("cat.png", "cat.bmp")]),
        (["a_1.png", "b_1.png"], ["b_1.png", "a_1.png"], [("a_1.png", "a_1.png"), ("b_1.png", "b_1.png")]),
    ],
    ids=["numbers", "numbers in other names", "names", "names where numbers are not unique"],
)
def test_partners(scenes, low, high, partners):
    put(scenes, low, high)
    assert names(scenes) == partners


def test_all_that_is_wrong_is_told_at_once(scenes):
    put(scenes, ["1.png", "2.png", "3.png"], ["1.png", "3.png", "12.png"])
    small_data.images(scenes / "low", "3.png", size=(5, 9))
    told = wrong(
        scenes,
        f"The images in {scenes} are not all pairs: ",
        "low/2.png has no partner in high",
        "high/12.png has no partner in low",
        "low/3.png is 9 x 5 and high/3.png 8 x 6",
    )
    assert "1.png" not in told


def test_of_many_mistakes_the_first_are_told(scenes):
    put(scenes, [f"{number}.png" for number in range(15)], ["0.png"])
    told = wrong(scenes, "low/1.png", "low/10.png", "; and 4 more.")
    assert "low/11.png" not in told


def test_two_of_one_name(scenes):
    put(scenes, ["1.png", "1.bmp"], ["1.png"])
    wrong(scenes, "low/1.png shares its name with another", "low/1.bmp shares its name with another")


def test_folders_missing_empty_or_too_small(scenes):
    put(scenes, ["1.png"], ["1.png"])
    with pytest.raises(
        InputError, match="scenes has 1 image; with 1 and 1 held out, none is left to train on"
    ):
        Pairs(path=scenes).read(DataRoots())
    with pytest.raises(InputError, match='scenes holds no folder "dark"'):
        Pairs(path=scenes, noisy="dark").read(DataRoots())
    (scenes / "dark").mkdir()
    with pytest.raises(InputError, match=r"There are no images in .*dark"):
        Pairs(path=scenes, noisy="dark").read(DataRoots())
    with pytest.raises(InputError, match=r"There is no nowhere, neither here"):
        Pairs(path="nowhere").read(DataRoots())


@pytest.mark.parametrize("memory", [0, 100], ids=["disk", "memory"])
def test_partners_stay_together_in_70_20_10(scenes, memory):
    files = [f"{number}.png" for number in range(20)]
    put(scenes, files, files)
    data = Pairs(path=scenes, memory=memory).read(DataRoots())
    assert [len(part) for part in data.parts.values()] == [14, 4, 2]
    assert sorted(name for part in data.parts.values() for name in part.names) == sorted(files)
    for part in data.parts.values():
        assert part.names == part.noisy.names
        assert isinstance(part.noisy.buffer, np.memmap) == (memory == 0)
        for row, name in enumerate(part.names):
            assert_array_equal(part[row], decode(scenes / "high" / name, 3))
            assert_array_equal(part.noisy[row], decode(scenes / "low" / name, 3))


def test_a_folder_of_its_own_for_the_test(scenes):
    files = [f"{number}.png" for number in range(10)]
    put(scenes, files, files)
    put(scenes / "eval", ["7.png"], ["7.png"])
    data = Pairs(path="scenes", test_path="scenes/eval").read(DataRoots(scenes.parent))
    assert [len(part) for part in data.parts.values()] == [8, 2, 1]
    assert_array_equal(data.test.noisy[0], decode(scenes / "eval" / "low" / "7.png", 3))
    with pytest.raises(
        InputError, match=r"path and test_path are both .*scenes; what is trained on is no test"
    ):
        Pairs(path=scenes, test_path=scenes).read(DataRoots())


LOOK = """
import re, sys
from pathlib import Path
from grainless.data.find import DataRoots
from grainless.data.sets.pairs import Pairs

def megabytes(line):
    return int(re.search(line + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

import numpy.lib.format, PIL.BmpImagePlugin  # before the first look, so that only images are measured
before = megabytes("VmRSS")
data = Pairs(path=Path(sys.argv[1]), memory=float(sys.argv[2])).read(DataRoots())
for start in range(0, len(data.train), 2):
    taken = data.train.take(range(start, min(start + 2, len(data.train))))
    assert taken.noisy.buffer.any() and data.train.floats(start).any()
print(megabytes("VmHWM") - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory of a process is read from /proc")
def test_memory_stays_small_when_the_budget_is(scenes):
    files = [f"{number}.bmp" for number in range(30)]
    put(scenes, files, files, size=(600, 800))  # 86 MB, 60 of them to train on

    def growth(memory):
        command = [sys.executable, "-c", LOOK, str(scenes), str(memory)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert growth(memory=10) < 40
    assert growth(memory=10) < 40  # and when it was decoded before
    assert growth(memory=1000) > 80  # the test sees what it should


@pytest.mark.parametrize(("there", "option"), [("high", "noisy"), ("low", "clean")])
def test_a_folder_of_another_name_is_told_with_those_there(scenes, there, option):
    for name in (there, "other"):
        small_data.images(scenes / name, "1.png")
    missing = {"noisy": "low", "clean": "high"}[option]
    inside = ", ".join(sorted([there, "other"]))
    with pytest.raises(
        InputError,
        match=rf'scenes holds no folder "{missing}"; name the one of the {option} images by the option '
        rf"{option}\. Folders there: {inside}\.$",
    ):
        Pairs(path=scenes).read(DataRoots())


def test_pairs_of_one_clean_image_are_held_out_together(tmp_path):
    small_data.images(tmp_path / "high", *(f"{number}.png" for number in range(6)), seed=1)
    small_data.images(tmp_path / "low", *(f"{number}.png" for number in range(12)), seed=50)
    for number in range(6):
        shutil.copy(tmp_path / "high" / f"{number}.png", tmp_path / "high" / f"{number + 6}.png")
    data = Pairs(path=tmp_path, validation=2, test=2).read(DataRoots())
    scenes = [{int(name.removesuffix(".png")) % 6 for name in part.names} for part in data.parts.values()]
    assert [len(part) for part in data.parts.values()] == [8, 2, 2]
    assert [len(each) for each in scenes] == [4, 1, 1]
    assert set.union(*scenes) == set(range(6))
