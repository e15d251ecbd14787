"""Denoisers: an ONNX model with its card, run on every size and colour that it can be made to take."""

from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError, RunError
from grainless.model import devices, probe, zoo
from grainless.model.card import KEY, Card
from grainless.model.devices import Session
from grainless.model.tiles import Cutting, by_tiles

PIXELS_AT_ONCE = 2**18
"""Small images run together up to this many pixels; 64 feature maps are then 64 MiB a layer."""

TILE = 2**20
"""The most pixels of a tile. Larger ones take more memory, smaller ones spend more of their time on halos: at a reach
of 91, 1200 x 1600 pixels took 1.2 times the processor's time of the whole image, 2.4 times with tiles of 512 x 512."""


class Denoiser:
    """A callable on arrays, from an ONNX file; one from elsewhere gets its card by trial.

    `remarks` holds what a person should be told about how it runs, a sentence each.

    Args:
        path: the ONNX file.
        device: "cpu", "cuda", or "auto": CUDA where onnxruntime offers it and it gives what the CPU gives.

    Raises:
        InputError: there is no such file, it is no ONNX model, none of images, or there is no such device.
    """

    def __init__(self, path: str | Path, device: str = "auto") -> None:
        self.path = Path(path)
        on_cpu = devices.open_session(self.path)
        self.card = _card(on_cpu, self.path)
        self._dtype = probe.dtype_of(on_cpu)
        self._input = on_cpu.get_inputs()[0].name
        self._at_once = probe.batch_of(on_cpu)
        self._sample = probe.sample(self.card, self._dtype)
        start = partial(devices.open_session, self.path)
        self._session, self.remarks = devices.choose(device, on_cpu, start, self._sample)

    def __call__(self, noisy: NDArray[np.float32], *, tile: int = TILE) -> NDArray[np.float32]:
        """Denoise images, (n, c, h, w) float32, 0 black, 1 full scale; c = 1 or 3.

        A grey model takes the colours of an image one by one; a colour model takes a grey image as three
        equal colours, and the mean of its answers counts. Sides are padded to the model's multiple, and
        to the least it takes, by reflection. Larger images than a tile run tile by tile, to the same result;
        where the card tells no reach, they run whole.

        Args:
            noisy: the images.
            tile: the most pixels of a tile.

        Returns:
            (n, c, h, w) float32, not clipped.

        Raises:
            InputError: the model does not take this size or these channels.
            RunError: there was not enough memory.
        """
        count, channels, height, width = noisy.shape
        self.check(channels, (height, width))
        if channels == self.card.channels:
            return self._padded(noisy, tile)
        if channels == 3:
            return self._padded(noisy.reshape(3 * count, 1, height, width), tile).reshape(noisy.shape)
        three = np.broadcast_to(noisy, (count, 3, height, width))
        mean: NDArray[np.float32] = self._padded(three, tile).mean(axis=1, keepdims=True)
        return mean

    def check(self, channels: int, size: tuple[int, int], name: str = "the image") -> None:
        """Refuse an image that the model cannot take; cheap, so that it can be asked before long work.

        Args:
            channels: of the image.
            size: (height, width) of the image.
            name: what the message calls it.

        Raises:
            InputError: it cannot.
        """
        if {channels, self.card.channels} - {1, 3}:
            raise InputError(
                f"{self.card.name} takes images of {self.card.channels} channels, and {name} has {channels}; "
                "grey (1) and RGB (3) can be turned into each other, others cannot."
            )
        if self.card.size not in {None, size}:
            raise InputError(
                f"{self.card.name} takes images of {_by(self.card.size)}, and {name} is {_by(size)}."
            )
        if 0 in size:
            raise InputError(f"{name} is {_by(size)}: it has no pixels.")

    def cutting(self, tile: int = TILE) -> Cutting | None:
        """How its tiles must be cut; None: it is never tiled, as it may look at the whole image."""
        if self.card.reach is None or self.card.size:
            return None
        return Cutting(tile, self.card.reach, self.card.multiple, self.card.least)

    @cached_property
    def bytes_a_pixel(self) -> float:
        """How much memory a run takes for each pixel of an image or tile, at most."""
        return devices.bytes_a_pixel(self.path, self._sample)

    def grown(self, side: int) -> int:
        """What a side of an image is padded to."""
        grown = max(side, self.card.least)
        return grown + -grown % self.card.multiple

    def _padded(self, noisy: NDArray[np.float32], tile: int) -> NDArray[np.float32]:
        """Run (n, card.channels, h, w) images, padded to what it takes, and cut the padding off again."""
        height, width = noisy.shape[2:]
        down, right = self.grown(height) - height, self.grown(width) - width
        if down or right:
            noisy = np.pad(noisy, ((0, 0), (0, 0), (0, down), (0, right)), mode="reflect")
        cutting = self.cutting(tile)
        denoised = by_tiles(noisy, self._chunked, cutting) if cutting else self._chunked(noisy)
        return denoised[:, :, :height, :width]

    def _chunked(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run many images a few at a time: memory stays bounded."""
        step = self._at_once or max(1, PIXELS_AT_ONCE // (noisy.shape[2] * noisy.shape[3]))
        denoised = np.empty_like(noisy, dtype=np.float32)
        for at in range(0, len(noisy), step):
            denoised[at : at + step] = self._run(noisy[at : at + step])
        return denoised

    def _run(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        given = {self._input: np.ascontiguousarray(noisy, dtype=self._dtype)}
        try:
            denoised: NDArray = self._session.run(None, given)[0]
        except Exception as error:  # onnxruntime has no public kind for this
            if "alloc" not in str(error):
                raise
            raise RunError(f"{self.card.name} ran out of memory on {_by(noisy.shape[2:])}.") from error
        return denoised.astype(np.float32, copy=False)


def load(model: str | Path, device: str = "auto") -> Denoiser:
    """The denoiser of a shipped model's name, an ONNX file, a run's folder or a run's name.

    Args:
        model: which.
        device: "auto", "cpu" or "cuda".

    Raises:
        InputError: there is none of that name, it is no model, or there is no such device.
    """
    return Denoiser(zoo.find(model), device)


def _card(session: Session, path: Path) -> Card:
    """The card inside an ONNX model, or the one that a trial finds."""
    held = session.get_modelmeta().custom_metadata_map
    if KEY not in held:
        return probe.card_of(session, path)
    try:
        return Card.from_json(held[KEY])
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _by(size: tuple[int, ...] | None) -> str:
    """(height, width) as people say it: width x height."""
    return f"{size[1]} x {size[0]}" if size else "any size"
