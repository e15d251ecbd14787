"""A folder of images of any sizes."""

from dataclasses import dataclass
from pathlib import Path

from grainless.data.any_size import AnySize
from grainless.data.checks.duplicates import groups
from grainless.data.find import DataRoots
from grainless.data.gather import gather
from grainless.data.images import Data
from grainless.data.split import Held, split
from grainless.image.folder import image_files


@dataclass(frozen=True, kw_only=True)
class Folder(AnySize):
    """Folder: images of any sizes, in memory.

    Where the folder has a folder train/ inside, that is trained on, and validation/ and test/ are taken for
    the other parts if they are there; what is not there is held out of the training images by chance. Files that are
    the same, byte for byte, are held out together.

    Pixels are 8-bit, or 16-bit where all images have 16 bits. Of an image that uses 8 to 14 of these they are in full
    scales of what it uses, as it is denoised. EXIF orientation is applied; what is transparent lies on white.

    Args:
        path: the folder, as a path or below a data folder.
        validation: images held out: below 1 a share of all, from 1 a number.
        test: the same for the test.
        seed: chooses which are held out.
        recursive: look into the folders inside it, too.
        grey: turn colour into grey: one channel. Else grey into colour: three.
    """

    path: Path
    validation: Held = 0.1
    test: Held = 0.1
    seed: int = 0
    recursive: bool = False
    grey: bool = False

    def read(self, roots: DataRoots) -> Data:
        """Decode all images.

        Raises:
            InputError: there is no such folder, it has no images or too few, or one cannot be read.
        """
        parts = {
            part: gather([path for (path,) in files], self.channels)
            for part, files in self.files(roots).items()
        }
        return Data("folder", **parts, found=str(roots.locate(self.path)))

    def files(self, roots: DataRoots) -> dict[str, list[tuple[Path, ...]]]:
        """The files of each part.

        Raises:
            InputError: there is no such folder, or it has no images or too few.
        """
        return {
            part: [(path,) for path in paths] for part, paths in self._parts(roots.locate(self.path)).items()
        }

    def _parts(self, folder: Path) -> dict[str, list[Path]]:
        ready = folder / "train"
        held = {"validation": self.validation, "test": self.test}
        files = {
            part: image_files(folder / part, recursive=self.recursive)
            for part in held
            if ready.is_dir() and (folder / part).is_dir()
        }
        dealt = [part for part in held if part not in files]
        images = image_files(ready if ready.is_dir() else folder, recursive=self.recursive)
        sizes, same = [held[part] for part in dealt], groups(images)
        indices = split(len(images), sizes, seed=self.seed, source=str(folder), groups=same)
        for part, rows in zip(("train", *dealt), indices, strict=True):
            files[part] = [images[row] for row in rows]
        return files
