"""From a person's own images to a recipe that trains a shipped model on with them, in so many minutes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.images import Data
from grainless.errors import InputError, counted
from grainless.learn.finetune.asked import check_asked
from grainless.learn.finetune.clean import noisy_themselves, of_two_kinds
from grainless.learn.finetune.noisy_only.alone import noisy_images
from grainless.learn.finetune.own import Own, clean_images, pairs
from grainless.learn.finetune.pace import Pace, measured
from grainless.learn.finetune.planes import clean_stacks, noisy_stacks
from grainless.learn.finetune.rate import RATES, tried
from grainless.learn.finetune.start import Start, best_start
from grainless.learn.finetune.text import SEED, written
from grainless.learn.methods.calibrated import Calibrated
from grainless.learn.methods.methods import METHODS
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.score import judges
from grainless.model.zoo import RUNS
from grainless.noise import noise_from
from grainless.parts import make

RATE, METHOD, STEPS = "train.rate=", "learn.name=", ("train.steps=", "train.epochs=")
"""The changes by which a person sets them; else the rate is tried out, the method follows from the noise, the steps
from the minutes."""

BY_HALVES = (
    "There are no clean images: scores compare a denoised half of each image with its other half, noise and all. "
    "They favour what learns from halves, and a gain of a tenth or two can be a loss by clean images; the best "
    "epoch has the least loss of its own on those to choose by."
)
"""What must be known of a training from noisy images alone."""

BY_LESSON = (
    "There are no clean images, and halves of an image share their noise: scores compare with what the model made of "
    "the held-out images, under noise as it was measured; they tell how well that was learned, and nothing of what "
    "the model itself did wrong."
)
"""The same, where neighbouring pixels share it."""


@dataclass(frozen=True)
class Plan:
    """A training of a person's own images.

    Args:
        recipe: what will be trained.
        data: the images, read.
        remarks: what a person should know before it begins, a sentence each.
        step: seconds that a step took when it was timed.
    """

    recipe: Recipe
    data: Data
    remarks: list[str]
    step: float


def plan(
    out: Path,
    *,
    images: Path | None = None,
    noisy: Path | None = None,
    clean: Path | None = None,
    noise: str | None = None,
    start: str | None = None,
    neighbours: int | None = None,
    minutes: float = 10.0,
    changes: Sequence[str] = (),
    roots: DataRoots | None = None,
    tell: Callable[[str], object] = lambda line: None,
) -> Plan:
    """Look at a person's images, and write the recipe that trains a shipped model on with them.

    Args:
        out: the run's folder to be; its name is the recipe's.
        images: a folder of clean images.
        noisy: a folder of noisy images; their partners are in `clean`, if there are such.
        clean: see `noisy`.
        noise: for clean images, as the command line writes it; None: what photographs have, as in the recipe photo.
        start: the shipped model to train on; None: the one that does best on the images as it is.
        neighbours: the images are stacks or sequences, and each plane is shown with so many before and after it.
        minutes: how long it may take, in all.
        changes: lines of the recipe to change, as `--set` takes them.
        roots: where data files are looked for.
        tell: takes a line before each wait.

    Raises:
        InputError: the images will not do: the reason is told in a line.
    """
    began = time.monotonic()
    Run.check_new(out)
    check_asked(start, changes)
    alone = noisy is not None and images is None and clean is None and noise is None
    if noisy and alone:
        wanted = _named(changes)
        own, found = (
            noisy_stacks(noisy, neighbours, wanted, tell) if neighbours else noisy_images(noisy, wanted, tell)
        )
    else:
        own, found = _own(images, noisy, clean, noise, neighbours), None
    data = make("data set", DATA, own.data).read(roots or DataRoots())
    method = METHODS[own.method](noise_from("none"), **own.options)
    tell("Trying what it begins with, and how long a step takes ...")
    held = judges(method, data.validation)
    chosen = best_start(held, noise_from(own.noise), seed=SEED, only=start or own.start)
    if alone:
        chosen = replace(chosen, loss="mse")  # another loss takes the noise's median for its mean
    pace = measured(written(out, own, chosen, Pace(1, 1, "full"), epochs=1, steps=1), data)
    looked = (time.monotonic() - began) / 60
    epochs, steps = pace.plan(minutes - looked)
    recipe = written(out, own, chosen, pace, epochs=epochs, steps=steps).with_changes(changes)
    if recipe.tables["data"] != own.data:
        data = recipe.data(roots or DataRoots())
    own_steps = any(change.startswith(STEPS) for change in changes)
    remarks = _remarks(own, chosen, pace, recipe, data, minutes, looked, own_steps)
    if found:
        remarks += [found, BY_LESSON if isinstance(method, Calibrated) and method.shared else BY_HALVES]
    else:
        remarks += noisy_themselves(data.train)
    remarks += of_two_kinds(data.train)
    if not any(change.startswith(RATE) for change in changes):
        tell(f"Trying {len(RATES)} learning rates ...")
        trial = tried(recipe, data, pace.trial(max(minutes - looked, 0.0), len(RATES)))
        recipe = recipe.changed(f"{RATE}{trial.rate}")
        remarks.append(str(trial))
    return Plan(recipe, data, remarks, pace.step)


def run_folder(images: Path | None, clean: Path | None, noisy: Path | None = None) -> Path:
    """Where a run of these images lies, if nobody says otherwise: called as their folder, or as that of both sides."""
    alone = images or (noisy if clean is None else None)
    folder = alone.resolve() if alone else (clean or Path()).resolve().parent
    return RUNS / (folder.name or "own")


def _named(changes: Sequence[str]) -> str | None:
    """The method that a person names."""
    names = [change.removeprefix(METHOD).strip("\"' ") for change in changes if change.startswith(METHOD)]
    return names[-1] if names else None


def _own(
    images: Path | None, noisy: Path | None, clean: Path | None, noise: str | None, neighbours: int | None
) -> Own:
    """The images that were named.

    Raises:
        InputError: none, or some that do not go together.
    """
    if images is not None and noisy is None and clean is None:
        if neighbours:
            return clean_stacks(images, neighbours, noise)
        return clean_images(images, noise)
    if noisy is not None and noise is not None and images is None:
        raise InputError("--noise goes with --images: noisy images have noise of their own.")
    if neighbours:
        raise InputError(
            "--neighbours goes with --images DIR, clean stacks, or with --noisy DIR alone, noisy ones."
        )
    if noisy is not None and clean is not None and images is None:
        return pairs(noisy, clean)
    raise InputError(
        "Name --images DIR, clean ones, or --noisy DIR; and --clean DIR, if these have partners of the same names."
    )


def _remarks(
    own: Own,
    start: Start,
    pace: Pace,
    recipe: Recipe,
    data: Data,
    minutes: float,
    looked: float,
    own_steps: bool,
) -> list[str]:
    options = recipe.training()
    seconds = pace.seconds(options["epochs"], options["steps"])
    total = seconds + 60 * looked
    why = "as you set the steps" if own_steps else "the fewest steps that are trained"
    more = f" (together more than --minutes {minutes:g}: {why})" if total > 75 * minutes else ""
    return [
        f"{own.what}: {len(data.train):,} to learn from, {len(data.validation):,} to choose the best weights by, "
        f"{len(data.test):,} to judge by.",
        f"Starts from {start.name}, which as it is brings those to choose by from {start.noisy:.2f} to "
        f"{start.psnr:.2f} dB.",
        f"{counted(options['epochs'] * options['steps'], 'step')} of {pace.step:.2g} s: about {_minutes(seconds)}"
        f"; looking took {_minutes(60 * looked)}{more}.",
    ]


def _minutes(seconds: float) -> str:
    """As a person says it.

    >>> _minutes(50), _minutes(600), _minutes(61)
    ('50 seconds', '10 minutes', '1 minute')
    """
    if seconds < 60:
        return counted(round(seconds), "second")
    return counted(round(seconds / 60), "minute")
