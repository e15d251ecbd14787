"""What is scored on each set of a benchmark: which denoisers, which noises, by which protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grainless.evaluation.auto import AUTO
from grainless.evaluation.baselines import BASELINES, INCLUDED
from grainless.evaluation.benchmark.sets import SETS
from grainless.evaluation.denoisers import is_baseline, model
from grainless.evaluation.evaluate import Array
from grainless.evaluation.protocols import PROTOCOLS
from grainless.model.denoiser import load
from grainless.model.zoo import SHIPPED
from grainless.noise import Chain, Draw, noise_from
from grainless.parts import choose, make, spec

UNASKED = (AUTO, *sorted(SHIPPED))
"""The models where none is named."""

SIGMAS = tuple(f"gaussian:sigma={sigma}/255" for sigma in (15, 25, 50))
"""The field's."""

BYTES = " in 8 bits"
"""Ends the text of a noise whose images were then clipped and rounded to 8 bits, as a file holds them."""

OFF_RANGE = (
    "gaussian:sigma=5/255",
    "gaussian:sigma=25/255",
    "gaussian:sigma=70/255",
    "poisson:peak=30",
    "speckle:sigma=0.2",
    f"gaussian:sigma=25/255{BYTES}",
)
"""Noises beside what models are trained for, and sigma 25 to compare with."""

NO_NOISE = "none"
"""What is put on real pairs."""

SIDE = 1000
"""Costs are measured on about a megapixel."""


@dataclass(frozen=True)
class Stored:
    """A noise whose images went through an 8-bit file: clipped and rounded."""

    noise: Chain

    def __call__(self, clean: Array, draw: Draw) -> Array:
        noisy: Array = np.round(np.clip(self.noise(clean, draw), 0, 1) * 255) / 255
        return noisy

    def __str__(self) -> str:
        return f"{self.noise}{BYTES}"


@dataclass(frozen=True)
class Plan:
    """What a benchmark does on each set.

    Args:
        denoisers: models, baselines and baselines with settings; `UNASKED`, where no model
            is named, and the baselines that come with Grainless, where no baseline is.
        noises: as text; none: the field's three, and on `SETS` also `OFF_RANGE`, for models.
        protocol: a name in `evaluation.PROTOCOLS`.
        seed: of the noise.
        limit: only the first so many images.
        side: costs are measured on about side x side pixels.
    """

    denoisers: Sequence[str] = ()
    noises: Sequence[str] = ()
    protocol: str = "field"
    seed: int = 0
    limit: int | None = None
    side: int = SIDE

    @property
    def models(self) -> list[str]:
        return [name for name in self.denoisers if not is_baseline(name)] or list(UNASKED)

    @property
    def baselines(self) -> list[str]:
        return [name for name in self.denoisers if is_baseline(name)] or list(INCLUDED)

    def models_for(self, channels: int, data: str = "") -> dict[str, str]:
        """Auto and the models made for these colours: what their rows are called -> the name they were asked by.

        Unasked, sets of white noise leave out models that did not learn it.
        """
        made = [name for name in self.models if name == AUTO or load(name).card.channels == channels]
        if data in SETS and all(map(is_baseline, self.denoisers)):
            made = [name for name in made if name == AUTO or "white" in load(name).card.learned]
        short = [Path(name).name for name in made]
        return {
            last if short.count(last) == 1 else name: name for last, name in zip(short, made, strict=True)
        }

    def left_out(self, channels: int) -> list[str]:
        """The models made for other colours."""
        return [name for name in self.models if name not in self.models_for(channels).values()]

    def check(self) -> None:
        """Refuse, before long work, what cannot be.

        Raises:
            InputError: a name, a setting, the protocol or a noise is wrong.
            RunError: a baseline's package is not installed.
        """
        for name in self.models:
            model(name)
        for name in self.baselines:
            make("baseline", BASELINES, spec("baseline", name))
        choose("protocol", PROTOCOLS, self.protocol)
        for text in self.noises:
            noise_from(text)


def noise_of(text: str) -> Chain | Stored:
    """The noise that a text of a plan names."""
    noise = noise_from(text.removesuffix(BYTES))
    return Stored(noise) if text.endswith(BYTES) else noise
