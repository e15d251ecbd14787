"""An image as every format gives and takes it: pixels as floats, and all that must survive beside them."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError


class Refused(InputError):
    """What a decoder or an encoder refuses: a sentence without its subject, which `image.files` puts before."""


class TooLarge(Refused):
    """An image of more pixels than are taken at once."""


DTYPES: dict[int, np.dtype[Any]] = {8: np.dtype(np.uint8), 16: np.dtype(np.uint16), 32: np.dtype(np.float32)}
"""depth -> how a file stores a sample."""

OTHER_FLOATS = (16, 64)
"""Bits of floats that files hold and that are brought to 32."""


@dataclass(frozen=True)
class Levels:
    """Integers that have a sign or 32 bits, as microscopes and elevation models store: which are black and white.

        pixel = (stored - black) / (white - black)        stored = black + (white - black) pixel, rounded

    No file fills the range of such a type, so that is not what full scale means: seen in it the image would be all
    but flat. Full scale is the range that the file states (TIFF's tags SMinSampleValue and SMaxSampleValue) if it
    holds every pixel, else the range of the pixels, of all channels of a page together. The way back takes the same
    two numbers, so that the values come back in their type and on their scale; they are clipped to the type, not to
    the range.

    Args:
        dtype: of a stored sample: int8, int16, int32 or uint32.
        black, white: the integers that become 0 and 1.
    """

    dtype: str
    black: int
    white: int

    EXACT = 2**24
    """So many steps a float32 tells apart: of a wider range the last bits are rounded."""

    def to_pixels(self, stored: NDArray) -> NDArray[np.float32]:
        """Stored samples as full scales."""
        scaled = (stored.astype(np.float64) - self.black) / (self.white - self.black)
        return scaled.astype(np.float32)

    def to_stored(self, pixels: NDArray) -> NDArray:
        """Full scales as stored samples."""
        limits = np.iinfo(self.dtype)
        exact = np.rint(self.black + (self.white - self.black) * pixels.astype(np.float64))
        return np.clip(exact, limits.min, limits.max).astype(self.dtype)


@dataclass(frozen=True)
class Metadata:
    """What a file says about an image beside its pixels.

    Args:
        icc: colour profile.
        exif: EXIF as a TIFF structure, without the "Exif" header. Pixels stay as they are stored, and the
            orientation tag in here stays with them.
        xmp: XMP packet.
        dpi: (horizontal, vertical) pixels an inch.
        text: keyword -> text: PNG text, a JPEG comment, a TIFF description.
        duration: seconds that this frame of an animation is shown.
        loops: how often an animation is played, 0 for ever; stands in its first frame.
        lossy: the file it came from was coded with loss.
        native: all the above and more, verbatim, as the format of the file holds it. The writer of the same
            format puts it back unchanged; other writers take the fields.
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: dict[str, str] = field(default_factory=dict)
    duration: float | None = None
    loops: int | None = None
    lossy: bool = False
    native: object | None = None

    @property
    def caption(self) -> str:
        """All the text in one, for formats that hold only one."""
        if len(self.text) == 1:
            return next(iter(self.text.values()))
        return "\n".join(f"{key}: {value}" for key, value in self.text.items())


def as_text(held: bytes) -> str:
    """The text of a comment, of whose coding the file says nothing.

    >>> as_text("ä".encode()), as_text("ä".encode("latin-1"))
    ('ä', 'ä')
    """
    try:
        return held.decode("utf-8")
    except UnicodeDecodeError:
        return held.decode("latin-1")


@dataclass(frozen=True, eq=False, repr=False)
class Image:
    """An image and what must survive.

    Args:
        pixels: (c, h, w) float32, c = 1 grey or 3 RGB, 0 black, 1 full scale.
        alpha: (h, w) float32, 0 clear, 1 opaque; None: the file has none.
        depth: bits of a stored sample: 8 and 16 for integers, 32 for floats, and as they are with `levels`.
        premultiplied: the colours were multiplied by alpha (TIFF's "associated" alpha).
        metadata: profile, EXIF, resolution, text.
        name: what messages call it.
        notes: what was converted on reading or cannot be written again, one sentence each.
        levels: integers with a sign or of 32 bits: what of them is black and full scale.
    """

    pixels: NDArray[np.float32]
    alpha: NDArray[np.float32] | None = None
    depth: int = 8
    premultiplied: bool = False
    metadata: Metadata = Metadata()
    name: str = "the image"
    notes: tuple[str, ...] = ()
    levels: Levels | None = None

    def __repr__(self) -> str:
        colours = ("grey" if self.channels == 1 else "RGB") + (" and alpha" if self.alpha is not None else "")
        kind = "float" if self.depth == 32 and not self.levels else f"{self.depth} bit"
        height, width = self.size
        return f"<grainless.Image {self.name}: {width} x {height}, {colours}, {kind}>"

    @property
    def channels(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.pixels.shape[1], self.pixels.shape[2]


def from_samples(
    samples: NDArray,
    *,
    metadata: Metadata,
    white: int | None = None,
    premultiplied: bool = False,
    notes: tuple[str, ...] = (),
    levels: Levels | None = None,
) -> Image:
    """The image of (h, w) or (h, w, s) stored samples: s = 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.

    Args:
        samples: uint8, uint16 or float32, or the type of `levels`.
        metadata: what stands beside them.
        white: the integer that is full scale, if it is not the largest of its type.
        premultiplied: the colours were multiplied by alpha.
        notes: what was converted.
        levels: of integers with a sign or of 32 bits.
    """
    planes = np.moveaxis(samples.reshape(*samples.shape[:2], -1), -1, 0)
    floats = np.ascontiguousarray(levels.to_pixels(planes) if levels else planes, dtype=np.float32)
    depth = 8 * samples.dtype.itemsize
    if depth < 32 and not levels:
        floats /= np.float32(white or np.iinfo(samples.dtype).max)
    colours = 1 if len(floats) < 3 else 3
    alpha = floats[colours] if len(floats) > colours else None
    return Image(floats[:colours], alpha, depth, premultiplied, metadata, notes=notes, levels=levels)


def to_samples(image: Image) -> NDArray:
    """(h, w) or (h, w, s): what is stored. Integers are clipped to their range and rounded; floats stay."""
    planes = image.pixels if image.alpha is None else np.concatenate([image.pixels, image.alpha[None]])
    if image.levels:
        samples = image.levels.to_stored(planes)
    else:
        dtype = DTYPES[image.depth]
        samples = planes.astype(dtype) if image.depth == 32 else quantised(planes, dtype)
    if len(samples) == 1:
        grey: NDArray = samples[0]
        return grey
    last: NDArray = np.moveaxis(samples, 0, -1)
    return last.copy()  # libpng's binding minds the strides even of sides of 1


def quantised(floats: NDArray, dtype: np.dtype[Any]) -> NDArray:
    """Full scales to unsigned integers, clipped and rounded to the nearest.

    >>> quantised(np.array([-0.1, 0.5, 1.2]), np.dtype(np.uint8))
    array([  0, 128, 255], dtype=uint8)
    """
    white = np.iinfo(dtype).max
    levels: NDArray = np.rint(np.clip(floats, 0, 1) * floats.dtype.type(white))
    return levels.astype(dtype)


def as_rgb(image: Image) -> Image:
    """Grey as three equal colours, for formats that know no grey."""
    return replace(image, pixels=np.broadcast_to(image.pixels, (3, *image.size)))


def widened(bits: int, depth: int) -> str:
    """The note on samples that had other bits than are written."""
    return f"{bits}-bit samples became {depth}-bit ones."


def narrowed(bits: int) -> str:
    """The note on floats of other bits than the 32 that we work with."""
    return f"{bits}-bit floats became 32-bit ones."


def stored(image: Image) -> str:
    """What the file holds of an image whose `depth` is 32, for people: floats, and of how many bits, or integers."""
    bits = next((bits for bits in OTHER_FLOATS if narrowed(bits) in image.notes), image.depth)
    return f"{'integers' if image.levels else 'floats'} of {bits} bits"


def check_area(height: int, width: int, limit: int) -> None:
    """Refuse an image without pixels, and one that unpacks to more than `limit`, before it is unpacked.

    Raises:
        Refused: it is such.
    """
    if not height * width:
        raise Refused(f"holds {width} x {height} pixels, which are none")
    if height * width > limit:
        raise TooLarge(
            f"holds {width} x {height} pixels, more than the {limit:,} that are taken at once: "
            "allow it by --max-pixels"
        )


def check_sum(count: int, pixels: int, limit: int) -> None:
    """Refuse `count` frames or pages that have more than `limit` pixels together.

    Raises:
        Refused: they are such.
    """
    if pixels > limit:
        raise TooLarge(
            f"holds {count:,} images of {pixels:,} pixels together, more than the {limit:,} that are taken "
            "at once: allow it by --max-pixels"
        )
