import os
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_data import idx
from trainings import Notes

from grainless.data.find import DataRoots
from grainless.data.sets.idx import read_idx
from grainless.errors import InputError
from grainless.learn import reproduce as room
from grainless.learn.reproduce import SYSTEMS, put, reproduce
from grainless.learn.reproduce.table import Figure, Section, machine, table, with_excess
from grainless.learn.studies.study import Study


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path / "study", DataRoots(), Notes())


def section(letter, value):
    return Section(letter, "a system", [Figure("BCE", "0.1", value)], ["words"])


def test_sections_stand_in_order_and_only_the_new_one_changes(study, tmp_path, monkeypatch):
    values = {"A": "0.2", "B": "0.3"}
    for letter in ("A", "B"):
        monkeypatch.setitem(
            SYSTEMS, letter, lambda study, pictures, effort, letter=letter: section(letter, values[letter])
        )
    page = tmp_path / "reproductions.md"
    reproduce(["B"], study, page, "quick")
    first = page.read_text()
    assert first.startswith("# Reproductions")
    assert "`grainless reproduce B --quick`" in first
    reproduce(["A"], study, page, "standard")
    both = page.read_text()
    assert both.index("## A. a system") < both.index("## B. a system")
    assert "| BCE | 0.1 | 0.3 |" in both
    values["B"] = "0.4"
    reproduce(["B"], study, page, "standard")
    assert page.read_text() == both.replace("0.3", "0.4").replace("reproduce B --quick", "reproduce B")


def test_a_page_put_twice_is_the_same():
    page = put(put("intro", "C", "## C. c"), "A", "## A. a")
    assert put(page, "C", "## C. c") == page


def test_no_such_system(study, tmp_path):
    with pytest.raises(InputError, match=r'No system is called "F"\. There are: A, B, C, D, E\.'):
        reproduce(["A", "F"], study, tmp_path / "page.md", "quick")
    assert not (tmp_path / "page.md").exists()


def test_tables_keep_their_columns():
    assert table(("a", "b"), [("x|y", "z")]).splitlines()[-1] == "| x\\|y | z |"


def test_the_excess_is_over_the_entropy_of_the_targets():
    assert with_excess(0.1, 0.0581) == "0.1000 (0.0419 above the floor)"


def test_the_machine_is_told():
    assert re.search(r"\d+ cores, \d+ threads, PyTorch \d", machine())


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """The first of the real images: systems are run whole on them in seconds."""
    if not (given := os.environ.get("GRAINLESS_DATA")):
        pytest.skip(
            "needs MNIST, Fashion-MNIST, CIFAR-10 and LOL's pairs: set GRAINLESS_DATA to their folder"
        )
    real, folder = Path(given), tmp_path_factory.mktemp("few")
    kinds = {"images-idx3": 3, "labels-idx1": 1}
    for name, part, kind in product(("mnist", "fashion-mnist"), ("train", "t10k"), kinds):
        file = f"{name}/{part}-{kind}-ubyte.gz"
        count = (700 if name == "mnist" else 5100) if part == "train" else 40  # Fashion-MNIST holds out 5,000
        idx(folder / file, read_idx(real / file, kinds[kind])[:count])
    with np.load(real / "cifar10" / "cifar10.npz") as arrays:
        (folder / "cifar10").mkdir()
        np.savez(
            folder / "cifar10" / "cifar10.npz",
            **{key: arrays[key][: 600 if "train" in key else 16] for key in arrays},
        )
    for path in (real / "lowlight").glob("*/*/*.png"):
        target = folder / path.relative_to(real)
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as image:
            image.crop((200, 120, 328, 216)).save(target)
    return folder


@pytest.mark.parametrize("letter", SYSTEMS)
def test_every_system_runs_whole_on_real_data(letter, few, tmp_path, monkeypatch):
    monkeypatch.setenv("GRAINLESS_DATA", str(few))
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    page = tmp_path / "reproductions.md"
    room.reproduce([letter], Study(tmp_path / "study", DataRoots(), Notes()), page, "quick")
    text = page.read_text()
    assert f"## {letter}. " in text
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    assert pictures
    assert all((tmp_path / picture).stat().st_size > 1000 for picture in pictures)
