"""Pages of text: set in code, and pairs of scanned ones beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from grainless.data.find import DataRoots
from grainless.data.gather import gather
from grainless.data.images import Data, Images
from grainless.data.sets.pairs import Pair, matched
from grainless.data.sets.typeset import font_files, page
from grainless.errors import InputError
from grainless.image.folder import numbers

SHEET = (512, 400)
"""Height and width of a page set in code, in pixels."""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Pages of text set in code, each its own noisy partner until noise is drawn, beside pairs of scanned pages.

    Which pair is trained on, stopped by and judged by is named by number, so that whole typefaces and sheets can be
    held out; pairs that are not named are left out.

    Args:
        path: the folder of the pairs, as a path or below a data folder; None: pages set in code alone.
        noisy: the folder of the noisy ones in it.
        clean: the folder of the clean ones.
        train: numbers of the pairs that are trained on.
        validation: of those that choose the best weights, beside `held` pages set in code.
        test: of those that judge.
        times: how often each pair counts where a page set in code counts once.
        count: pages set in code.
        held: how many more of them are for the validation, and for the test where there are no pairs.
        fonts: a folder of typefaces (ttf, otf); None: those inside matplotlib, but the ones of mathematics.
        seed: of text and layout.
    """

    path: Path | None = None
    noisy: str = "train"
    clean: str = "train_cleaned"
    train: tuple[int, ...] = ()
    validation: tuple[int, ...] = ()
    test: tuple[int, ...] = ()
    times: Annotated[int, Ge(1)] = 1
    count: Annotated[int, Ge(1)] = 200
    held: Annotated[int, Ge(1)] = 4
    fonts: Path | None = None
    seed: int = 0

    size: ClassVar[None] = None
    channels: ClassVar[int] = 1

    def read(self, roots: DataRoots) -> Data:
        """Set the pages, and decode the pairs.

        Raises:
            InputError: a folder is missing, holds no typefaces, or lacks a pair that is named.
        """
        files = self._files(roots.locate(self.path)) if self.path else {}
        wanted = {"train": self.train * self.times, "validation": self.validation, "test": self.test}
        counts = (self.count, self.held, 0 if self.test else self.held)
        parts = {
            part: self._part([files[each] for each in wanted[part]], count, number)
            for number, (part, count) in enumerate(zip(wanted, counts, strict=True))
        }
        return Data("pages", **parts, found=str(self.path or "set in code"))

    def _files(self, folder: Path) -> dict[int, Pair]:
        """The pairs by number; those that are named are there, each for one part."""
        files = {
            numbers(pair[0].stem)[-1]: pair for pair in matched(folder / self.noisy, folder / self.clean)
        }
        named: dict[int, str] = {}
        for part in ("train", "validation", "test"):
            for number in getattr(self, part):
                if number not in files:
                    there = ", ".join(map(str, sorted(files)))
                    raise InputError(f"{folder} holds no pair of number {number}; there are: {there}.")
                if named.setdefault(number, part) != part:
                    raise InputError(
                        f"The pair {number} is named for {named[number]} and for {part}; choose one."
                    )
        return files

    def _part(self, pairs: Sequence[Pair], count: int, number: int) -> Images:
        """Pages set in code, then pairs."""
        chance = np.random.default_rng([self.seed, number])
        height, width = SHEET
        fonts = self._fonts() if count else []
        clean = [page(fonts, chance, height=height, width=width) for _ in range(count)]
        noisy = list(clean)
        names = [f"set-{index}" for index in range(count)]
        for pair in pairs:
            for side, path in zip((noisy, clean), pair, strict=True):
                side.append(gather([path], 1)[0])
            names.append(pair[0].name)
        return replace(Images.of(clean, names=names), noisy=Images.of(noisy))

    def _fonts(self) -> list[Path]:
        folder = self.fonts
        if folder is None:
            import matplotlib

            folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        found = font_files(folder)
        if not found:
            raise InputError(f"{folder} holds no typeface (ttf, otf) with the Latin letters.")
        # matplotlib's Computer Modern is left out with all that is for formulas
        return (
            found if self.fonts else [path for path in found if not path.name.startswith(("cm", "STIXSiz"))]
        )
