"""Every data set: what it says beforehand is true, its parts never overlap, the same seed gives the same."""

import os
import subprocess
import sys

import numpy as np
import pytest
import small_data

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.sets.folders import Folder
from grainless.data.shards.pack import pack
from grainless.parts import make

OPTIONS = {
    "photos": {},
    "digits": {},
    "mnist": {"validation": 5},
    "fashion-mnist": {"validation": 5},
    "cifar10": {"validation": 5},
    "csv": {"file": "small.csv"},
    "folder": {"path": "photos"},
    "pairs": {"path": "scenes"},
    "denoised": {"path": "photos", "by": "color"},
    "pages": {"count": 3, "held": 2},
    "shards": {"path": "packed"},
    "stacks": {"path": "stacks"},
}


@pytest.fixture(params=DATA)
def options(request):
    return {"name": request.param} | OPTIONS[request.param]


@pytest.fixture
def roots(tmp_path, monkeypatch):
    monkeypatch.delenv("GRAINLESS_DATA", raising=False)
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    small_data.mnist(tmp_path / "mnist")
    small_data.mnist(tmp_path / "fashion-mnist")
    small_data.cifar(tmp_path / "cifar10" / "cifar-10-batches-bin")
    small_data.csv(tmp_path / "small.csv")
    small_data.images(tmp_path / "photos", *(f"{number}.png" for number in range(12)))
    small_data.images(tmp_path / "scenes" / "low", *(f"{number}.png" for number in range(12)), seed=100)
    small_data.images(tmp_path / "scenes" / "high", *(f"{number}.png" for number in range(12)))
    pack(Folder(path=tmp_path / "photos"), tmp_path / "packed")
    for number in range(5):
        small_data.stack(tmp_path / "stacks" / f"{number}.tif", seed=number)
    return DataRoots(tmp_path)


def pictures(images):
    return [(image.shape, image.tobytes()) for image in (images[row] for row in range(len(images)))]


def test_channels_and_size_are_as_said_beforehand(options, roots):
    source = make("data set", DATA, options)
    for part in source.read(roots).parts.values():
        assert len(part) > 0
        assert part.channels == source.channels
        assert source.size in (None, part.size)
        for side in [part, part.noisy] if part.noisy else [part]:
            assert side.buffer.size == (side.channels * part.heights * part.widths).sum()


def test_parts_never_overlap(options, roots):
    data = make("data set", DATA, options).read(roots)
    seen = [set(pictures(part)) for part in data.parts.values()]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_the_same_seed_gives_the_same_parts(options, roots):
    first, again = (make("data set", DATA, options).read(roots) for _ in range(2))
    for part, other in zip(first.parts.values(), again.parts.values(), strict=True):
        assert pictures(part) == pictures(other)


@pytest.mark.parametrize("name", sorted(DATA.keys() - {"photos", "shards"}))  # by name; by pack
def test_another_seed_holds_out_others(name, roots):
    options = {"name": name} | OPTIONS[name]
    first, other = (make("data set", DATA, options | {"seed": seed}).read(roots) for seed in (0, 1))
    assert pictures(first.validation) != pictures(other.validation)
    assert len(first.validation) == len(other.validation)


def test_it_is_called_as_in_the_table_and_says_where_it_was_found(options, roots):
    data = make("data set", DATA, options).read(roots)
    assert data.name == options["name"]
    assert data.found


def test_naming_a_data_set_imports_nothing_slow():
    code = (
        "import sys, grainless.data as data; data.DATA['mnist']();"
        "print({'skimage', 'sklearn', 'scipy', 'pooch', 'torch'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("name", "mean", "test_mean"), [("mnist", 33.318, 33.791), ("fashion-mnist", 72.940, 73.147)]
)
def test_real_files_have_the_published_means(name, mean, test_mean):
    # mean 0.1307 and 0.2860 of full scale over the training images, as the field's normalisations have it
    if "GRAINLESS_DATA" not in os.environ:
        pytest.skip(f"set GRAINLESS_DATA to a folder with {name}/")
    data = make("data set", DATA, {"name": name}).read(DataRoots())
    assert (len(data.train), len(data.validation), len(data.test)) == (55_000, 5_000, 10_000)
    sums = [part.buffer.sum(dtype=np.int64) for part in (data.train, data.validation)]
    assert sum(sums) / (60_000 * 784) == pytest.approx(mean, abs=5e-3)
    assert data.test.buffer.mean(dtype=np.float64) == pytest.approx(test_mean, abs=5e-3)
