"""TIFF images larger than memory: rows are read, denoised and written band by band, to the whole image's result."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.denoising.adapt.adapted import Adapted
from grainless.denoising.around import mirrored, unlike
from grainless.denoising.choose import may_be_chosen
from grainless.denoising.files import memory
from grainless.denoising.files.memory import in_words
from grainless.denoising.look import look_at_rows
from grainless.denoising.policy import Policy
from grainless.denoising.process import Outcome, among, blend, decide
from grainless.disk.whole import whole
from grainless.errors import GrainlessError, InputError
from grainless.image.arrays import check_range
from grainless.image.files import MAX_PIXELS, check_output
from grainless.image.formats.tiff import strips
from grainless.image.formats.tiff.strips import Page
from grainless.image.image import Image, Refused
from grainless.image.reason import reason
from grainless.image.transparent import BLOCK, around, transparent_of
from grainless.model import zoo
from grainless.model.card import Card
from grainless.model.denoiser import TILE, Denoiser
from grainless.model.tiles import Span, spans

Callback = Callable[[NDArray[np.float32], NDArray[np.float32]], object]
"""Is shown the pixels of an image, (c, h, w) full scales, before and after."""

BANDS = 3
"""Held at once: the first of a page, kept for its metadata, the one that is written, and the one that is worked on."""


@dataclass(frozen=True)
class Streamed:
    """What was done with a file.

    Args:
        outcomes: of each page.
        notes: what was converted on reading, a sentence each.
        written: whether there is a result; where every page is left as it is, there is none.
    """

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()
    written: bool = False


def must_stream(source: Path, target: Path, policy: Policy, budget: int) -> bool:
    """Whether an image is too large to be denoised whole within a budget of bytes, and can be streamed.

    Raises:
        InputError: it is too large, and cannot be streamed.
    """
    adapt = _adapt(policy, source)
    need, card = max(
        ((memory.of_whole(source, card, adapt=adapt), card) for card in _cards(policy)),
        key=lambda each: each[0],
    )
    if need <= budget:
        return False
    short = f"{source.name} needs about {in_words(need)} to be denoised whole, and --memory allows {in_words(budget)}"
    if not card.cutting(TILE):
        raise InputError(f"{short}; {card.name} takes whole images only: allow more.")
    if not (_is_tiff(source) and check_output(target, overwrite=True) == "TIFF"):
        raise InputError(f"{short}: allow more, or convert it to TIFF and write TIFF, which is streamed.")
    return True


def denoise_tiff(
    source: Path,
    target: Path,
    policy: Policy,
    *,
    budget: int,
    overwrite: bool = False,
    max_pixels: int = MAX_PIXELS,
    callback: Callback | None = None,
) -> Streamed:
    """Denoise the pages of a TIFF file into another, holding only some rows in memory.

    Each page is looked at, and has its own model or none. The result is that of `process` on each page, to 1e-5;
    depth, tags, profile, EXIF and alpha survive alike. Whether detail was lost is not told: no page is ever whole.

    Args:
        source: the noisy TIFF.
        target: where the denoised one goes; whole or not at all.
        policy: how; its model can be tiled.
        budget: bytes by which the process may grow.
        overwrite: replace a file that stands there.
        max_pixels: refuse a file of more.
        callback: is shown the first band of each page, before and after.

    Raises:
        InputError: the file is broken or no TIFF that we take, or the budget is too small.
        RunError: the system could not write, or the model gave what is no number.
    """
    check_output(target, overwrite=overwrite)
    notes: dict[str, None] = {}

    def noted(bands: Iterator[Image]) -> Iterator[Image]:
        for band in bands:
            notes.update(dict.fromkeys(band.notes))
            yield band

    with told_of(source), strips.opened(source, max_pixels) as pages:
        decided = [_look(page, policy, source.name) for page in pages]
        outcomes = tuple(outcome for _, outcome in decided)
        if not pages:
            raise InputError(f"{source.name} is a broken TIFF file: it holds no page.")
        if all(denoiser is None for denoiser, _ in decided):
            return Streamed(outcomes)
        plans = [
            Plan.of(page, denoiser, budget, source.name, outcome.report.used if outcome.report else 1.0)
            for page, (denoiser, outcome) in zip(pages, decided, strict=True)
        ]
        bands = (
            (page.size[0], noted(_bands(page, plan, policy, source.name, callback, beside)))
            for page, plan, beside in zip(pages, plans, _beside(pages, plans, source.name), strict=True)
        )
        with whole(target) as lent, lent.open("w+b") as file:
            strips.write(bands, file, nbytes=sum(page.nbytes for page in pages))
    changed = (replace(each, changed=each.model is not None) for each in outcomes)
    return Streamed(tuple(changed), tuple(notes), written=True)


@dataclass(frozen=True)
class Plan:
    """How a page is streamed.

    Args:
        denoiser: its model; None: the page is left as it is.
        bands: of rows.
        tile: the most pixels of a tile.
        used: the brightest that pixels can be.
    """

    denoiser: Denoiser | Adapted | None
    bands: list[Span]
    tile: int = TILE
    used: float = 1.0

    @classmethod
    def of(
        cls, page: Page, denoiser: Denoiser | Adapted | None, budget: int, name: str, used: float = 1.0
    ) -> "Plan":
        """Tiles may take a half of the budget, and bands are as high as the rest allows.

        Raises:
            InputError: the model cannot be tiled, or the budget is too small for the lowest band.
        """
        card = denoiser.card if denoiser else Card("none", 1, reach=0)
        per_pixel = denoiser.bytes_a_pixel if denoiser else 0
        cutting = card.cutting(TILE)
        if cutting is None:
            raise InputError(f"{card.name} takes whole images only: it cannot stream {name}.")
        height, width = page.size
        free = budget - memory.RESERVE - 2 * page.held_at_once
        least = min(cutting.shortest**2, card.grown(height) * card.grown(width))
        tile = max(least, min(TILE, int(free / 2 / per_pixel))) if per_pixel else TILE
        a_row = width * _bytes_a_pixel(page)
        if isinstance(denoiser, Adapted):
            a_row += width * page.page.samplesperpixel * memory.A_SAMPLE_ADAPTED
        a_row += 2 * card.neighbours * width * page.page.samplesperpixel * memory.A_SAMPLE_AROUND
        rows = int((free - tile * per_pixel) // a_row) - (4 * BLOCK if _has_alpha(page) else 0)
        lowest = min(cutting.shortest, card.grown(height))
        if rows < lowest:
            need = budget + (lowest - rows) * a_row
            raise InputError(
                f"{name} is too wide for --memory {in_words(budget)}, or packed in too large pieces: "
                f"give about {in_words(need)}."
            )
        side = min(rows - rows % cutting.multiple, card.grown(height))
        return cls(denoiser, spans(card.grown(height), side, cutting), tile, used)


def _cards(policy: Policy) -> list[Card]:
    """Of the models that may be taken, each with the memory that it needs."""
    if own := policy.own:
        return [replace(own.card, bytes_a_pixel=own.bytes_a_pixel)]
    return [
        card if card.bytes_a_pixel else replace(card, bytes_a_pixel=policy.load(name).bytes_a_pixel)
        for name, card in zoo.cards().items()
        if may_be_chosen(card)
    ]


def _adapt(policy: Policy, source: Path) -> bool:
    """Whether a curve may be fitted: unasked to grey images. (Of three equal colours one is worked on.)"""
    shape = memory.shape_of(source)
    unasked = policy.own is None and shape is not None and shape.samples <= 2
    return policy.adapt or policy.fitted is not None or unasked


def _look(page: Page, policy: Policy, name: str) -> tuple[Denoiser | Adapted | None, Outcome]:
    """The model for a page."""
    first = page.rows(0, 1)
    denoiser = None
    if policy.idle(first.channels):
        return None, Outcome(notes=policy.unheard(first.channels))
    denoiser, outcome = decide(look_at_rows(page.rows, page.size, name, policy), policy, page.rows)
    if denoiser:
        denoiser.card.check(first.channels, page.size, name)
    return denoiser, outcome


def _beside(pages: Sequence[Page], plans: Sequence[Plan], name: str) -> Iterator[list[Page]]:
    """For each page those before and after it that its model looks at, mirrored at the ends.

    Raises:
        InputError: they differ in size.
    """
    for at, plan in enumerate(plans):
        half = plan.denoiser.card.neighbours if plan.denoiser else 0
        steps = (step for step in range(-half, half + 1) if step and len(pages) > 1)
        beside = [pages[mirrored(at + step, len(pages))] for step in steps]
        if beside and len({(page.size, page.page.samplesperpixel) for page in (pages[at], *beside)}) > 1:
            raise unlike(name)
        yield beside


def _bands(
    page: Page,
    plan: Plan,
    policy: Policy,
    name: str,
    callback: Callback | None = None,
    beside: Sequence[Page] = (),
) -> Iterator[Image]:
    """The denoised rows of a page, band by band; the model pads the last one as it pads the whole image."""
    height, _width = page.size
    for span in plan.bands:
        start, stop = span.start, min(span.stop, height)
        first, last = span.first, min(span.last, height)
        if first >= last:
            continue
        above, below = around(start, stop, height) if _has_alpha(page) else (start, stop)
        image = replace(page.rows(above, below), name=name)
        check_range(image.pixels, name)
        rows = slice(start - above, stop - above)
        pixels = image.pixels[:, rows]
        if plan.denoiser:
            planes = [other.rows(above, below).pixels for other in beside]
            pixels = blend(
                image.pixels,
                among(plan.denoiser, planes, plan.used, name),
                policy,
                transparent_of(image),
                used=plan.used,
                rows=rows,
                tile=plan.tile,
            )
        if callback and span is plan.bands[0]:
            callback(image.pixels[:, rows], pixels)
        alpha = None if image.alpha is None else image.alpha[first - above : last - above]
        yield replace(image, pixels=pixels[:, first - start : last - start], alpha=alpha)
        del image, pixels, alpha  # before the next band is read


def _bytes_a_pixel(page: Page) -> int:
    """Of the bands that are held."""
    return int(
        page.page.samplesperpixel * (BANDS * memory.A_SAMPLE + memory.A_SAMPLE_FILLED * _has_alpha(page))
    )


def _has_alpha(page: Page) -> bool:
    return page.page.samplesperpixel in {2, 4}


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}


@contextmanager
def told_of(source: Path) -> Iterator[None]:
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
        raise InputError(f"{source.name} is a broken TIFF file: {reason(error)}.") from error
