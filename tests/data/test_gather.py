"""Many image files into one buffer, in memory and on the disk."""

import os

import numpy as np
import pytest
import small_data
from numpy.testing import assert_array_equal
from PIL import Image

from grainless.data import gather as module
from grainless.data.decode import decode, decode_all
from grainless.data.gather import gather, plan
from grainless.errors import InputError


@pytest.fixture
def files(tmp_path):
    """Three files of two sizes."""
    small_data.images(tmp_path, "a.png", "b.png", size=(4, 5))
    small_data.images(tmp_path, "c.png", size=(7, 2), seed=2)
    return [tmp_path / name for name in ("c.png", "a.png", "b.png")]


@pytest.fixture(params=["memory", "disk"])
def cache(request, tmp_path):
    return tmp_path / "cache" if request.param == "disk" else None


def test_many_sizes_keep_order_and_names(files, cache):
    images = gather(files, 3, cache=cache)
    assert images.names == ("c.png", "a.png", "b.png")
    for row, path in enumerate(files):
        assert_array_equal(images[row], decode(path, 3))
    assert plan(files, 3) == (np.uint8, images.buffer.size)


def test_16_bits_among_8_become_8(tmp_path, cache):
    Image.fromarray(np.array([[0, 128, 129, 32768, 65535]], np.uint16)).save(tmp_path / "deep.png")
    Image.fromarray(np.array([[7]], np.uint8)).save(tmp_path / "plain.png")
    both = gather([tmp_path / "deep.png", tmp_path / "plain.png"], 1, cache=cache)
    assert_array_equal(both[0], [[[0, 0, 1, 128, 255]]])  # nearest of value / 257
    assert gather([tmp_path / "deep.png"], 1, cache=cache).white == 65535


def test_a_camera_s_12_bits_fill_the_scale_and_partners_share_one(tmp_path, cache):
    noisy, clean = tmp_path / "noisy.png", tmp_path / "clean.png"
    Image.fromarray(np.array([[0, 100, 4095]], np.uint16)).save(noisy)
    Image.fromarray(np.array([[0, 100, 2000]], np.uint16)).save(clean)
    assert_array_equal(gather([noisy], 1, cache=cache)[0], [[[0, 1600, 65535]]])  # times 65535 / 4095
    assert_array_equal(gather([clean], 1, cache=cache)[0][..., 2], 64030)  # it uses 11 bits by itself
    for one, other in ((noisy, clean), (clean, noisy)):
        assert gather([one], 1, partners=[other], cache=cache)[0][0, 0, 1] == 1600


def test_a_broken_file_leaves_nothing_behind(files, cache):
    files[2].write_bytes(files[2].read_bytes()[:60])
    with pytest.raises(InputError, match=r"b\.png is a broken PNG file: "):
        gather(files, 3, cache=cache)
    assert cache is None or list(cache.iterdir()) == []


@pytest.fixture
def decodings(monkeypatch):
    """The files decoded so far."""
    seen = []
    monkeypatch.setattr(
        module, "decode_all", lambda path, channels: seen.append(path) or decode_all(path, channels)
    )
    return seen


def test_the_disk_is_read_as_a_memory_map_and_decoded_once(files, tmp_path, decodings):
    for _ in range(2):
        images = gather(files, 3, cache=tmp_path / "cache")
    assert decodings == files
    assert isinstance(images.buffer, np.memmap)
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == [".json", ".npy"]
    assert_array_equal(np.load(next((tmp_path / "cache").glob("*.npy"))), images.buffer)


def test_what_is_written_to_the_buffer_stays_out_of_the_cache(files, tmp_path):
    gather(files, 3, cache=tmp_path / "cache").buffer[:] = 0
    assert gather(files, 3, cache=tmp_path / "cache").buffer.any()


def test_a_changed_file_is_decoded_anew(files, tmp_path, decodings):
    gather(files, 3, cache=tmp_path / "cache")
    os.utime(files[0], ns=(1, 1))
    gather(files, 3, cache=tmp_path / "cache")
    gather(files, 1, cache=tmp_path / "cache")
    gather(files[::-1], 3, cache=tmp_path / "cache")
    assert len(decodings) == 12


@pytest.mark.parametrize("ending", ["json", "npy"])
def test_half_a_cache_is_made_anew(files, tmp_path, ending):
    whole = np.array(gather(files, 3, cache=tmp_path / "cache").buffer)
    part = next((tmp_path / "cache").glob(f"*.{ending}"))
    for harm in (part.unlink, lambda: part.write_bytes(part.read_bytes()[:-5])):
        harm()
        assert_array_equal(gather(files, 3, cache=tmp_path / "cache").buffer, whole)


def test_a_cache_that_cannot_be_written(files, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(InputError, match=r"cache.* could not be written"):
        gather(files, 3, cache=tmp_path / "cache")
