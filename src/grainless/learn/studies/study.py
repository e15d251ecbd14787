"""The runs of a study: what is done already is reused, what was interrupted goes on."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from grainless.data.find import DataRoots
from grainless.errors import RunError
from grainless.evaluation.denoisers import blind
from grainless.evaluation.evaluate import Array, Denoise, Task, given, middle
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.training import Callback, train
from grainless.model.denoiser import load

LONGEST = 255
"""Bytes that the name of a file or a folder may have, nearly everywhere."""


class Unfinished(RunError):
    """A run that is asked for was not trained to its end, and shall not be now."""


@dataclass(frozen=True)
class Study:
    """A folder with one run for each recipe and its changes.

    Args:
        folder: holds the runs, and what the study makes of them.
        roots: where data files are looked for.
        callback: is told how each training goes.
        finished_only: nothing is trained: a run that is not finished is an error.
    """

    folder: Path
    roots: DataRoots
    callback: Callback
    finished_only: bool = False

    def run(self, recipe: str, changes: Iterable[str] = ()) -> Run:
        """The finished run of a recipe with some lines changed.

        Raises:
            InputError: the recipe has mistakes, or a run of that name was made by another recipe.
            Unfinished: it is not finished, and nothing shall be trained.
        """
        changes = list(changes)
        changed = Recipe.load(recipe, changes)
        run = Run(self.folder / _name(changed.name, changes))
        begun = run.recipe_file.is_file()
        if begun and run.finished:
            run.check_made_by(changed)
            return run
        if self.finished_only:
            raise Unfinished(f"`{typed(recipe, changes)}`")
        return train(changed, run.path, roots=self.roots, callback=self.callback, resume=begun)


def typed(recipe: str, changes: Iterable[str]) -> str:
    """The command that trains it, as a shell takes it.

    >>> typed("mine.toml", ["train.epochs=2", "noise=gaussian:sigma=0.1 + mask"])
    "grainless train mine.toml --set train.epochs=2 --set 'noise=gaussian:sigma=0.1 + mask'"
    """
    words = ["grainless", "train", recipe]
    for change in changes:
        words += ["--set", change]
    return shlex.join(words)


def _name(recipe: str, changes: list[str]) -> str:
    """Of a run's folder: the recipe and what is changed in it; cut where no file system takes so long a name."""
    name = ",".join([recipe, *changes]).replace("/", "_")
    if len(name.encode()) <= LONGEST:
        return name
    start = name.encode()[: LONGEST // 2].decode(errors="ignore")
    return f"{start}...{sha256(name.encode()).hexdigest()[:16]}"


def denoiser(run: Run) -> Denoise:
    """The run's model, as tables and pictures take it."""
    return blind(load(run.model_file))


def scenes(run: Run, roots: DataRoots, count: int) -> list[dict[str, Array]]:
    """The first test images of a run's data: clean, noisy by its recipe, denoised by its model; clamped to 0..1."""
    recipe = run.recipe()
    task = Task(recipe.data(roots).test, recipe.noise(), seed=recipe.seed)
    denoise = denoiser(run)
    shown = []
    for index in range(min(count, len(task.clean))):
        noisy, clean = task.pair(index)
        denoised = denoise(given(denoise, noisy[None], len(clean)), task.sigma)[0]
        versions = {"clean": clean, "noisy": middle(noisy, len(clean)), "denoised": denoised}
        shown.append({name: np.clip(image, 0, 1) for name, image in versions.items()})
    return shown
