"""Two folders of images: noisy ones, and the same scenes clean."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from annotated_types import Ge

from grainless.data.any_size import AnySize
from grainless.data.checks.duplicates import groups
from grainless.data.decode import head
from grainless.data.find import DataRoots
from grainless.data.gather import gather, plan
from grainless.data.images import Data, Images
from grainless.data.split import Held, split
from grainless.errors import InputError
from grainless.image.folder import image_files, numbers

Pair = tuple[Path, Path]
"""A noisy file and its clean partner."""

TOLD = 10
"""Of more mistakes than this in two folders, the first are told."""


@dataclass(frozen=True, kw_only=True)
class Pairs(AnySize):
    """Pairs: a folder of noisy images and one of the same scenes clean, matched by the numbers in their names.

    Where a name has no number, or two share one, files of the same name are partners instead. Pairs whose clean files
    are the same, byte for byte, are held out together. Of 16 bits partners have the scale of those that both use, as a
    camera's 12. More images than `memory` holds are decoded once into the cache on the disk.

    Args:
        path: the folder that holds both, as a path or below a data folder.
        test_path: another such folder, for the test; None: pairs of `path` are held out for it.
        noisy: the folder of the noisy images.
        clean: the folder of the clean ones.
        validation: pairs held out: below 1 a share of all, from 1 a number.
        test: the same for the test, where there is no `test_path`.
        seed: chooses which are held out.
        grey: turn colour into grey: one channel. Else grey into colour: three.
        memory: megabytes of decoded images that may lie in memory.
    """

    path: Path
    test_path: Path | None = None
    noisy: str = "low"
    clean: str = "high"
    validation: Held = 0.2
    test: Held = 0.1
    seed: int = 0
    grey: bool = False
    memory: Annotated[float, Ge(0)] = 2000

    def read(self, roots: DataRoots) -> Data:
        """Match and decode all pairs.

        Raises:
            InputError: a folder is missing, empty or has too few images; files do not match or differ in size (all
                are told at once); a file cannot be read.
            RunError: the cache could not be written.
        """
        folder = roots.locate(self.path)
        files = self._parts(folder, roots)
        plans = [plan(side, self.channels) for pairs in files.values() for side in zip(*pairs, strict=True)]
        needed = sum(dtype.itemsize * total for dtype, total in plans)
        cache = roots.cache / "decoded" if needed > self.memory * 1e6 else None
        parts = {part: self._images(pairs, cache) for part, pairs in files.items()}
        return Data("pairs", **parts, found=str(folder))

    def files(self, roots: DataRoots) -> dict[str, list[Pair]]:
        """The files of each part, noisy and clean.

        Raises:
            InputError: as `read`.
        """
        return self._parts(roots.locate(self.path), roots)

    def _parts(self, folder: Path, roots: DataRoots) -> dict[str, list[Pair]]:
        pairs = self._matched(folder)
        held = {"validation": self.validation} | ({} if self.test_path else {"test": self.test})
        same = groups([clean for _, clean in pairs])
        rows = split(len(pairs), list(held.values()), seed=self.seed, source=str(folder), groups=same)
        files = {
            part: [pairs[row] for row in each] for part, each in zip(("train", *held), rows, strict=True)
        }
        if self.test_path:
            other = roots.locate(self.test_path)
            if other.resolve() == folder.resolve():
                raise InputError(f"path and test_path are both {folder}; what is trained on is no test.")
            files["test"] = self._matched(other)
        return files

    def _matched(self, folder: Path) -> list[Pair]:
        """The partners in a folder that holds both."""
        for option, name in (("noisy", self.noisy), ("clean", self.clean)):
            if not (folder / name).is_dir():
                inside = ", ".join(sorted(each.name for each in folder.iterdir() if each.is_dir())) or "none"
                raise InputError(
                    f'{folder} holds no folder "{name}"; name the one of the {option} images by the option '
                    f"{option}. Folders there: {inside}."
                )
        return matched(folder / self.noisy, folder / self.clean)

    def _images(self, pairs: Sequence[Pair], cache: Path | None) -> Images:
        """The clean images with their noisy partners."""
        noisy, clean = zip(*pairs, strict=True)
        shown = gather(noisy, self.channels, partners=clean, cache=cache)
        return replace(gather(clean, self.channels, partners=noisy, cache=cache), noisy=shown)


def matched(noisy: Path, clean: Path) -> list[Pair]:
    """The partners in two folders, in natural order.

    Raises:
        InputError: a folder is missing or empty; or some files have no partner, more than one, or one of another
            size: they are named.
    """
    folders = [image_files(noisy), image_files(clean)]
    key = _key(folders)
    mistakes = [told for files in folders for told in _twice(files, key)]
    partners = {key(path): path for path in folders[1]}
    pairs = [(path, partners[key(path)]) for path in folders[0] if key(path) in partners]
    paired = {path for pair in pairs for path in pair}
    for files, other in zip(folders, (clean, noisy), strict=True):
        mistakes += [f"{_short(path)} has no partner in {other.name}" for path in files if path not in paired]
    mistakes += [told for pair in pairs for told in _differ(*pair)]
    if mistakes:
        more = f"; and {len(mistakes) - TOLD:,} more" if len(mistakes) > TOLD else ""
        raise InputError(
            f"The images in {noisy.parent} are not all pairs: {'; '.join(mistakes[:TOLD])}{more}."
        )
    return pairs


def _key(folders: Sequence[Sequence[Path]]) -> Callable[[Path], Hashable]:
    """What partners share: the numbers in their names, if all names have some and no two the same; else the name."""

    def number(path: Path) -> Hashable:
        return numbers(path.stem)

    def name(path: Path) -> Hashable:
        return path.stem

    found = [[number(path) for path in files] for files in folders]
    return number if all(all(each) and len(set(each)) == len(each) for each in found) else name


def _twice(files: Sequence[Path], key: Callable[[Path], Hashable]) -> list[str]:
    """The files that share a name with another."""
    counts = Counter(key(path) for path in files)
    return [f"{_short(path)} shares its name with another" for path in files if counts[key(path)] > 1]


def _differ(noisy: Path, clean: Path) -> list[str]:
    """What is wrong with the sizes of two partners."""
    heads = [head(path) for path in (noisy, clean)]
    one, other = (f"{width} x {height}" for height, width in (each.turned for each in heads))
    return [f"{_short(noisy)} is {one} and {_short(clean)} {other}"] if one != other else []


def _short(path: Path) -> str:
    """The file with its folder."""
    return f"{path.parent.name}/{path.name}"
