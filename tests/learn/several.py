"""One of several processes that train together: what tests/learn/test_crew.py starts, twice, with a folder's name.

Writes FOLDER/RANK.safetensors, the weights, and FOLDER/RANK.json, all it saw.
"""

import json
import os
import signal
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from grainless.data.find import DataRoots
from grainless.data.sets.labelled.digits import Digits
from grainless.errors import GrainlessError
from grainless.learn import training
from grainless.learn.fitting import strategies
from grainless.learn.fitting.crew import Crew
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import mse
from grainless.learn.methods.methods import Supervised
from grainless.learn.networks.unet import UNet
from grainless.learn.recipe import Recipe
from grainless.noise import noise_from

RECIPE = """
seed = 3
[data]
name = "digits"
validation = 60
test = 20
[noise]
name = "gaussian"
sigma = 0.3
[network]
name = "unet"
widths = [4, 6]
[train]
epochs = 3
batch = 16
steps = 9
crop = 8
ema = 0.9
"""


def fit(crew=None, rate=1e-3):
    """A training on digits with batches of 16, the last of an epoch smaller."""
    torch.manual_seed(0)
    data = Digits(validation=60, test=1600).read(DataRoots())
    method = Supervised(noise_from("gaussian:sigma=0..0.5"))
    network = UNet(widths=(4, 6))
    return Fit(
        network, data, method, mse, seed=5, epochs=2, batch=16, rate=rate, ema=0.9, max_norm=2.0, crew=crew
    )


def seen(trained):
    """Every image that was shown, by its pixels, epoch by epoch."""
    shown, step = [], trained._crew.share

    def share(pair):
        mine = step(pair)
        if mine.weight:
            shown[-1].extend(image.numpy().tobytes().hex() for image in mine.pair.wanted)
        return mine

    object.__setattr__(trained._crew, "share", share)
    for _ in _epochs(trained, shown):
        pass
    return shown


def _epochs(trained, shown):
    shown.append([])
    for epoch in trained():
        yield epoch
        shown.append([])


def main():
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    crew = Crew.gathered("full")
    together = fit(crew)
    shown = seen(together)
    told = {"shown": shown[:2], "history": [vars(epoch) for epoch in together.history]}
    keep(together, folder / f"{crew.rank}.safetensors")
    try:
        for _ in fit(crew, rate=1e30)():
            pass
    except GrainlessError as error:
        told["diverged"] = str(error)
    try:
        with crew.agreed():
            if crew.rank == 1:
                Recipe.load("no such thing")
    except GrainlessError as error:
        told["agreed"] = str(error)
    told["sharded"] = sharding(folder)
    told["handed"] = crew.hand_out(["first", "second"][crew.rank])
    (folder / f"{crew.rank}.json").write_text(json.dumps(told))
    dying(folder, crew)


def sharding(folder):
    """The same training with sharded parameters, layer by layer; and the second epoch again, after it was saved."""
    strategies.UNIT = 100
    crew = Crew.gathered("full", "fsdp")
    trained, standings = fit(crew), []
    for _ in trained():
        tensors, history = trained.state()
        standings.append(({name: value.clone() for name, value in tensors.items()}, history))
    resumed = fit(crew)
    resumed.restore(*standings[0])
    for _ in resumed():
        pass
    held = sum(weight.to_local().numel() for weight in resumed._learner.model.module.parameters())
    if crew.is_first:
        keep(trained, folder / "sharded.safetensors")
        keep(resumed, folder / "resumed.safetensors")
        save_file(standings[0][0], folder / "standing.safetensors", {"history": standings[0][1]})
    return {"history": [vars(epoch) for epoch in trained.history], "held": held}


def keep(trained, path):
    """The average of the weights, as a file."""
    save_file({name: value.contiguous() for name, value in trained.averaged.state_dict().items()}, path)


def dying(folder, crew):
    """A run in whose second epoch the second process is killed."""
    if crew.rank == 1:
        whole = Fit._validate

        def validate(self, number):
            if number == 2:  # the others wait for its part
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(self, number)

        Fit._validate = validate
    try:
        training.train(Recipe("several", RECIPE), folder / "run")
    except GrainlessError as error:
        (folder / "ended.txt").write_text(str(error))
