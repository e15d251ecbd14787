"""Denoisers: an ONNX model with its card, run on every size and colour that it can be made to take."""

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnxruntime
import PIL.Image
from numpy.typing import NDArray

from grainless import zoo
from grainless.card import KEY, Card
from grainless.errors import InputError, RunError
from grainless.formats.pixels import Image, quantised

A = TypeVar("A", NDArray, PIL.Image.Image)

PIXELS_AT_ONCE = 2**18
"""Small images run together up to this many pixels; 64 feature maps are then 64 MiB a layer."""

BRIGHTEST = 8.0
"""Floats beyond this are no full scales, however noisy: sigma 1 would leave 0..1 by less."""

QUIET = 4  # onnxruntime's word for "only what is fatal"


class Denoiser:
    """A callable on arrays, from an ONNX file that carries its card.

    Args:
        path: the ONNX file.

    Raises:
        InputError: there is no such file, it is no ONNX model, or it has no card.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._session = _session(self.path)
        self.card = _card(self._session, self.path)
        self._input = self._session.get_inputs()[0].name

    def __call__(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Denoise images, (n, c, h, w) float32, 0 black, 1 full scale; c = 1 or 3.

        A grey model takes the colours of an image one by one; a colour model takes a grey image as three
        equal colours, and the mean of its answers counts. Sides are padded to the model's multiple, and
        to the least it takes, by reflection.

        Returns:
            (n, c, h, w) float32, not clipped.

        Raises:
            InputError: the model does not take this size or these channels.
            RunError: there was not enough memory.
        """
        count, channels, height, width = noisy.shape
        self.check(channels, (height, width))
        if channels == self.card.channels:
            return self._padded(noisy)
        if channels == 3:
            return self._padded(noisy.reshape(3 * count, 1, height, width)).reshape(noisy.shape)
        mean: NDArray[np.float32] = self._padded(np.repeat(noisy, 3, axis=1)).mean(axis=1, keepdims=True)
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

    def _padded(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run (n, card.channels, h, w) images, padded to what it takes, and cut the padding off again."""
        height, width = noisy.shape[2:]
        down, right = (self._missing(side) for side in (height, width))
        if down or right:
            noisy = np.pad(noisy, ((0, 0), (0, 0), (0, down), (0, right)), mode="reflect")
        return self._chunked(noisy)[:, :, :height, :width]

    def _missing(self, side: int) -> int:
        """How many pixels a side must grow by to be one that the model takes."""
        grown = max(side, self.card.least)
        return grown + -grown % self.card.multiple - side

    def _chunked(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run many images a few at a time: memory stays bounded."""
        step = max(1, PIXELS_AT_ONCE // (noisy.shape[2] * noisy.shape[3]))
        denoised = np.empty_like(noisy, dtype=np.float32)
        for at in range(0, len(noisy), step):
            denoised[at : at + step] = self._run(noisy[at : at + step])
        return denoised

    def _run(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        given = {self._input: np.ascontiguousarray(noisy, dtype=np.float32)}
        try:
            denoised: NDArray[np.float32] = self._session.run(None, given)[0]
        except Exception as error:  # onnxruntime has no public kind for this
            if "alloc" not in str(error):
                raise
            raise RunError(f"{self.card.name} ran out of memory on {_by(noisy.shape[2:])}.") from error
        return denoised


def load(model: str | Path) -> Denoiser:
    """The denoiser of a shipped model's name, an ONNX file, a run's folder or a run's name.

    Raises:
        InputError: there is none of that name, or it is no model.
    """
    return Denoiser(zoo.find(model))


def denoise_image(image: Image, denoiser: Denoiser, strength: float = 1.0) -> Image:
    """Denoise an image of a file; alpha and everything beside the pixels stay as they are.

        pixels + strength (denoised - pixels)

    Args:
        image: the noisy image.
        denoiser: the model.
        strength: 0 gives the image bit for bit, 1 what the model gives.

    Raises:
        InputError: strength is not in 0..1, the model does not take the image, or its floats are no full scales.
        RunError: the model gave what is no number.
    """
    _check_strength(strength)
    denoiser.check(image.channels, image.size, image.name)
    if strength == 0:
        return image
    _check_range(image.pixels, image.name)
    return replace(image, pixels=_blend(image.pixels, denoiser, strength))


def denoise(image: A, *, model: str | Path | Denoiser, strength: float = 1.0, channel_axis: int = -1) -> A:
    """Denoise an array or a PIL image; the same type, dtype, shape and range come back.

    Args:
        image: (h, w) grey, or colours along `channel_axis`: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; uint8
            or uint16 (full scale is the type's largest number), float32 or float64 (full scale is 1; not
            clipped). Or a PIL image of mode L, LA, RGB, RGBA or I;16. Alpha is kept as it is.
        model: a name, an ONNX file, a run's folder, or a loaded denoiser.
        strength: 0 gives the image bit for bit, 1 what the model gives; between, a blend of both.
        channel_axis: where the colours of an array of three dimensions are.

    Raises:
        InputError: the image is of another kind, strength is not in 0..1, or there is no such model.
        RunError: the model gave what is no number.

    >>> grainless.denoise(scan, model="runs/demo", strength=0.8)  # doctest: +SKIP
    """
    _check_strength(strength)
    denoiser = model if isinstance(model, Denoiser) else load(model)
    if isinstance(image, PIL.Image.Image):
        return _denoise_pil(image, denoiser, strength)
    planes = _planes(image, channel_axis)
    colours = planes[: 1 if len(planes) < 3 else 3]
    denoiser.check(len(colours), (colours.shape[1], colours.shape[2]))
    result = image.copy()
    if strength:
        _planes(result, channel_axis)[: len(colours)] = _denoise_stored(colours, denoiser, strength)
    return result


def _denoise_pil(image: PIL.Image.Image, denoiser: Denoiser, strength: float) -> PIL.Image.Image:
    if image.mode not in {"L", "LA", "RGB", "RGBA", "I;16"}:
        raise InputError(
            f"A PIL image of mode {image.mode} is not taken: convert it to L, LA, RGB, RGBA or I;16."
        )
    result = PIL.Image.fromarray(denoise(np.asarray(image), model=denoiser, strength=strength))
    result.info = dict(image.info)
    return result


def _planes(image: NDArray, channel_axis: int) -> NDArray:
    """A view of (h, w) or (h, w, c) as (c, h, w).

    Raises:
        InputError: it is no such array.
    """
    if not isinstance(image, np.ndarray):
        raise InputError(f"An image is a numpy array or a PIL image, not {type(image).__name__}.")
    if image.dtype not in {np.dtype(kind) for kind in ("uint8", "uint16", "float32", "float64")}:
        raise InputError(f"An image is of uint8, uint16, float32 or float64, not {image.dtype}.")
    if image.ndim == 3 and -3 <= channel_axis < 3 and image.shape[channel_axis] in {1, 2, 3, 4}:
        return np.moveaxis(image, channel_axis, 0)
    if image.ndim == 2:
        return image[None]
    raise InputError(
        f"An image is (h, w), or (h, w, c) with 1 to 4 channels along channel_axis, not {image.shape} "
        f"with channel_axis={channel_axis}."
    )


def _denoise_stored(colours: NDArray, denoiser: Denoiser, strength: float) -> NDArray:
    """Denoise (c, h, w) of any dtype that `_planes` takes; the same dtype comes back."""
    if colours.dtype.kind == "f":
        _check_range(colours, "the image")
        return _blend(colours, denoiser, strength)
    pixels = colours.astype(np.float32) / np.float32(np.iinfo(colours.dtype).max)
    return quantised(_blend(pixels, denoiser, strength), colours.dtype)


def _blend(pixels: NDArray, denoiser: Denoiser, strength: float) -> NDArray:
    """Go from (c, h, w) pixels towards what the denoiser makes of them."""
    denoised: NDArray = denoiser(pixels[None].astype(np.float32))[0].astype(pixels.dtype)
    if not np.isfinite(denoised).all():
        raise RunError(f"{denoiser.card.name} gave pixels that are no numbers; the model is broken.")
    if strength == 1:
        return denoised
    blended: NDArray = pixels + pixels.dtype.type(strength) * (denoised - pixels)
    return blended


def _check_range(pixels: NDArray, name: str) -> None:
    """Refuse floats that are no full scales."""
    if not np.isfinite(pixels).all():
        raise InputError(f"{name} holds pixels that are no numbers (NaN or inf): replace them.")
    if np.abs(pixels).max() > BRIGHTEST:
        raise InputError(
            f"{name} holds floats from {pixels.min():g} to {pixels.max():g}, and 0 is black, 1 full scale: "
            "divide them by their full scale."
        )


def _check_strength(strength: float) -> None:
    if not 0 <= strength <= 1:
        raise InputError(f"strength is {strength}: it goes from 0 (the image as it is) to 1 (the model's).")


def _session(path: Path) -> onnxruntime.InferenceSession:
    if not path.is_file():
        raise InputError(f"{path}: no such model file.")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = QUIET
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a dozen kinds, none of them public
        raise InputError(
            f"{path} is no ONNX model that can be run; a model is made by grainless train."
        ) from error


def _card(session: onnxruntime.InferenceSession, path: Path) -> Card:
    """The card inside an ONNX model."""
    held = session.get_modelmeta().custom_metadata_map
    if KEY not in held:
        raise InputError(f"{path} is an ONNX model without a card: it was not made by Grainless.")
    try:
        return Card.from_json(held[KEY])
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _by(size: tuple[int, ...] | None) -> str:
    """(height, width) as people say it: width x height."""
    return f"{size[1]} x {size[0]}" if size else "any size"
