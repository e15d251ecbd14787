"""Denoisers called by name, side by side on the same noisy images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.images import Data
from grainless.errors import InputError, did_you_mean
from grainless.evaluation.auto import AUTO, Auto
from grainless.evaluation.baselines import BASELINES, INCLUDED, best_setting
from grainless.evaluation.evaluate import Array, Denoise, Row, evaluate
from grainless.evaluation.protocols import PROTOCOLS
from grainless.model.denoiser import Denoiser, load
from grainless.noise import Chain
from grainless.parts import choose, make, spec


def evaluate_named(
    names: Sequence[str],
    data: str,
    noise: Chain,
    *,
    roots: DataRoots,
    part: str = "test",
    protocol: str = "float",
    seed: int = 0,
    limit: int | None = None,
    progress: Callable[[int, int], object] = lambda count, total: None,
) -> list[Row]:
    """Score denoisers on one part of a data set.

    Args:
        names: of baselines, which come at their best setting for the training part and this noise, unless one
            is given: "nlm:h=0.5"; of models.
        data: a data set's name and options, as text: "folder:path=scans".
        noise: what is put on the images.
        roots: where data files are looked for.
        part: "train", "validation" or "test".
        protocol: a name in `evaluation.PROTOCOLS`.
        seed: of the noise.
        limit: only the first so many images.
        progress: told now and then how many more images were scored, of how many.

    Raises:
        InputError: a name that is in no table, no such part, a model that does not take these images.
    """
    choose("protocol", PROTOCOLS, protocol)
    read = make("data set", DATA, spec("data set", data)).read(roots)
    images = choose("part", read.parts, part)
    if limit:
        images = images.take(np.arange(min(limit, len(images))))
    return evaluate(
        contenders(names, read, noise, seed=seed),
        images,
        noise,
        data_name=f"{data} {part}",
        seed=seed,
        protocol=protocol,
        after_batch=lambda count: progress(count, len(images)),
    )


def contenders(names: Sequence[str], data: Data, noise: Chain, *, seed: int = 0) -> dict[str, Denoise]:
    """Those of these names, in their order.

    Raises:
        InputError: one of them is neither a baseline nor a model, or a setting is wrong.
        RunError: a baseline's package is not installed. All are told before a long search for any's best setting.
    """
    searched_last = sorted(names, key=lambda name: (is_baseline(name), name in INCLUDED))
    made = {name: contender(name, data, noise, seed=seed) for name in searched_last}
    return {name: made[name] for name in names}


def contender(name: str, data: Data, noise: Chain, *, seed: int = 0) -> Denoise:
    """A baseline at its best setting for the data's training images, or at the one given; or a model.

    Raises:
        InputError: neither is called so, or a setting is wrong.
        RunError: a baseline's package is not installed.
    """
    if name in BASELINES:
        return best_setting(name, data.train, noise, seed=seed)
    if is_baseline(name):
        return make("baseline", BASELINES, spec("baseline", name))
    return model(name)


def is_baseline(name: str) -> bool:
    """Whether it is a baseline's name, perhaps with settings: "nlm:h=0.5"."""
    return name.partition(":")[0] in BASELINES


def model(name: str) -> Denoise:
    """A model by its name, its file or its run, or "auto": chosen for each image; it is not told sigma.

    Raises:
        InputError: there is none; baselines are told, too, for one of them may have been meant.
    """
    if name == AUTO:
        return Auto()
    try:
        return blind(load(name))
    except InputError as error:
        if Path(name).exists():
            raise
        baselines = f"Baselines: {', '.join(BASELINES)}{did_you_mean(name, BASELINES)}."
        raise InputError(f"{error} {baselines}") from error


@dataclass(frozen=True)
class Blind:
    """What `blind` gives."""

    model: Denoiser

    @property
    def planes(self) -> int:
        """Of a stack that it is shown at once."""
        return self.model.card.planes

    def __call__(self, noisy: Array, sigma: float) -> Array:
        return self.model.run(noisy.astype(np.float32, copy=False))


def blind(model: Denoiser) -> Denoise:
    """A model as a table's denoiser: it is not told sigma."""
    return Blind(model)
