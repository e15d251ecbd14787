"""The main job on an embedded default: train on photographs, judge on others, against classical denoisers."""

from collections.abc import Sequence
from pathlib import Path

from grainless.data.find import DataRoots
from grainless.evaluation.denoisers import blind, contenders
from grainless.evaluation.evaluate import Row, evaluate
from grainless.learn.page import write_page
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.training import Callback, train
from grainless.model.denoiser import load
from grainless.noise import noise_from

NOISE = "gaussian:sigma=25/255"
CLASSICAL = ("median", "nlm", "wavelet", "tv")


def demo(out: Path, *, callback: Callback, changes: Sequence[str] = ()) -> tuple[Run, list[Row]]:
    """Train the recipe "demo" and score it on the held-out photographs at sigma 25.

    A demo that was begun in `out` goes on; one that was finished is judged again.

    Args:
        out: the run's folder.
        callback: is told how the training goes.
        changes: lines of the recipe to change.

    Returns:
        The run, and a row for the noisy images, for the model, and for each classical denoiser at the setting
        that is best for the training photographs.
    """
    recipe = Recipe.load("demo", changes)
    roots = DataRoots()
    run = train(recipe, out, roots=roots, callback=callback, resume=Run(out).recipe_file.is_file())
    data, noise = recipe.data(roots), noise_from(NOISE)
    denoisers = {"grainless": blind(load(run.model_file))}
    denoisers |= contenders(CLASSICAL, data, noise, seed=recipe.seed)
    rows = evaluate(denoisers, data.test, noise, seed=recipe.seed, data_name="photos test")
    write_page(run, data, rows, denoisers, noise, recipe.seed)
    return run, rows
