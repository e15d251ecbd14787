"""TIFF images larger than memory: rows are read, denoised and written band by band, to the whole image's result."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grainless.atomic import whole
from grainless.denoising import memory
from grainless.denoising.memory import told
from grainless.denoising.process import blend, check_strength, clear_of
from grainless.errors import GrainlessError, InputError
from grainless.image.arrays import check_range
from grainless.image.files import MAX_PIXELS, check_output
from grainless.image.formats.tiff import strips
from grainless.image.formats.tiff.strips import Page
from grainless.image.image import Image, Refused
from grainless.image.transparent import BLOCK
from grainless.model.denoiser import TILE, Denoiser
from grainless.model.tiles import Span, spans

LOOKED_AT = 2**20  # pixels

BANDS = 3
"""Held at once: the first of a page, kept for its metadata, the one that is written, and the one that is worked on."""


def must_stream(source: Path, target: Path, denoiser: Denoiser, budget: int) -> bool:
    """Whether an image is too large to be denoised whole within a budget of bytes, and can be streamed.

    Raises:
        InputError: it is too large, and cannot be streamed.
    """
    need = memory.of_whole(source, denoiser)
    if need <= budget:
        return False
    short = f"{source.name} needs about {told(need)} to be denoised whole, and --memory allows {told(budget)}"
    if not denoiser.cutting():
        raise InputError(f"{short}; {denoiser.card.name} takes whole images only: allow more.")
    if not (_is_tiff(source) and check_output(target, overwrite=True) == "TIFF"):
        raise InputError(f"{short}: allow more, or convert it to TIFF and write TIFF, which is streamed.")
    return True


def denoise_tiff(
    source: Path,
    target: Path,
    denoiser: Denoiser,
    strength: float = 1.0,
    *,
    budget: int,
    overwrite: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> tuple[str, ...]:
    """Denoise the pages of a TIFF file into another, holding only some rows in memory.

    The result is that of `denoise_image` on each page, to 1e-5; depth, tags, profile, EXIF and alpha survive alike.

    Args:
        source: the noisy TIFF.
        target: where the denoised one goes; whole or not at all.
        denoiser: a model that can be tiled.
        strength: 0 gives the pixels as they are, 1 what the model gives.
        budget: bytes by which the process may grow.
        overwrite: replace a file that stands there.
        max_pixels: refuse a file of more.

    Returns:
        What was converted on reading, a sentence each.

    Raises:
        InputError: an argument is wrong, the file is broken or no TIFF that we take, or the budget is too small.
        RunError: the system could not write, or the model gave what is no number.
    """
    check_strength(strength)
    check_output(target, overwrite=overwrite)
    notes: dict[str, None] = {}

    def noted(bands: Iterator[Image]) -> Iterator[Image]:
        for band in bands:
            notes.update(dict.fromkeys(band.notes))
            yield band

    with _told_of(source), strips.opened(source, max_pixels) as pages, whole(target) as lent:
        plans = [Plan.of(page, denoiser, budget, source.name) for page in pages]
        bands = (
            (page.size[0], noted(_bands(page, plan, denoiser, strength, source.name)))
            for page, plan in zip(pages, plans, strict=True)
        )
        with lent.open("w+b") as file:
            strips.write(bands, file, nbytes=sum(page.nbytes for page in pages))
    return tuple(notes)


def middle(source: Path, *, max_pixels: int = MAX_PIXELS) -> Image:
    """Rows from the middle of the first page of a TIFF, about a megapixel: what is looked at instead of it all.

    Raises:
        InputError: the file is broken or no TIFF that we take.
    """
    with _told_of(source), strips.opened(source, max_pixels) as pages:
        height, width = pages[0].size
        rows = min(height, max(1, LOOKED_AT // width))
        return replace(pages[0].rows((height - rows) // 2, (height + rows) // 2), name=source.name)


@dataclass(frozen=True)
class Plan:
    """How a page is streamed: its bands of rows, and the most pixels of a tile."""

    bands: list[Span]
    tile: int

    @classmethod
    def of(cls, page: Page, denoiser: Denoiser, budget: int, name: str) -> "Plan":
        """Tiles may take a half of the budget, and bands are as high as the rest allows.

        Raises:
            InputError: the model cannot be tiled, or the budget is too small for the lowest band.
        """
        cutting = denoiser.cutting()
        if cutting is None:
            raise InputError(f"{denoiser.card.name} takes whole images only: it cannot stream {name}.")
        height, width = page.size
        alpha = page.page.samplesperpixel in {2, 4}
        free = budget - memory.RESERVE - 2 * page.held_at_once
        least = min(cutting.shortest**2, denoiser.grown(height) * denoiser.grown(width))
        tile = max(least, min(TILE, int(free / 2 / denoiser.bytes_a_pixel)))
        a_row = width * page.page.samplesperpixel * (BANDS * memory.A_SAMPLE + memory.CLEAR * alpha)
        around = 4 * BLOCK if alpha else 0
        rows = int((free - tile * denoiser.bytes_a_pixel) // a_row) - around
        lowest = min(cutting.shortest, denoiser.grown(height))
        if rows < lowest:
            need = budget + (lowest - rows) * a_row
            raise InputError(
                f"{name} is too wide for --memory {told(budget)}, or packed in too large pieces: "
                f"give about {told(need)}."
            )
        side = min(rows - rows % cutting.multiple, denoiser.grown(height))
        return cls(spans(denoiser.grown(height), side, cutting), tile)


def _bands(page: Page, plan: Plan, denoiser: Denoiser, strength: float, name: str) -> Iterator[Image]:
    """The denoised rows of a page, band by band; the model pads the last one as it pads the whole image."""
    height, _width = page.size
    for span in plan.bands:
        start, stop = span.start, min(span.stop, height)
        first, last = span.first, min(span.last, height)
        if first >= last:
            continue
        above, below = _around(page, start, stop)
        image = replace(page.rows(above, below), name=name)
        denoiser.check(image.channels, image.size, name)
        check_range(image.pixels, name)
        rows = slice(start - above, stop - above)
        pixels = image.pixels[:, rows]
        if strength:
            pixels = blend(image.pixels, denoiser, strength, clear_of(image), rows=rows, tile=plan.tile)
        alpha = None if image.alpha is None else image.alpha[first - above : last - above]
        yield replace(image, pixels=pixels[:, first - start : last - start], alpha=alpha)
        del image, pixels, alpha  # before the next band is read


def _around(page: Page, start: int, stop: int) -> tuple[int, int]:
    """The rows to read so that the clear pixels of start..stop are filled as in the whole image."""
    if page.page.samplesperpixel not in {2, 4}:
        return start, stop
    above, below = start - start % BLOCK - BLOCK, stop + -stop % BLOCK + BLOCK
    return max(0, above), min(page.size[0], below)


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}


@contextmanager
def _told_of(source: Path) -> Iterator[None]:
    """What is wrong with a file, in one line."""
    try:
        yield
    except Refused as error:
        raise InputError(f"{source.name} {error}.") from error
    except (GrainlessError, MemoryError):
        raise
    except FileNotFoundError:
        raise InputError(f"{source}: no such file.") from None
    except Exception as error:  # decoders raise anything on broken bytes
        raise InputError(f"{source.name} is a broken TIFF file: {' '.join(str(error).split())}.") from error
