"""On which images a benchmark is run: real pairs, the field's test sets, a folder, or a data set's test part."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.gather import gather
from grainless.data.images import Images
from grainless.data.sets.folders import Folder
from grainless.errors import InputError, counted, did_you_mean
from grainless.evaluation.benchmark.real import REAL, pairs
from grainless.image.folder import image_files
from grainless.parts import make, spec


@dataclass(frozen=True)
class Known:
    """A set of test images that the field knows.

    Args:
        title: how papers write it.
        channels: 1 grey, 3 RGB.
        count: of its images.
        source: where its files are published.
    """

    title: str
    channels: int
    count: int
    source: str


SETS: dict[str, Known] = {
    "set12": Known("Set12", 1, 12, "github.com/cszn/DnCNN, testsets/Set12"),
    "bsd68": Known("BSD68", 1, 68, "github.com/cszn/DnCNN, testsets/BSD68"),
    "cbsd68": Known("CBSD68", 3, 68, "github.com/cszn/FFDNet, testsets/CBSD68"),
}


@dataclass(frozen=True)
class ImageSet:
    """What denoisers are judged on.

    Args:
        data: as it was asked for: "bsd68", "folder:path=scans", "mnist".
        title: for people.
        images: the images, the first of `of`.
        of: how many there are.
        train: what settings may be searched on; None where nothing of the kind is there.
        real: they are pairs, and no noise is added.
        apart: which images of real pairs are reported apart.
    """

    data: str
    title: str
    images: Images
    of: int
    train: Images | None = None
    real: bool = False
    apart: tuple[int, ...] = ()

    def first(self, limit: int | None) -> "ImageSet":
        """Only the first so many."""
        if limit is None or limit >= self.of:
            return self
        apart = tuple(index for index in self.apart if index < limit)
        return replace(self, images=self.images.take(np.arange(limit)), apart=apart)


def image_set(data: str, roots: DataRoots) -> ImageSet:
    """Real pairs, a known set, all images of a folder, or the test part of a data set.

    Raises:
        InputError: there is no such set, its files are not there or not all, or an option is wrong.
    """
    name = data.partition(":")[0]
    if data in SETS:
        return _known(data, roots)
    if data in REAL:
        return _real(data, roots)
    if name not in DATA:
        names = sorted([*REAL, *SETS, *DATA])
        raise InputError(
            f'No data set is called "{name}"{did_you_mean(name, names)}. There are: {", ".join(names)}.'
        )
    source = make("data set", DATA, spec("data set", data))
    if isinstance(source, Folder):
        paths = image_files(roots.locate(source.path), recursive=source.recursive)
        return _of(data, source.path.name, gather(paths, source.channels))
    read = source.read(roots)
    return replace(_of(data, f"{data} test", read.test), train=read.train)


def _known(name: str, roots: DataRoots) -> ImageSet:
    known = SETS[name]
    folder = roots.find(name) or roots.find(Path("test") / name)
    if folder is None:
        places = " or ".join(str(root / name) for root in roots.folders())
        raise InputError(
            f"{known.title} is not there: put its {known.count} images ({known.source}) into {places}."
        )
    paths = image_files(folder, recursive=False)
    if len(paths) != known.count:
        raise InputError(
            f"{folder} holds {counted(len(paths), 'image')}, and {known.title} has {known.count} ({known.source})."
        )
    return _of(name, known.title, gather(paths, known.channels))


def _real(name: str, roots: DataRoots) -> ImageSet:
    images, apart = pairs(name, roots)
    choosing = np.setdiff1d(np.arange(len(images)), apart)
    train = images.take(choosing) if len(apart) else None
    found = _of(name, REAL[name].title, images)
    return replace(found, train=train, real=True, apart=tuple(map(int, apart)))


def _of(data: str, title: str, images: Images) -> ImageSet:
    return ImageSet(data, title, images, len(images))
