"""Denoisers: an ONNX model with its card, run on every size and colour that it can be made to take."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError, RunError
from grainless.image.arrays import Given, check_range, image_of, like
from grainless.image.transparent import transparent_of, where_seen
from grainless.model import zoo
from grainless.model.card import Card
from grainless.model.session import Session, cool, opened
from grainless.model.tiles import by_tiles, plan

PIXELS_AT_ONCE = 2**18
"""Small images run together up to this many pixels; 64 feature maps are then 64 MiB a layer."""

TILE = 2**20
"""The most pixels of a tile. Larger ones take more memory, smaller ones spend more of their time on halos: at a reach
of 91, 1200 x 1600 pixels took 1.2 times the processor's time of the whole image, 2.4 times with tiles of 512 x 512."""

Floats = NDArray[np.float32]

Progress = Callable[[int, int], object]
"""Called after each tile: (how many are done, of how many). What it raises ends the work."""


class Denoiser:
    """A model, ready to run; threads may share it, and pickle carries it by its path.

    `load` makes one. It can be closed, or used as a context; its memory is then free as soon as nobody else uses the
    same model.

        denoised = denoiser(image)

    Args:
        session: the open model.
        card: its facts.
    """

    def __init__(self, session: Session, card: Card) -> None:
        self.card = card
        self.path, self.device, self.threads = session.path, session.device, session.threads
        self._session: Session | None = session

    def __repr__(self) -> str:
        return f"<Denoiser {self.card.name}: {self.card.channels} channels, on {self.device}>"

    @property
    def session(self) -> Session:
        """The open model.

        Raises:
            InputError: the denoiser is closed.
        """
        if self._session is None:
            raise InputError(f"The denoiser {self.card.name} is closed: load it again.")
        return self._session

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should be told about how it runs, a sentence each."""
        return self.session.remarks

    @property
    def bytes_a_pixel(self) -> float:
        """How much memory a run takes for each pixel of an image or tile, at most."""
        return self.session.bytes_a_pixel

    def __call__(self, image: Given, *, channel_axis: int = -1) -> Given:
        """All that the model makes of an image, without a look at its noise; what comes in comes out alike.

        Args:
            image: an array, a PIL image, or an image of a file, as `grainless.denoise` takes it.
            channel_axis: where the colours of an array of three dimensions are.

        Raises:
            InputError: the image is of another kind, or the model does not take its size.
            RunError: there was not enough memory, or the model gave what is no number.
        """
        noisy = image_of(image, channel_axis)
        if self.card.neighbours:
            raise alone(self.card, noisy.name)
        self.card.check(noisy.channels, noisy.size, noisy.name)
        check_range(noisy.pixels, noisy.name)
        denoised = self.visible(noisy.pixels, transparent_of(noisy))
        return like(image, replace(noisy, pixels=denoised), channel_axis)

    def visible(
        self,
        pixels: Floats,
        transparent: NDArray[np.bool_] | None = None,
        *,
        rows: slice = slice(None),
        tile: int = TILE,
        progress: Progress | None = None,
    ) -> Floats:
        """Denoise what is seen of (c, h, w) pixels; the others stay, and do not colour those that are seen.

        Args:
            pixels: 0 black, 1 full scale.
            transparent: (h, w), pixels that nobody sees.
            rows: which are denoised and given back; around them transparent pixels find their colours.
            tile: the most pixels of a tile.
            progress: told after each tile.

        Raises:
            RunError: there was not enough memory, or the model gave what is no number.
        """
        return where_seen(pixels, transparent, rows, lambda seen: self._finite(seen, tile, progress))

    def run(self, noisy: Floats, *, tile: int = TILE, progress: Progress | None = None) -> Floats:
        """Denoise a batch of raw images, (n, c, h, w) float32, 0 black, 1 full scale; c = 1 or 3.

        A model that looks at neighbours takes (n, planes * c, h, w): planes in their order, colours of each together;
        it gives back the one in the middle.

        A grey model takes the colours of an image one by one; a colour model takes a grey image as three
        equal colours, and the mean of its answers counts. Sides are padded to the model's multiple, and
        to the least it takes, by reflection. Larger images than a tile run tile by tile, to the same result;
        where the card tells no reach, they run whole.

        Args:
            noisy: the images.
            tile: the most pixels of a tile.
            progress: told after each tile; what it raises ends the work.

        Returns:
            (n, c, h, w) float32, not clipped.

        Raises:
            InputError: the model does not take this size or these channels, or the denoiser is closed.
            RunError: there was not enough memory.
        """
        count, given, height, width = noisy.shape
        channels, over = divmod(given, self.card.planes)
        if over:
            raise InputError(
                f"{self.card.name} takes {self.card.planes} planes at once, and {given} channels are none."
            )
        self.card.check(channels, (height, width))
        if channels == self.card.channels:
            return self._padded(noisy, tile, progress)
        if channels == 3:
            apart = noisy.reshape(count, self.card.planes, 3, height, width).swapaxes(1, 2)
            each = apart.reshape(3 * count, self.card.planes, height, width)
            return self._padded(each, tile, progress).reshape(count, 3, height, width)
        three = np.repeat(noisy, 3, axis=1)
        mean: Floats = self._padded(three, tile, progress).mean(axis=1, keepdims=True)
        return mean

    def close(self) -> None:
        """Let go of the model; a second time does nothing."""
        if self._session is not None:
            cool(self._session)
        self._session = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., "Denoiser"], tuple[Path, str, int | None, Card]]:
        session = self.session
        return _reopened, (session.path, session.device, session.threads, self.card)

    def _finite(self, pixels: Floats, tile: int, progress: Progress | None) -> Floats:
        """What the model makes of (c, h, w) pixels."""
        denoised: Floats = self.run(pixels[None], tile=tile, progress=progress)[0]
        if not np.isfinite(denoised).all():
            raise RunError(f"{self.card.name} gave pixels that are no numbers; the model is broken.")
        return denoised

    def _padded(self, noisy: Floats, tile: int, progress: Progress | None) -> Floats:
        """Run (n, planes * channels, h, w) images, padded to what it takes, and cut the padding off again."""
        height, width = noisy.shape[2:]
        down, right = self.card.grown(height) - height, self.card.grown(width) - width
        if down or right:
            noisy = np.pad(noisy, ((0, 0), (0, 0), (0, down), (0, right)), mode="reflect")
        cutting = self.card.cutting(tile)
        spans = plan((height + down, width + right), cutting) if cutting else ((), ())
        work = _counted(self._chunked, max(1, len(spans[0]) * len(spans[1])), progress)
        denoised = by_tiles(noisy, work, cutting) if cutting else work(noisy)
        return denoised[:, :, :height, :width]

    def _chunked(self, noisy: Floats) -> Floats:
        """Run many images a few at a time: memory stays bounded."""
        session = self.session
        step = session.at_once or max(1, PIXELS_AT_ONCE // (noisy.shape[2] * noisy.shape[3]))
        denoised = np.empty((len(noisy), self.card.channels, *noisy.shape[2:]), np.float32)
        for at in range(0, len(noisy), step):
            denoised[at : at + step] = session.run(noisy[at : at + step])
        return denoised


def load(model: str | Path, device: str = "auto", threads: int | None = None) -> Denoiser:
    """The denoiser of a shipped model's name, an ONNX file, a run's folder or a run's name.

    A file that was loaded already, and is the same still, is not loaded again: all its denoisers share one session.

    Args:
        model: which.
        device: "auto", "cpu" or "cuda".
        threads: that one run works with; None: onnxruntime's choice, one for each core.

    Raises:
        InputError: there is none of that name, it is no model, or there is no such device.
    """
    session = opened(zoo.find(model), device, threads)
    return Denoiser(session, session.card)


def alone(card: Card, name: str) -> InputError:
    """What is said of one image that is given to a model of stacks."""
    return InputError(
        f"{card.name} looks at {card.planes} planes at once, and {name} is one: give it a stack of several pages, or "
        "the frames of a sequence with --sequence."
    )


def _reopened(path: Path, device: str, threads: int | None, card: Card) -> Denoiser:
    """What was pickled."""
    return Denoiser(opened(path, device, threads), card)


def _counted(
    work: Callable[[Floats], Floats], total: int, progress: Progress | None
) -> Callable[[Floats], Floats]:
    """Work that tells after each tile how many are done."""
    if progress is None:
        return work
    done = 0

    def counted(tile: Floats) -> Floats:
        nonlocal done
        result = work(tile)
        done += 1
        progress(done, total)
        return result

    return counted
