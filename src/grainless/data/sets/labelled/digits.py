"""scikit-learn's handwritten digits: small enough for a test, and always there."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.data.sets.labelled.one_class import of_class
from grainless.data.split import Held, split


@dataclass(frozen=True, kw_only=True)
class Digits:
    """Digits: 1,797 grey images of 8 x 8 in ten classes, inside scikit-learn.

    Their 17 levels, 0..16, are spread over the bytes: round(255 level / 16).

    Args:
        validation: images held out: below 1 a share, from 1 a number.
        test: the same for the test.
        seed: chooses which are held out.
        only: learn from this class alone, and hold back the same; the test has them all. None: from every class.

    Source: E. Alpaydin, C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning
    Repository, 1998, its test images.
    """

    validation: Held = 0.1
    test: Held = 0.2
    seed: int = 0
    only: Annotated[int, Ge(0)] | None = None

    channels: ClassVar[int] = 1
    size: ClassVar[tuple[int, int]] = (8, 8)
    classes: ClassVar[tuple[str, ...]] = tuple(map(str, range(10)))

    def read(self, roots: DataRoots) -> Data:
        """Read them; `roots` is not looked at."""
        from sklearn.datasets import load_digits

        digits = load_digits()
        levels = np.rint(digits.images[:, None] * (255 / 16)).astype(np.uint8)
        images = Images.of(levels, digits.target.astype(np.int64))
        rows = split(len(images), [self.validation, self.test], seed=self.seed, source="digits")
        learned = [of_class(images, part, self.only, "digits") for part in rows[:2]]
        train, validation, test = map(images.take, [*learned, rows[2]])
        return Data("digits", train, validation, test, found="scikit-learn")
