"""BM3D: like patches are gathered, and filtered together. Through its authors' package, where a person has it."""

import importlib
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grainless.errors import RunError
from grainless.evaluation.baselines.baseline import Array, Baseline, each

LEAST = 16  # its authors' code asks for room for a block and its neighbours


@dataclass(frozen=True, kw_only=True)
class Bm3d(Baseline):
    """Like patches are stacked and filtered in 3-D; colours by their luminance's matches.

    The authors' normal profile, on one thread: on several, their sums differ from call to call.

    Raises:
        RunError: the package bm3d is not installed.

    Source: Dabov, Foi, Katkovnik, Egiazarian, "Image denoising by sparse 3-D transform-domain collaborative
    filtering", IEEE TIP 16(8), 2007; the package: Mäkinen, Azzari, Foi, "Collaborative filtering of
    correlated noise", IEEE TIP 29, 2020, whose matching and thresholds are newer than the paper's.
    """

    grid: ClassVar = {}
    swept: ClassVar = {channels: {25: {}} for channels in (1, 3)}
    package: ClassVar = "bm3d"

    def __post_init__(self) -> None:
        _package()

    def denoise(self, noisy: Array, sigma: float) -> Array:
        bm3d = _package()
        profile = bm3d.BM3DProfile()
        profile.num_threads = 1

        def one(image: Array) -> Array:
            last = np.moveaxis(image, 0, -1)
            if len(image) == 3:
                denoised = bm3d.bm3d_rgb(last, sigma, profile)
            else:
                denoised = np.dstack([bm3d.bm3d(plane, sigma, profile) for plane in image])
            return np.moveaxis(np.asarray(denoised).reshape(last.shape), -1, 0)

        height, width = noisy.shape[2:]
        beyond = ((0, 0), (0, 0), (0, max(0, LEAST - height)), (0, max(0, LEAST - width)))
        return each(one, np.pad(noisy, beyond, mode="symmetric"))[:, :, :height, :width]


def _package() -> Any:
    """The authors' package; it is for non-commercial use, so nothing of ours installs it."""
    try:
        return importlib.import_module("bm3d")
    except ModuleNotFoundError as error:
        if error.name != "bm3d":
            raise
        raise RunError(
            "bm3d needs the package bm3d, which is not installed; it is for non-commercial use: pip install bm3d"
        ) from error
