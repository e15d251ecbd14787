"""The photographs that scikit-image carries inside its wheel: always there, nothing is fetched."""

from dataclasses import dataclass
from pathlib import Path

from grainless.data.any_size import AnySize
from grainless.data.find import DataRoots
from grainless.data.gather import gather
from grainless.data.images import Data, Images
from grainless.errors import RunError

COLOUR = {
    "train": ("astronaut.png", "coffee.png", "hubble_deep_field.jpg", "ihc.png", "retina.jpg"),
    "validation": ("rocket.jpg",),
    "test": ("chelsea.png",),
}
GREY = {
    "train": ("brick.png", "clock_motion.png", "grass.png", "gravel.png"),
    "validation": ("coins.png",),
    "test": ("camera.png",),
}
"""part -> files in colour, and those in grey alone. Public domain, CC0, or without known restrictions."""


@dataclass(frozen=True, kw_only=True)
class Photos(AnySize):
    """Photos: seven or thirteen photographs of several sizes, inside scikit-image, some held out by name.

    Args:
        grey: one channel: those in colour turned to grey, and those that are grey. Else those in colour only.

    Source: scikit-image's `data` module, which names the photographers and terms of each.
    """

    grey: bool = True

    def read(self, roots: DataRoots) -> Data:
        """Read them; `roots` is not looked at.

        Raises:
            RunError: this build of scikit-image does not carry them.
        """
        import skimage

        folder = Path(skimage.__file__).parent / "data"
        return Data("photos", **{part: self._part(folder, part) for part in COLOUR}, found="scikit-image")

    def _part(self, folder: Path, part: str) -> Images:
        names = COLOUR[part] + (GREY[part] if self.grey else ())
        missing = [name for name in names if not (folder / name).exists()]
        if missing:
            raise RunError(
                f"scikit-image lies in {folder.parent} without its photographs {', '.join(missing)}; "
                "install it from PyPI: pip install --force-reinstall scikit-image."
            )
        return gather([folder / name for name in names], self.channels)
