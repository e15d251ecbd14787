"""Images -> their codes by a run's network: files and folders, or a part of a data set.

This needs torch: a run's `model.onnx` holds the whole network alone, and its codes are inside. A second file for the
encoder would cost each training an export and its check, for what only those ask who study codes, and who have torch.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.gather import gather
from grainless.data.images import Images
from grainless.denoising.files.jobs import image_paths
from grainless.errors import InputError
from grainless.learn.codes.coder import Coder
from grainless.learn.codes.table import Codes
from grainless.parts import choose, make, spec

AT_ONCE = 500
"""Images that are encoded together."""


def encode(run: Path, sources: Sequence[str], *, roots: DataRoots, part: str = "test") -> Codes:
    """The codes of images as they lie: no noise is put on them.

    Args:
        run: whose network has a code.
        sources: files, folders and patterns; or one data set's name, with its options: "fashion-mnist".
        roots: where data files are looked for.
        part: of a data set: "train", "validation" or "test".

    Returns:
        A row an image; files are called by their paths, others by their number in the part. Colour becomes grey
        where the network takes grey, as it does in training.

    Raises:
        InputError: the run has no code; there are no images; one is of another size, or cannot be read.
    """
    coder = Coder(run)
    images, names = _read(sources, coder.channels, roots, part)
    if images.channels != coder.channels:
        raise InputError(
            f"{sources[0]} has images of {images.channels} channels, and {run} takes {coder.channels}."
        )
    for height, width, name in zip(images.heights, images.widths, names, strict=True):
        coder.check(int(height), int(width), name)
    codes = [
        coder.encode(
            np.stack([images.floats(row) for row in range(start, min(start + AT_ONCE, len(images)))])
        )
        for start in range(0, len(images), AT_ONCE)
    ]
    return Codes(np.concatenate(codes), names, images.labels)


def _read(
    sources: Sequence[str], channels: int, roots: DataRoots, part: str
) -> tuple[Images, tuple[str, ...]]:
    """The images with their names."""
    sets = [source for source in sources if source.partition(":")[0] in DATA]
    if not sets:
        paths = image_paths(sources)
        return gather(paths, channels), tuple(map(str, paths))
    if len(sources) > 1:
        raise InputError(
            f"{sets[0]} is a data set, and stands alone: name it without others, or files and folders (./{sets[0]})."
        )
    read = make("data set", DATA, spec("data set", sets[0])).read(roots)
    images = choose("part", read.parts, part)
    return images, images.names or tuple(f"{part} {number}" for number in range(len(images)))
