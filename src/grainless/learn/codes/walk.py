"""A walk through the code, drawn: from one test image to another."""

from pathlib import Path

from grainless.data.find import DataRoots
from grainless.errors import InputError
from grainless.evaluation.figures.pictures import strip
from grainless.learn.codes.coder import Coder


def draw_walk(run: Path, between: tuple[int, int], path: Path, *, roots: DataRoots, steps: int = 10) -> None:
    """Write a strip: a test image, the way through the code to another one, and that one.

    Args:
        run: a run whose network has a code.
        between: the numbers of two test images of its data.
        path: of the PNG.
        roots: where data files are looked for.
        steps: images on the way, both ends included.

    Raises:
        InputError: no code, no test image of such a number, or `path` does not end in .png.
    """
    if path.suffix.lower() != ".png":
        raise InputError(f"{path} has no ending that is written: .png.")
    coder = Coder(run)
    test = coder.run.recipe().data(roots).test
    for number in between:
        if not 0 <= number < len(test):
            raise InputError(f"--between {number}: the test images are numbered 0 to {len(test) - 1:,}.")
    first, last = (test.floats(number) for number in between)
    way = coder.interpolate(first, last, steps)
    strip([[first, *way, last]], path, scale=max(1, 64 // test.stack().shape[-1]))
