"""A folder of noisy images, and beside each what a model makes of it: clean images where nobody has any."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from annotated_types import Ge

from grainless.data.any_size import AnySize
from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.data.sets.folders import Folder
from grainless.data.split import Held
from grainless.errors import InputError

if TYPE_CHECKING:
    from grainless.denoising.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Denoised(AnySize):
    """Denoised: noisy images with what a model makes of each as its clean partner, for the method "calibrated".

    The folder is read, and parts are held out, as by "folder". Results have 16 bits. What the model leaves as it is
    has no partner, and is left out.

    Args:
        path: the folder, as a path or below a data folder.
        by: the model: "auto", a shipped one's name, an ONNX file or a run's folder, as `grainless denoise` takes it.
        adapt: fit a curve to the noise of each image, as `grainless denoise --adapt` does.
        squares: the model is then shown means over squares of so many pixels a side, 1.6 for a mixture of 0.6 by those
            of 2 pixels; None: as each image tells.
        most: of more images to learn from so many are denoised, spread evenly over all.
        validation: images held out: below 1 a share of all, from 1 a number.
        test: the same for the test.
        seed: chooses which are held out.
        grey: turn colour into grey: one channel. Else grey into colour: three.
    """

    path: Path
    by: str = "auto"
    adapt: bool = False
    squares: Annotated[float, Ge(1)] | None = None
    most: Annotated[int, Ge(1)] = 64
    validation: Held = 0.1
    test: Held = 0.1
    seed: int = 0
    grey: bool = False

    def read(self, roots: DataRoots) -> Data:
        """Decode all images, and denoise them.

        Raises:
            InputError: as of "folder"; there is no such model; it left all images of a part as they are.
            RunError: the model could not run.
        """
        noisy = Folder(
            path=self.path, validation=self.validation, test=self.test, seed=self.seed, grey=self.grey
        ).read(roots)
        parts = {name: self._beside(_spread(part, self.most)) for name, part in noisy.parts.items()}
        return Data("denoised", **parts, found=noisy.found)

    def _beside(self, noisy: Images) -> Images:
        """The results, their noisy images beside them."""
        from grainless.denoising.policy import AUTO, Policy
        from grainless.model.denoiser import load

        by = self.by if self.by == AUTO else load(self.by)
        policy = Policy(by, adapt=self.adapt, squares=self.squares)
        made = {
            row: result for row in range(len(noisy)) if (result := _result(noisy, row, policy)) is not None
        }
        if not made:
            raise InputError(
                f"All images of {self.path} that were looked at are left as they are: nothing can be learned from "
                "that; name a model with data.by."
            )
        beside = noisy.take(list(made))
        return replace(Images.of(list(made.values()), names=beside.names), noisy=beside)


def _result(noisy: Images, row: int, policy: "Policy") -> np.ndarray | None:
    """(c, h, w) uint16 of an image; None: it was left as it is."""
    from grainless.denoising.process import process
    from grainless.image.arrays import image_of

    image, outcome = process(image_of(noisy[row], 0), policy)
    if outcome.model is None:
        return None
    return np.rint(np.clip(image.pixels, 0, 1) * 65_535).astype(np.uint16)


def _spread(images: Images, most: int) -> Images:
    """At most so many."""
    if len(images) <= most:
        return images
    return images.take(np.unique(np.linspace(0, len(images) - 1, most).round().astype(int)))
