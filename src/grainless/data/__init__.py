"""Data sets: one file, one kind of storage; each gives `Data`, its images as bytes.

To add one: a frozen dataclass whose fields are its options, with `channels` and `size` (what is known of
the images before they are read) and `read(roots)`, which gives `Data`; then its line in `DATA`. A file that
can be fetched is a `Remote` with its sha256, got by `roots.files`. What takes long to import is imported in
`read`, which commonly ends so:

    train, validation = split(len(images), [self.validation], seed=self.seed)
    return Data("name", images.take(train), images.take(validation), test, found=str(path))
"""

from collections.abc import Callable

from grainless.data.images import DataSet
from grainless.data.sets.denoised import Denoised
from grainless.data.sets.folders import Folder
from grainless.data.sets.labelled.cifar import Cifar10
from grainless.data.sets.labelled.csv_rows import Csv
from grainless.data.sets.labelled.digits import Digits
from grainless.data.sets.labelled.idx import FashionMnist, Mnist
from grainless.data.sets.pages import Pages
from grainless.data.sets.pairs import Pairs
from grainless.data.sets.photos import Photos
from grainless.data.sets.stacks import Stacks
from grainless.data.shards.shards import Shards

DATA: dict[str, Callable[..., DataSet]] = {
    "photos": Photos,
    "digits": Digits,
    "mnist": Mnist,
    "fashion-mnist": FashionMnist,
    "cifar10": Cifar10,
    "csv": Csv,
    "folder": Folder,
    "pairs": Pairs,
    "denoised": Denoised,
    "pages": Pages,
    "shards": Shards,
    "stacks": Stacks,
}
