"""A person's own stacks: clean ones, and noisy ones alone, learned from with the planes around each."""

from dataclasses import replace

import numpy as np
import pytest
import tifffile
import torch
from numpy.testing import assert_array_equal
from trainings import Notes

from grainless.data.halves import halves
from grainless.data.images import Images
from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.finetune.plan import plan
from grainless.learn.methods.alone import Neighbours
from grainless.learn.methods.pairs import Scene
from grainless.learn.training import train
from grainless.model.denoiser import load
from grainless.noise import noise_from

FEW = ["train.epochs=2", "train.steps=2", "train.rate=1e-3"]


def stacks(folder, sigma=0.0, side=112):
    """Three stacks of six planes, soft waves that move."""
    folder.mkdir()
    chance = np.random.default_rng(5)
    line = np.linspace(0, 6, side)
    for number in range(3):
        planes = np.stack(
            [0.5 + 0.3 * np.sin(np.add.outer(line, line + at / 20) + number) for at in range(6)]
        )
        noisy = planes + sigma * chance.normal(size=planes.shape)
        pixels = np.round(255 * noisy.clip(0, 1)).astype(np.uint8)
        tifffile.imwrite(folder / f"{number}.tif", pixels, photometric="minisblack")
    return folder


def test_noisy_stacks_alone_become_a_model_of_several_planes(small, quick, tmp_path):
    out = tmp_path / "run"
    planned = plan(out, noisy=stacks(tmp_path / "noisy", sigma=0.1), neighbours=1, changes=FEW)
    tables = planned.recipe.tables
    assert (tables["data"]["name"], tables["data"]["neighbours"]) == ("stacks", 1)
    assert (tables["learn"]["name"], "noise" in tables) == ("neighbours", False)
    assert planned.remarks[0].startswith(
        "noisy planes of stacks, each with 1 before and 1 after it: 4 to learn"
    )
    assert planned.remarks[3].endswith(
        "Learned by neighbours: of each plane neighbouring pixels teach each other."
    )
    run = train(planned.recipe, out, data=planned.data, callback=Notes())
    assert load(run.path).card.neighbours == 1
    assert 10 < run.facts()["noisy"]["test"]["psnr"] < 22  # of two halves that each have noise of 0.1


def test_clean_stacks_get_the_noise_of_the_recipe_stacks(small, quick, tmp_path):
    planned = plan(tmp_path / "run", images=stacks(tmp_path / "clean"), neighbours=2, changes=FEW)
    tables = planned.recipe.tables
    assert tables["noise"] == [{"name": "gaussian", "sigma": "0..50/255"}]
    assert (tables["learn"]["name"], tables["data"]["neighbours"]) == ("given", 2)
    assert planned.data.train.noisy.channels == 5


@pytest.mark.parametrize(
    ("changes", "sides", "words"),
    [
        (["learn.name=sure"], ["noisy"], 'learn.name is "sure", and of noisy planes with others around them'),
        (
            [],
            ["noisy", "clean"],
            "--neighbours goes with --images DIR, clean stacks, or with --noisy DIR alone",
        ),
    ],
    ids=["method", "pairs"],
)
def test_what_does_not_go_with_planes_is_refused(small, tmp_path, changes, sides, words):
    folder = stacks(tmp_path / "noisy", sigma=0.1)
    with pytest.raises(InputError, match=words):
        plan(tmp_path / "run", neighbours=1, changes=changes, **dict.fromkeys(sides, folder))


@pytest.mark.parametrize("undo", [0.0, 1.0])
def test_of_planes_all_are_shown_and_the_middle_one_is_asked_for(undo):
    planes = torch.arange(2 * 5 * 16 * 16, dtype=torch.float32).reshape(2, 5, 16, 16)
    draw = TorchDraw(torch.Generator().manual_seed(3))
    pair = Neighbours(noise=noise_from("none"), undo=undo)(Scene(planes[:, 2:3], planes), draw)
    assert (pair.shown.shape, pair.wanted.shape) == ((2, 5, 8, 8), (2, 1, 8, 8))
    apart = (pair.shown[:, 2:3] - pair.wanted).abs()
    assert set(apart.unique().tolist()) == {1.0, 16.0}  # of the same plane: beside it, or below
    assert (pair.shown[:, 1:] - pair.shown[:, :-1] == 256).all()  # in all planes the same pixel


def test_planes_are_judged_by_halves_of_the_middle_one():
    planes = np.arange(3 * 4 * 4, dtype=np.uint8).reshape(1, 3, 4, 4)
    images = Images.of(planes[:, 1:2])
    judged = halves(replace(images, noisy=Images.of(planes)))
    assert_array_equal(judged.noisy[0], planes[0, :, ::2, ::2])
    assert_array_equal(judged[0], planes[0, 1:2, ::2, 1::2])
