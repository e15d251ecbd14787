"""Pairs of real pictures, noisy and clean: no noise is added, nothing of the pairs' own is changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.data.find import DataRoots
from grainless.data.gather import gather
from grainless.data.images import Images
from grainless.data.sets.pairs import matched
from grainless.errors import InputError


@dataclass(frozen=True)
class Real:
    """A set of real pairs.

    Args:
        title: how papers write it.
        folders: where it may lie below a data folder.
        noisy: the folder of the noisy images in it.
        clean: the folder of the clean ones.
        channels: 1 grey, 3 RGB.
        count: of its pairs.
        source: where its files are published.
        note: what a table of it must say.
        choosing: so many pairs, the first by name, may be used to choose settings and models; the others are
            reported apart, too.
        unseen: or else the names of those reported apart: what no model has seen the like of.
    """

    title: str
    folders: tuple[str, ...]
    noisy: str
    clean: str
    channels: int
    count: int
    source: str
    note: str = ""
    choosing: int = 0
    unseen: tuple[str, ...] = ()

    def apart(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Which of these, sorted by name, are reported apart; none where nothing was chosen by the set."""
        if self.unseen:
            return np.flatnonzero(np.isin(names, self.unseen))
        return np.arange(self.choosing, len(names)) if self.choosing else np.array([], np.int64)


REAL: dict[str, Real] = {
    "polyu": Real(
        "PolyU",
        ("polyu", "realnoise/polyu"),
        "noisy",
        "clean",
        3,
        35,
        "github.com/csjunxu/PolyU-Real-World-Noisy-Images-Dataset, CroppedImages: 35 of its 100 crops",
        note="PolyU: crops of 512 x 512 of five cameras' JPEGs, the mean of many shots as the truth; for "
        "non-commercial use, so for judging alone. The first 15 by name may be used for choosing, the last 20 are "
        "reported apart.",
        choosing=15,
    ),
    "lol": Real(
        "LOL eval15",
        ("lol/eval15", "lowlight/eval"),
        "low",
        "high",
        3,
        15,
        "daooshee.github.io/BMVC2018website, eval15",
        note="LOL: pairs of a short and a normal exposure: whoever does not brighten, does not score.",
    ),
    "documents": Real(
        "Dirty documents",
        ("dirty-documents",),
        "train",
        "train_cleaned",
        1,
        80,
        "kaggle.com/c/denoising-dirty-documents, train: 80 of its 144 pairs",
        note="Dirty documents: 20 pages, each on four sheets, in two texts. Reported apart: 12 pages of the second "
        "text in sans-serif typefaces; neither those typefaces nor these sheets were seen by the model document. "
        "RMSE is the score by which they are judged elsewhere.",
        unseen=tuple(str(n) for n in (99, 102, 105, 108, 171, 174, 177, 180, 183, 186, 189, 192)),
    ),
    "fmd": Real(
        "FMD",
        ("fmd", "microscopy/fmd"),
        "noisy",
        "clean",
        3,
        3,
        "doi.org/10.7274/r0-ed2r-4052: 3 of its pairs",
        note="FMD: fluorescence microscopy, one frame against the mean of many; grey ones as three equal channels. "
        "Three pairs prove little.",
    ),
}


def pairs(name: str, roots: DataRoots) -> tuple[Images, NDArray[np.int64]]:
    """The clean images with their noisy partners, sorted by name, and which of them are reported apart.

    Raises:
        InputError: the files are not there, not all, or no pairs.
    """
    real = REAL[name]
    folder = next((found for each in real.folders if (found := roots.find(each))), None)
    if folder is None:
        places = " or ".join(str(root / real.folders[0]) for root in roots.folders())
        raise InputError(f"{real.title} is not there: put its pairs ({real.source}) into {places}.")
    files = sorted(matched(folder / real.noisy, folder / real.clean), key=lambda pair: pair[0].name)
    if len(files) != real.count:
        raise InputError(f"{folder} holds {len(files)} pairs, and here it has {real.count} ({real.source}).")
    return _read(files, real.channels), real.apart([noisy.stem for noisy, _ in files])


def _read(files: Sequence[tuple[Path, Path]], channels: int) -> Images:
    noisy, clean = (gather(side, channels) for side in zip(*files, strict=True))
    return replace(clean, noisy=noisy)
