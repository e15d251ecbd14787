"""What a training step of the recipe photo spends on its noise, all of its noise together. Target: a quarter.

    python -m benchmarks.training.noises

In processor's seconds of one thread, so that other work on the machine counts as little as can be; the crops are of
scikit-image's photographs, in the place of the recipe's own.
"""

import time

import torch

from benchmarks.measuring import median_with_interval, tell_and_keep
from grainless.cli.allocator import keep_freed_memory
from grainless.data.find import DataRoots
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.pairs import Pair, Scene
from grainless.learn.recipe import Recipe

EPOCHS, STEPS = 9, 4
CHANGES = (
    "data=photos:grey=false",
    f"train.steps={STEPS}",
    f"train.epochs={EPOCHS + 1}",
    "train.patience=99",
)


class Timed:
    """A method of learning that counts the processor's seconds it takes."""

    def __init__(self, method) -> None:
        self.method, self.seconds = method, 0.0

    def __call__(self, scene: Scene, draw) -> Pair:
        started = time.process_time()
        pair = self.method(scene, draw)
        self.seconds += time.process_time() - started if torch.is_grad_enabled() else 0.0
        return pair


def shares(recipe: Recipe) -> list[tuple[float, float]]:
    """Seconds a step of the noise and of all else, for each epoch but the first."""
    data, method = recipe.data(DataRoots()), Timed(recipe.method())
    fit = Fit(recipe.network(), data, method, recipe.loss(), seed=recipe.seed, **recipe.training())
    found, begun = [], []

    def look(done: int, steps: int, loss: float) -> None:
        if done == steps:
            spent = time.process_time() - begun[-1]
            found.append((method.seconds / steps, (spent - method.seconds) / steps))

    epochs = fit(look)
    for _ in range(EPOCHS + 1):
        method.seconds = 0.0
        begun.append(time.process_time())
        next(epochs)
    return found[1:]


if __name__ == "__main__":
    torch.set_num_threads(1)
    keep_freed_memory()
    seconds = shares(Recipe.load("photo", CHANGES))
    low, middle, high = median_with_interval([100 * noise / rest for noise, rest in seconds])
    noise, rest = (median_with_interval([each[side] for each in seconds])[1] for side in (0, 1))
    row = {"noise, ms": 1e3 * noise, "step without it, ms": 1e3 * rest, "%": middle, "low": low, "high": high}
    tell_and_keep(
        "training/noises", [row], "The noise of the recipe photo, as a share of the rest of a training step"
    )
