"""A map of codes: each image a point in a plane, its class a colour."""

from pathlib import Path

from grainless.errors import InputError
from grainless.evaluation.figures.plots import map_png
from grainless.learn.codes.table import Codes


def draw_map(codes: Codes, path: Path) -> None:
    """Draw a code of two numbers as it is, and a longer one by its two principal components.

    Args:
        codes: with labels, or one colour for all.
        path: of the PNG.

    Raises:
        InputError: the code has one number, there are fewer than two images, or `path` does not end in .png.
        RunError: the file could not be written.
    """
    check_map(path)
    count, length = codes.codes.shape
    if length < 2:
        raise InputError("A map has two directions, and this code has one number: take a longer code.")
    if length == 2:
        map_png(codes.codes, codes.labels, path, x="first number of the code", y="second number")
        return
    from sklearn.decomposition import PCA

    if count < 2:
        raise InputError(
            f"A map of a code of {length} numbers needs two images or more, and this is {count}."
        )
    fitted = PCA(2, random_state=0).fit(codes.codes)
    shares = [f"{share:.0%}" for share in fitted.explained_variance_ratio_]
    x, y = (
        f"{rank} principal component ({share})"
        for rank, share in zip(("first", "second"), shares, strict=True)
    )
    map_png(fitted.transform(codes.codes), codes.labels, path, x=x, y=y)


def check_map(path: Path) -> None:
    """Whether a map can be written under this name; asked before long work.

    Raises:
        InputError: it does not end in .png.
    """
    if path.suffix.lower() != ".png":
        raise InputError(f"{path} has no ending that maps are written with: .png.")
