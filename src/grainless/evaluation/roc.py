"""How well a score tells the odd from the usual: the receiver operating characteristic and the area under it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError


@dataclass(frozen=True)
class Roc:
    """What a score finds at each threshold.

    Args:
        false: the share of the usual that is taken for odd, rising.
        true: the share of the odd that is found.
        area: under the curve: the chance that an odd one scores higher than a usual one; 0.5 is guessing.
        half: half of its 95 % interval.
    """

    false: NDArray[np.float64]
    true: NDArray[np.float64]
    area: float
    half: float

    @classmethod
    def of(cls, scores: NDArray[np.floating], odd: NDArray[np.bool_]) -> Self:
        """From a score each and whether each is odd.

            standard error² = (A (1 - A) + (n1 - 1) (Q1 - A²) + (n0 - 1) (Q2 - A²)) / (n1 n0)
            Q1 = A / (2 - A),  Q2 = 2 A² / (1 + A)

        Raises:
            InputError: all are odd, or none is.

        Source: Hanley, McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
        curve", Radiology 143, 1982, for the interval; curve and area by scikit-learn.
        """
        from sklearn.metrics import roc_auc_score, roc_curve

        if odd.all() or not odd.any():
            raise InputError("There is nothing to tell apart: the test images are all of one kind.")
        false, true, _ = roc_curve(odd, scores)
        area = float(roc_auc_score(odd, scores))
        return cls(false, true, area, 1.959964 * _error(area, int(odd.sum()), int((~odd).sum())))


def _error(area: float, odd: int, usual: int) -> float:
    """The standard error of the area."""
    pairs = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
    variance = (area * (1 - area) + (odd - 1) * pairs[0] + (usual - 1) * pairs[1]) / (odd * usual)
    return float(np.sqrt(max(0.0, variance)))
