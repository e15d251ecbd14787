import numpy as np
import pytest
import torch

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.learn.batches import batches
from grainless.learn.batches.batches import Crops, Whole, one_pass
from grainless.learn.batches.draw import TorchDraw


def numbered(count, height=4, width=4):
    """Images whose every pixel is the image's own number."""
    return Images.of(
        np.repeat(np.arange(count, dtype=np.uint8), height * width).reshape(count, 1, height, width)
    )


def test_every_image_is_shown_once_an_epoch_in_an_order_of_its_own():
    feed = Whole(numbered(10), batch=4)
    batches = [scene.clean for scene in feed(TorchDraw.seeded(0, 1))]
    seen = torch.cat(batches)[:, 0, 0, 0] * 255
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert feed.steps == 3
    assert sorted(seen.round().tolist()) == list(range(10))
    again, other = (torch.cat([scene.clean for scene in feed(TorchDraw.seeded(0, e))]) for e in (1, 2))
    assert torch.equal(again, torch.cat(batches))
    assert not torch.equal(other, again)


def test_bytes_become_full_scales():
    scene = next(Whole(Images.of(np.array([[[[0, 51, 255]]]], np.uint8)), batch=1)(TorchDraw.seeded(0)))
    assert scene.clean.dtype == torch.float32
    assert scene.clean.flatten().tolist() == pytest.approx([0, 0.2, 1])


def test_sixteen_bits_have_their_own_white():
    images = Images.of(np.array([[[[0, 13107, 65535]]]], np.uint16))
    assert next(Whole(images, batch=1)(TorchDraw.seeded(0))).clean.flatten().tolist() == pytest.approx(
        [0, 0.2, 1]
    )


def test_sixteen_bits_on_the_disk_are_not_read_into_memory(tmp_path):
    np.save(tmp_path / "deep.npy", np.arange(8, dtype=np.uint16))
    buffer = np.load(tmp_path / "deep.npy", mmap_mode="c")
    images = Images(buffer, np.array([2, 2]), np.array([2, 2]), 1)
    for feed in (Whole(images, batch=2), Crops(images, batch=9, crop=2, steps=1)):
        buffer[:] = 40000  # seen only by one that looks into the same memory
        clean = next(feed(TorchDraw.seeded(0))).clean
        assert clean.unique().tolist() == pytest.approx([40000 / 65535])


def random_images(shapes, seed=0):
    chance = np.random.default_rng(seed)
    return Images.of([chance.integers(0, 256, shape, dtype=np.uint8) for shape in shapes])


def places(crop, image):
    """Where in the image the crop lies, in which of the eight ways it was turned."""
    side = crop.shape[-1]
    ways = [np.rot90(crop, turns, (-2, -1))[..., ::flip] for turns in range(4) for flip in (1, -1)]
    return [
        (way, top, left)
        for way, turned in enumerate(ways)
        for top in range(image.shape[1] - side + 1)
        for left in range(image.shape[2] - side + 1)
        if np.array_equal(turned, image[:, top : top + side, left : left + side])
    ]


def test_crops_are_squares_of_the_images_in_all_eight_ways_and_all_places():
    images = random_images([(3, 6, 7), (3, 7, 5)])
    feed = Crops(images, batch=128, crop=5, steps=8)
    crops = torch.cat([scene.clean for scene in feed(TorchDraw.seeded(3))])
    bytes_ = (crops * 255).round().to(torch.uint8).numpy()
    found = [
        {(index, *place) for index in range(2) for place in places(crop, images[index])} for crop in bytes_
    ]
    assert all(len(each) == 1 for each in found)
    seen = set().union(*found)
    assert seen == {(0, way, top, left) for way in range(8) for top in range(2) for left in range(3)} | {
        (1, way, top, 0) for way in range(8) for top in range(3)
    }


def test_an_epoch_of_crops_shows_about_every_pixel_once():
    assert Crops(random_images([(1, 16, 16)] * 8), batch=4, crop=8).steps == 8


def test_noisy_partners_are_cut_at_the_same_place():
    clean = random_images([(1, 9, 8), (1, 8, 12)])
    noisy = Images.of([255 - clean[0], 255 - clean[1]])
    pair = Images(clean.buffer, clean.heights, clean.widths, 1, noisy=noisy)
    scene = next(Crops(pair, batch=16, crop=6, steps=1)(TorchDraw.seeded(0)))
    assert torch.allclose(scene.clean + scene.noisy, torch.ones(()))


def test_a_crop_larger_than_an_image_is_refused():
    with pytest.raises(InputError, match=r"train\.crop is 8, and an image is 9 x 7; take at most 7\."):
        Crops(random_images([(1, 9, 9), (1, 7, 9)]), batch=1, crop=8)


def test_one_pass_cuts_sides_to_the_multiple():
    scenes = list(one_pass(random_images([(1, 9, 8), (1, 8, 12)]), batch=4, multiple=4))
    assert [tuple(scene.clean.shape) for scene in scenes] == [(1, 1, 8, 8), (1, 1, 8, 12)]
    (scene,) = one_pass(numbered(3), batch=4, multiple=1)
    assert scene.clean[:, 0, 0, 0].mul(255).round().tolist() == [0, 1, 2]


def lie_on(made):
    return {side._values.device.type for side in made._sides}


@pytest.mark.parametrize("make", [Whole, lambda images, **given: Crops(images, crop=2, **given)])
def test_bytes_move_to_the_device_only_where_there_is_room(make, monkeypatch):
    assert lie_on(make(numbered(8), batch=2, device="meta")) == {"meta"}
    monkeypatch.setattr(batches, "free_memory", lambda device: 2 * 8 * 16 - 1)
    few = make(numbered(8), batch=2, device="meta")
    assert lie_on(few) == {"cpu"}
    assert next(few(TorchDraw.seeded(0))).clean.device.type == "meta"


@pytest.mark.parametrize("make", [Whole, lambda images, **given: Crops(images, crop=2, **given)])
def test_a_memory_map_is_never_moved_whole(make, tmp_path):
    np.save(tmp_path / "many.npy", np.zeros(8 * 16, np.uint8))
    mapped = np.load(tmp_path / "many.npy", mmap_mode="c")
    images = Images(mapped, np.full(8, 4), np.full(8, 4), 1)
    assert images.mapped
    assert not numbered(8).mapped
    feed = make(images, batch=2, device="meta")
    assert lie_on(feed) == {"cpu"}
    assert next(feed(TorchDraw.seeded(0))).clean.device.type == "meta"


def test_of_large_images_the_middle_is_looked_at():
    large = Images.of([np.arange(24 * 20, dtype=np.uint16).reshape(1, 24, 20)])
    (scene,) = one_pass(large, batch=4, multiple=4, most=10)
    middle = large[0][:, 7:15, 5:13].astype(np.float32) / 65535
    np.testing.assert_allclose(scene.clean[0].numpy(), middle, atol=1e-6)
    (whole,) = one_pass(large, batch=4, multiple=4, most=100)
    assert tuple(whole.clean.shape) == (1, 1, 24, 20)


def test_few_large_images_are_looked_at_at_once(monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 40)
    assert [len(scene.clean) for scene in one_pass(numbered(5), batch=4, multiple=1)] == [2, 2, 1]
