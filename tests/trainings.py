"""Trainings of a second: digits through a code of 8 numbers."""

from exporter import export_quickly

from grainless.data.find import DataRoots
from grainless.learn.recipe import Recipe
from grainless.learn.training import train

export_quickly()

TINY = """\
# Digits through a code of 8 numbers.
seed = 3

[data]
name = "digits"
validation = 100
test = 40

[noise]
name = "gaussian"
sigma = 0.3
clip = true

[network]
name = "dense"
encoder = []
code = 8
decoder = []

[learn]
loss = "bce"

[train]
epochs = 2
batch = 64
"""


def tiny(*changes):
    """The recipe, with lines changed, checked."""
    recipe = Recipe("tiny", TINY)
    for change in changes:
        recipe = recipe.changed(change)
    recipe.check()
    return recipe


class Notes:
    """A callback that writes down what it is told."""

    def __init__(self):
        self.begun_with, self.steps, self.epochs = [], [], []

    def on_start(self, recipe, data, fit):
        self.begun_with.append((recipe, data, fit))

    def on_step(self, done, steps, loss):
        self.steps.append((done, steps, loss))

    def on_epoch(self, epoch):
        self.epochs.append(epoch)


def trained(path, *changes, callback=None, resume=False):
    """The recipe trained in a folder."""
    return train(tiny(*changes), path, roots=DataRoots(), callback=callback or Notes(), resume=resume)
