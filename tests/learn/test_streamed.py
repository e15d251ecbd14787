"""Batches out of shards: the same as from memory where they can be, and known at every step."""

import shutil

import pytest
import small_data
import torch

from grainless.cli.progress import TerminalProgress
from grainless.data.find import DataRoots
from grainless.data.sets.folders import Folder
from grainless.data.shards.pack import pack
from grainless.data.shards.shards import Shards
from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.batches.streamed import StreamedCrops, StreamedWhole
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import mse
from grainless.learn.methods.methods import Supervised
from grainless.learn.networks.dncnn import DnCNN
from grainless.learn.recipe import Recipe
from grainless.learn.training import _facts
from grainless.noise import noise_from


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    small_data.images(folder / "photos", *(f"{number}.png" for number in range(40)), size=(12, 10))
    pack(Folder(path=folder / "photos", validation=4, test=4), folder / "shards", size=10_000)
    return folder / "shards"


def stream(packed, **options):
    return Shards(path=str(packed), **options).read(DataRoots()).train.stream


def shown(feed, epoch, seed=0):
    return [scene.clean for scene in feed(TorchDraw.seeded(seed, epoch), epoch)]


def test_every_image_is_shown_once_an_epoch(packed):
    feed = StreamedWhole(stream(packed), batch=5, seed=1)
    epochs = [shown(feed, epoch) for epoch in (1, 2)]
    assert [len(batch) for batch in epochs[0]] == [5] * 6 + [2]
    seen = [sorted(image.numpy().tobytes() for batch in epoch for image in batch) for epoch in epochs]
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 32
    assert not torch.equal(epochs[0][0], epochs[1][0])


def test_crops_are_pieces_of_images_in_one_of_eight_ways(packed):
    source = stream(packed)
    pieces = set()
    for (image,) in source.first(len(source)):
        for top in range(9):
            for left in range(7):
                cut = image[:, top : top + 4, left : left + 4]
                for turned in (cut, cut.swapaxes(1, 2)):
                    ways = (turned, turned[:, ::-1], turned[:, :, ::-1], turned[:, ::-1, ::-1])
                    pieces.update(way.tobytes() for way in ways)
    feed = StreamedCrops(source, batch=6, crop=4, steps=10, seed=1)
    batches = shown(feed, 1)
    found = [(255 * image).round().to(torch.uint8).numpy().tobytes() for batch in batches for image in batch]
    assert set(found) <= pieces
    assert len(set(found)) > 50


def test_the_window_moves_over_the_whole_pass(packed):
    source = stream(packed, memory=0.01)
    feed = StreamedCrops(source, batch=2, crop=8, seed=1)
    assert feed.steps == 30  # as many pixels as 32 images of 120
    assert source.window < len(source)
    reader, asked = source.reader(1), []
    feed._reader = type(
        "Spy", (), {"span": lambda _, first, count: asked.append(first) or reader.span(first, count)}
    )()
    shown(feed, 1)
    shown(feed, 2)
    assert asked == [step * 32 // 30 for step in range(60)]
    reader.close()


def test_an_epoch_of_a_given_length_goes_on_where_the_last_one_ended(packed):
    whole = shown(StreamedCrops(stream(packed, memory=0.01), batch=2, crop=8, steps=7, seed=1), 3)
    again = shown(StreamedCrops(stream(packed, memory=0.01), batch=2, crop=8, steps=7, seed=1), 3)
    assert all(torch.equal(one, other) for one, other in zip(whole, again, strict=True))


def test_what_does_not_fit_is_told(packed):
    with pytest.raises(
        InputError, match=r"^train\.crop is 11, and a side of an image is 10; take at most 10\.$"
    ):
        StreamedCrops(stream(packed), batch=2, crop=11, seed=0)


def fit(packed):
    torch.manual_seed(0)
    data = Shards(path=str(packed), memory=0.01).read(DataRoots())
    method = Supervised(noise_from("gaussian:sigma=0.1"))
    return Fit(
        DnCNN(channels=3, depth=3, width=4), data, method, mse, seed=5, epochs=3, batch=4, crop=8, steps=5
    )


def test_a_training_that_was_stopped_goes_on_at_the_exact_image(packed):
    straight, stopped, resumed = fit(packed), fit(packed), fit(packed)
    for _ in straight():
        pass
    next(iter(stopped()))
    resumed.restore(*stopped.state())
    for _ in resumed():
        pass
    first, second = straight.state()[0], resumed.state()[0]
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert [each.loss for each in straight.history] == [each.loss for each in resumed.history]
    assert straight.sample().shape == (4, 3, 8, 8)
    for each in (straight, stopped, resumed):
        each.close()


def test_what_was_skipped_is_told_in_the_terminal_and_kept_with_the_weights(packed, tmp_path, capsys):
    folder = shutil.copytree(packed, tmp_path / "shards")
    (folder / "train-000000.tar").write_bytes(b"")
    training, recipe = fit(folder), Recipe("streamed", "[network]\nname = 'dncnn'")
    progress = TerminalProgress()
    progress.on_start(recipe, training.data, training)
    for epoch in training():
        progress.on_epoch(epoch)
    training.close()
    (skipped,) = _facts(recipe, training)["skipped"]
    assert skipped.startswith("train-000000.tar is damaged: 0 of ")
    told = capsys.readouterr().err
    assert "32 images of shards" in told
    assert told.count(skipped) == 1
