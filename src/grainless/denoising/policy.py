"""How an image is to be denoised: all that a person may choose."""

from dataclasses import dataclass
from numbers import Real
from pathlib import Path

import numpy as np

from grainless.denoising.adapt.adapted import Adapted
from grainless.errors import InputError, unknown
from grainless.model.denoiser import Denoiser, load
from grainless.model.devices import DEVICES

AUTO = "auto"
"""The name that leaves the choice to Grainless."""


@dataclass(frozen=True)
class Policy:
    """How an image is to be denoised.

    Args:
        model: "auto" looks at the noise and chooses, and leaves an image without noise as it is; else a name, an ONNX
            file, a run's folder, or a loaded denoiser, which is taken whatever the noise.
        strength: 0 leaves the image as it is, 1 is all the model does; between, a blend of both.
        chroma: the same for the noise of colours, apart from that of brightness; None: as `strength`. Grey knows none.
        device: "auto", "cpu" or "cuda"; a loaded denoiser stays where it is.
        threads: that one run works with; None: one for each core.
        adapt: fit a curve to the noise of the image, before and after a model of white noise: for noise that grows
            with brightness in unknown ways.
        squares: with `adapt`, grey images are shown to the model as means over squares of so many pixels a side, 1.6
            for a mixture of 0.6 by those of 2 pixels; None: as tells hidden pixels of the image best.
        fitted: the model with a curve that was fitted before, as to all frames of a sequence, its unit that of pixels
            in a file's full scales: it is taken whatever the noise.

    Raises:
        InputError: one of them makes no sense.
    """

    model: str | Path | Denoiser = AUTO
    strength: float = 1.0
    chroma: float | None = None
    device: str = "auto"
    threads: int | None = None
    adapt: bool = False
    squares: float | None = None
    fitted: Adapted | None = None

    def __post_init__(self) -> None:
        for name in ("strength", "chroma"):
            value = getattr(self, name)
            if value is None and name == "chroma":
                continue
            if isinstance(value, bool) or not isinstance(value, Real):
                raise InputError(f"{name} is {value!r}: it is a number from 0 to 1.")
            if not 0 <= float(value) <= 1:
                raise InputError(
                    f"{name} is {value}: it goes from 0 (the image as it is) to 1 (the model's)."
                )
        if not isinstance(self.adapt, bool | np.bool_):
            raise InputError(f"adapt is {self.adapt!r}: it is True or False.")
        if self.device not in DEVICES:
            raise InputError(unknown("device", self.device, DEVICES))
        if self.threads is not None and self.threads < 1:
            raise InputError(f"threads is {self.threads}: a run works with 1 or more.")
        if self.squares is not None and self.squares < 1:
            raise InputError(f"squares is {self.squares}: they have 1 pixel a side or more.")

    @property
    def for_colours(self) -> float:
        """The strength for what is no brightness."""
        return self.strength if self.chroma is None else self.chroma

    @property
    def own(self) -> Denoiser | None:
        """The denoiser that a person named or gave; None: it is to be chosen.

        Raises:
            InputError: there is none of that name.
        """
        if self.fitted:
            return self.fitted.model
        if isinstance(self.model, Denoiser):
            return self.model
        return None if self.model == AUTO else self.load(self.model)

    def load(self, model: str | Path) -> Denoiser:
        """A model where, and with as many threads as, the policy says."""
        return load(model, self.device, self.threads)

    def unheard(self, channels: int) -> tuple[str, ...]:
        """What was asked for and means nothing to an image of so many channels, a sentence each."""
        if channels > 1 or self.chroma in {None, self.strength}:
            return ()
        return (f"chroma is {self.chroma:g}, and the image is grey: only strength counts.",)

    def idle(self, channels: int) -> bool:
        """Whether it leaves every image of so many channels as it is."""
        return self.strength == 0 and (channels == 1 or self.for_colours == 0)
