import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from grainless.model.tiles import Cutting, by_tiles, plan, spans


def box(reach):
    """The sum of (2 reach + 1)² pixels, zeros outside: it looks exactly `reach` pixels far."""

    def work(image):
        for axis in (2, 3):
            around = [(reach, reach) if each == axis else (0, 0) for each in range(4)]
            padded = np.pad(image, around)
            windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis)
            image = windows.sum(axis=-1)
        return image.astype(np.float32)

    return work


def by_blocks(multiple):
    """The mean of aligned blocks: it looks to the end of its block, `multiple` - 1 pixels at most."""

    def work(image):
        count, channels, height, width = image.shape
        blocks = image.reshape(count, channels, height // multiple, multiple, width // multiple, multiple)
        means = blocks.mean(axis=(3, 5), keepdims=True)
        return np.broadcast_to(means, blocks.shape).reshape(image.shape).astype(np.float32)

    return work


sizes = some.integers(1, 40)


@settings(deadline=None)
@given(height=sizes, width=sizes, pixels=some.integers(1, 900), reach=some.integers(0, 6))
@example(height=40, width=1, pixels=1, reach=6)
def test_tiles_give_what_the_whole_image_gives(height, width, pixels, reach):
    image = np.arange(2.0 * height * width, dtype=np.float32).reshape(1, 2, height, width) % 11
    tiled = by_tiles(image, box(reach), Cutting(pixels, reach))
    assert_allclose(tiled, box(reach)(image), atol=1e-5)


@settings(deadline=None)
@given(height=sizes, width=sizes, pixels=some.integers(1, 9000), multiple=some.integers(1, 8), least=sizes)
def test_tiles_are_aligned(height, width, pixels, multiple, least):
    image = np.random.default_rng(0).random((1, 1, height * multiple, width * multiple), dtype=np.float32)
    tiled = by_tiles(image, by_blocks(multiple), Cutting(pixels, multiple - 1, multiple, least))
    assert_array_equal(tiled, by_blocks(multiple)(image))


@given(height=sizes, width=sizes, pixels=some.integers(1, 900), reach=some.integers(0, 6), least=sizes)
def test_all_tiles_have_one_shape_within_the_bounds(height, width, pixels, reach, least):
    cutting = Cutting(pixels, reach, multiple=2, least=least)
    size = (2 * height, 2 * width)
    for length, tiles in zip(size, plan(size, cutting), strict=True):
        sides = {tile.stop - tile.start for tile in tiles}
        assert len(sides) == 1
        assert sides.pop() >= min(length, least)
    small = [min(length, cutting.shortest) for length in size]
    rows, columns = plan(size, cutting)
    assert (rows[0].stop * columns[0].stop) <= max(pixels, small[0] * small[1])


@given(length=some.integers(1, 200), side=some.integers(1, 60), reach=some.integers(0, 9))
def test_cores_cover_a_side_once(length, side, reach):
    cutting = Cutting(1, reach)
    assume(side >= cutting.shortest)
    tiles = spans(length, side, cutting)
    assert tiles[0].first == 0
    assert tiles[-1].last == length
    assert [tile.last for tile in tiles[:-1]] == [tile.first for tile in tiles[1:]]
    for tile in tiles:
        assert tile.first - tile.start >= reach or tile.start == 0
        assert tile.stop - tile.last >= reach or tile.stop == length


def test_tiles_are_evened_out():
    rows, columns = plan((1100, 500), Cutting(600 * 500, reach=10, multiple=4))
    assert [(each.start, each.stop) for each in columns] == [(0, 500)]
    assert [(each.start, each.stop, each.first, each.last) for each in rows] == [
        (0, 564, 0, 552),  # the halo of 10 becomes 12, and 1,100 - 24 = 2 x 538, made a multiple: 540
        (536, 1100, 552, 1100),
    ]


def test_the_last_tile_is_shifted_inward():
    assert [(tile.start, tile.stop) for tile in spans(50, 20, Cutting(1, reach=2))] == [
        (0, 20),
        (16, 36),
        (30, 50),
    ]


@pytest.mark.parametrize(("size", "tiles"), [((64, 64), 1), ((64, 65), 2), ((65, 64), 2)])
def test_images_no_larger_than_a_tile_run_whole(size, tiles):
    seen = []
    by_tiles(np.zeros((1, 1, *size), np.float32), lambda image: seen.append(1) or image, Cutting(64 * 64, 2))
    assert len(seen) == tiles


def test_a_reach_told_too_short_shows():
    image = np.random.default_rng(0).random((1, 1, 40, 40), dtype=np.float32)
    tiled = by_tiles(image, box(3), Cutting(400, reach=2))
    assert np.abs(tiled - box(3)(image)).max() > 0.1


def test_plans_of_huge_images_are_quick_to_make():
    rows, columns = plan((40_000, 40_000), Cutting(2**20, reach=0))
    assert rows[0].stop * columns[0].stop <= 2**20
