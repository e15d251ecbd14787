"""A small world for the commands of the guides: the files they name, data sets and trainings of a second."""

import hashlib
import shutil
from dataclasses import replace

import numpy as np
import PIL.Image
import tifffile
import tiny
import torch
from small_data import cifar, csv, images, mnist
from trainings import TINY, Notes

from grainless.data.sets.labelled.idx import Idx
from grainless.data.sets.photos import Photos
from grainless.evaluation.benchmark import section
from grainless.learn import demo, score
from grainless.learn.export import export
from grainless.learn.finetune import plan
from grainless.learn.finetune.pace import Pace
from grainless.learn.finetune.rate import Trial
from grainless.learn.networks import NETWORKS
from grainless.learn.recipe import Recipe
from grainless.learn.training import train
from grainless.model import zoo
from grainless.model.card import Card

COSTS = {"seconds a megapixel": 0.25, "cores": 1.0, "peak MB": 12.0}

ANY_SIZE = """
seed = 3
[data]
name = "digits"
[noise]
name = "gaussian"
[network]
name = "stacked"
widths = [2]
padding = "same"
[learn]
loss = "mse"
[train]
epochs = 1
"""
"""A recipe whose model takes images of any size."""

SMALL = {"name": "unet", "widths": [3, 4], "fold": 2}


def data(folder):
    """Every data set that the guides name, a few images of each."""
    for name in ("mnist", "fashion-mnist"):
        mnist(folder / name, train=60, test=20, packed=False)
    cifar(folder / "cifar10", each=20)
    csv(folder / "fashion-mnist" / "fashion-mnist_train.csv", rows=40)
    images(folder / "set12", *(f"{number:02}.png" for number in range(1, 13)), size=(32, 32), channels=1)
    for side in ("noisy", "clean"):
        images(folder / "polyu" / side, *(f"{number:02}.png" for number in range(35)), size=(32, 32))
    images(folder / "bsd432-color", *(f"{number:03}.png" for number in range(24)), size=(160, 160))
    for part, side in ((part, side) for part in ("train", "eval") for side in ("low", "high")):
        images(folder / "lowlight" / part / side, *(f"{number}.png" for number in range(4)), size=(160, 160))
    return folder


def photograph(channels=3, side=64, sigma=20, seed=0):
    """Soft waves with noise on them, bytes."""
    line = np.linspace(0, 6, side)
    waves = 128 + 70 * np.sin(np.add.outer(line, line * (1 + seed)) + seed)[..., None]
    noise = sigma * np.random.default_rng(seed).normal(size=(side, side, channels))
    return np.uint8(np.clip(waves * np.linspace(0.8, 1, channels) + noise, 0, 255)).squeeze()


def files(folder, run):
    """The files that the guides name, in a person's folder."""
    saved = {
        f"{name}.{end}": 1
        for name in ("photo", "dark", "page", "noisy", "docs/noisy")
        for end in ("jpg", "png")
    }
    saved |= {f"scans/{name}": 2 for name in ("one.png", "two.tif", "deep/three.png")}
    for side, sigma in (("noisy", 20), ("clean", 0)):
        saved |= {f"{side}/{number}.png": (number, sigma) for number in range(16)}
    for side, sigma in (("dark", 20), ("bright", 0)):
        saved |= {f"night/{side}/{number}.png": (number, sigma, 160) for number in range(6)}
    saved |= {f"letters/{number}.png": (number, 20, 28) for number in range(3)}
    saved |= {f"photos/{number}.png": (number, 0) for number in range(9)}
    for name, what in saved.items():
        seed, sigma, side = (*what, 64)[:3] if isinstance(what, tuple) else (what, 20, 64)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(photograph(side=side, sigma=sigma, seed=seed)).save(folder / name)
    for name in ("scan.tif", "stack.tif", "more.tif", "huge.tif"):
        pages = np.stack([photograph(1, seed=seed) for seed in range(3)]).astype(np.uint16) * 257
        tifffile.imwrite(folder / name, pages, photometric="minisblack")
    tifffile.imwrite(folder / "cells.tif", pages[0], photometric="minisblack")
    planes = np.stack([photograph(1, seed=seed, sigma=0) for seed in range(16)])
    (folder / "planes").mkdir()
    tifffile.imwrite(folder / "planes" / "a.tif", planes, photometric="minisblack")
    for number, plane in enumerate(planes[:3]):
        (folder / "frames").mkdir(exist_ok=True)
        PIL.Image.fromarray(plane).save(folder / "frames" / f"{number}.png")
    shutil.copy(run.model_file, folder / "mine.onnx")
    (folder / "mine.toml").write_text(TINY.replace("epochs = 2", "epochs = 1"))


def finished(folder):
    """A run whose model takes grey images of any size."""
    return train(Recipe("mine", ANY_SIZE), folder, callback=Notes())


def runs(folder, run, names):
    """Finished runs by these names, all the same one."""
    for name in names:
        if not (folder / name).exists():
            shutil.copytree(run.path, folder / name)


def shipped(folder):
    """The folder of the shipped models with one more, a small one for colour, and its entry."""
    for path in zoo.PRETRAINED.iterdir():
        (folder / path.name).symlink_to(path)
    torch.manual_seed(0)
    network = NETWORKS["unet"](channels=3, widths=(3, 4), fold=2)
    card = Card("small", 3, multiple=4, reach=network.reach, about={"recipe": {"network": SMALL}})
    export(network, folder / "small.onnx", card, torch.rand(1, 3, 32, 32))
    return folder, zoo.Shipped("small.onnx", hashlib.sha256((folder / "small.onnx").read_bytes()).hexdigest())


def made_small(patch, shipped):
    """Trainings of a step an epoch, a small model to begin with, few images, nothing exported or measured."""
    load, read, read_idx, best_start = Recipe.load, Photos.read, Idx.read, plan.best_start
    few = {"train.crop": 32, "train.steps": 1, "train.batch": 2, "network.widths": [2]}

    def quick(source, changes=()):
        recipe = load(source, changes)
        if recipe.name == "mine" or str(source).endswith(
            "recipe.toml"
        ):  # small already; a run's own, to go on with
            return recipe
        started = "train.start" in recipe.options  # from weights that have their widths
        lines = {line: value for line, value in few.items() if line.split(".")[1] in recipe.text}
        lines = [f"{line}={value}" for line, value in lines.items() if not (started and "widths" in line)]
        return recipe.with_changes(["train.epochs=1", *lines])

    def two(self, roots):
        found = read(self, roots)
        return replace(found, **{name: part.take([0, 1]) for name, part in found.parts.items()})

    patch.setattr(Recipe, "load", quick)
    patch.setattr(Photos, "read", two)
    patch.setattr(Idx, "read", lambda self, roots: read_idx(replace(self, validation=20), roots))
    patch.setattr(score, "export", lambda network, path, card, samples: tiny.identity(path, card))
    patch.setattr(demo, "CLASSICAL", ("median",))
    patch.setattr("grainless.evaluation.benchmark.plan.UNASKED", ())
    patch.setattr(section, "cost", lambda kind, name, noisy, sigma: COSTS)
    patch.setattr(zoo, "PRETRAINED", shipped[0])
    patch.setitem(zoo.SHIPPED, "small", shipped[1])
    patch.setattr(plan, "best_start", lambda *given, **named: best_start(*given, **named | {"only": "small"}))
    patch.setattr(plan, "measured", lambda recipe, data: Pace(1e6, 1.0, "full"))
    patch.setattr(plan, "tried", lambda recipe, data, steps: Trial({1e-3: 0.1}, 0.2, steps))
