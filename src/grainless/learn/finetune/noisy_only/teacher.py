"""What makes clean images of noisy ones where nobody has any, and the noise that it takes from them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.adapt import squares_of
from grainless.denoising.choose import advise, of_white_noise
from grainless.denoising.policy import AUTO, Policy
from grainless.denoising.process import process
from grainless.image.image import Image
from grainless.inspection import Report
from grainless.learn.finetune.noisy_only.calibrate import calibrated
from grainless.learn.finetune.noisy_only.found import GROWING, WHITE
from grainless.model import zoo
from grainless.model.denoiser import load

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Teacher:
    """How `grainless denoise` would denoise the images.

    Args:
        by: a shipped model's name, or "auto".
        adapt: with a curve fitted to the noise of each image.
        squares: whose means the model is then shown, pixels a side, 1.6 for a mixture of 0.6 by those of 2; None: as
            each image tells.
    """

    by: str
    adapt: bool
    squares: float | None = None

    @classmethod
    def of(cls, reports: Sequence[Report], kind: str) -> Self:
        """For grey images whose noise grows with brightness a curve is fitted to each; else one model for all.

        Args:
            reports: of some of the images.
            kind: of their noise, as `found` tells it.
        """
        grey = all(report.is_grey for report in reports)
        if kind == WHITE or (grey and kind == GROWING):
            return cls(of_white_noise(reports[0], zoo.cards()) or AUTO, adapt=kind == GROWING)
        names = Counter(name for report in reports if (name := advise(report).model))
        return cls(names.most_common(1)[0][0] if names else AUTO, adapt=False)

    def settled(self, samples: Sequence[Floats], reports: Sequence[Report]) -> Self:
        """With squares that the images tell together: one alone may be too small, and they are of one kind.

        Args:
            samples: (c, h, w) full scales.
            reports: of them.
        """
        if not self.adapt or self.by == AUTO:
            return self
        return replace(self, squares=squares_of(load(self.by), samples, reports))

    @property
    def words(self) -> str:
        """As a person calls it."""
        return "--adapt" if self.adapt else f"the model {self.by}"

    @property
    def options(self) -> dict[str, Any]:
        """For the data set "denoised"."""
        settled = {} if self.squares is None else {"squares": self.squares}
        return {"by": self.by, "adapt": self.adapt} | settled

    def noises(self, samples: Sequence[Floats]) -> list[str]:
        """The noise of each image, as the command line writes it; of those that it leaves as they are none.

        Args:
            samples: (c, h, w) full scales.
        """
        by = self.by if self.by == AUTO else load(self.by)
        policy = Policy(by, adapt=self.adapt, squares=self.squares)

        def denoise(noisy: Floats) -> Floats:
            return process(Image(noisy), policy)[0].pixels

        found = [(sample, *calibrated(sample, denoise)) for sample in samples]
        return [str(noise) for sample, noise, clean in found if not np.array_equal(sample, clean)]
