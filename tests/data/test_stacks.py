"""Stacks: planes with those around them, and which of them are held out."""

import numpy as np
import PIL.Image
import pytest
import small_data
import tifffile
from numpy.testing import assert_array_equal

from grainless.data.find import DataRoots
from grainless.data.sets.stacks import Stacks
from grainless.errors import InputError


def read(folder, **options):
    return Stacks(path=folder, grey=True, **options).read(DataRoots(folder))


def test_of_several_stacks_whole_ones_are_held_out(tmp_path):
    for number in range(4):
        small_data.stack(tmp_path / f"{number}.tif", planes=5, seed=number)
    data = read(tmp_path, validation=1, test=1)
    assert [len(part) for part in data.parts.values()] == [6, 3, 3]
    files = [{name.partition(",")[0] for name in part.names} for part in data.parts.values()]
    assert [len(each) for each in files] == [2, 1, 1]
    assert not files[0] & (files[1] | files[2])


def test_each_plane_is_shown_between_its_neighbours(tmp_path):
    planes = small_data.stack(tmp_path / "one.tif", planes=40)
    data = read(tmp_path, neighbours=2)
    assert data.train.names[0] == "one.tif, plane 3"
    assert_array_equal(data.train[0][0], planes[2])
    assert data.train.noisy.channels == 5
    assert_array_equal(data.train.noisy[0], planes[:5])


def test_of_one_stack_the_last_planes_are_held_out_and_no_plane_is_in_two_parts(tmp_path):
    planes = small_data.stack(tmp_path / "one.tif", planes=30)
    data = read(tmp_path, validation=4, test=3)
    assert [len(part) for part in data.parts.values()] == [30 - 4 - 3 - 3 * 2, 4, 3]
    seen = [
        {each.tobytes() for row in range(len(part)) for each in part.noisy[row]}
        for part in data.parts.values()
    ]
    assert sum(map(len, seen)) == len(planes) == len(set.union(*seen))


def test_planes_of_a_stack_have_the_scale_of_the_bits_that_all_use(tmp_path):
    planes = small_data.stack(tmp_path / "one.tif", planes=10).astype(np.uint16) * 8
    planes[0, 0, 0], planes[5, 0, 0] = 4095, 1000
    tifffile.imwrite(tmp_path / "one.tif", planes, photometric="minisblack")
    data = read(tmp_path, validation=1, test=1)
    assert_array_equal(data.train[0][0], np.rint(planes[1] * (65535 / 4095)))


def test_without_neighbours_a_plane_is_shown_alone(tmp_path):
    small_data.stack(tmp_path / "one.tif", planes=10)
    data = read(tmp_path, neighbours=0)
    assert_array_equal(data.test[0], data.test.noisy[0])
    assert sum(map(len, data.parts.values())) == 10


def test_files_of_a_folder_are_the_frames_of_a_sequence_in_natural_order(tmp_path):
    for name in ("a", "b", "c"):
        small_data.images(tmp_path / name, *(f"{number}.png" for number in range(1, 13)), seed=ord(name))
    data = Stacks(path=tmp_path, validation=1, test=1).read(DataRoots(tmp_path))
    (scene,) = {name.partition(",")[0] for name in data.train.names}
    frames = [np.asarray(PIL.Image.open(tmp_path / scene / f"{number}.png")) for number in range(1, 13)]
    assert_array_equal(
        data.train.noisy[8], np.concatenate([np.moveaxis(each, -1, 0) for each in frames[8:11]])
    )


def test_what_makes_no_stack_is_told(tmp_path):
    small_data.stack(tmp_path / "short" / "a.tif", planes=2)
    with pytest.raises(
        InputError, match=r"^a\.tif has 2 planes, and data\.neighbours = 1 looks at 3 at once: take"
    ):
        read(tmp_path / "short")
    small_data.stack(tmp_path / "few" / "a.tif", planes=8)
    with pytest.raises(
        InputError, match=r"^a\.tif has 8 planes: too few for three parts of it, with planes around"
    ):
        read(tmp_path / "few")
    small_data.images(tmp_path / "uneven", "1.png", size=(6, 8))
    small_data.images(tmp_path / "uneven", "2.png", size=(8, 6))
    with pytest.raises(
        InputError, match=r"uneven holds planes of 8 x 6 and 6 x 8: those of a stack or sequence have"
    ):
        read(tmp_path / "uneven")
