"""A file's bytes in, a file's bytes out: all frames denoised by the one heart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import chain

import numpy as np

from grainless.denoising.files.result import said
from grainless.denoising.policy import Policy
from grainless.denoising.process import Outcome, process
from grainless.image.files import READ, Image, decode, encode, format_of
from grainless.image.image import Metadata
from grainless.plain import plain
from grainless.server.api.answers import Denoised
from grainless.server.gate.faults import Fault
from grainless.server.gate.limits import Limits

MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "TIFF": "image/tiff",
    "WebP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "PNM": "image/x-portable-anymap",
    "PFM": "image/x-portable-floatmap",
}
"""format -> media type."""

UNSEEN = {"TIFF", "PNM", "PFM"}
"""Formats that browsers do not show."""


@dataclass(frozen=True)
class Result:
    """What became of a file.

    Args:
        content: the denoised file, in the format it came in.
        form: that format.
        outcomes: of its frames.
        first: its first frame, as it came.
        denoised: the same, denoised.
    """

    content: bytes
    form: str
    outcomes: tuple[Outcome, ...]
    first: Image
    denoised: Image

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.form]

    def told(self) -> Denoised:
        """All that is to be said about it."""
        model = next((each.model for each in self.outcomes if each.model), None)
        height, width = self.first.size
        report = self.outcomes[0].report
        changed = any(each.changed for each in self.outcomes)
        converted = self.first.notes if changed else ()  # else the bytes that came go back
        remarks = chain(said([each.remarks for each in self.outcomes]), converted)
        return Denoised(
            state="denoised" if model else "left",
            model=model,
            adapt=any(each.adapt for each in self.outcomes),
            sigma=plain(self.outcomes[0].sigma),
            words=report.words if report else None,
            remarks=list(dict.fromkeys(remarks)),
            warnings=list(said([each.warnings for each in self.outcomes])),
            changed=changed,
            width=width,
            height=height,
            channels=self.first.channels,
            depth=self.first.depth,
            frames=len(self.outcomes),
        )

    def views(self) -> dict[str, bytes]:
        """What a browser shows of it where it cannot show the file: PNG, 8 bits, of the first frame."""
        if self.form not in UNSEEN:
            return {}
        return {"before": view(self.first), "after": view(self.denoised)}


def checked(data: bytes) -> str:
    """The format of a file that is taken.

    Raises:
        Fault: it is of another, or no image.
    """
    form = format_of(data)
    if form in READ:
        return form
    kind = f"The file is {form}" if form else "The file is no image"
    sentence = f"{kind}: {', '.join(READ)} are taken."
    raise Fault(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, sentence)


def frames_of(data: bytes, limits: Limits) -> Iterator[Image]:
    """The frames of a file, no more than are allowed.

    Raises:
        Fault: there are more, or none.
        InputError: the file is broken, or has too many pixels.
    """
    number = -1
    for number, image in enumerate(decode(data, max_pixels=limits.pixels)):
        if number >= limits.frames:
            sentence = f"The file has more than {limits.frames} frames or pages."
            raise Fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
        yield image
    if number < 0:
        raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, "The file is broken: it holds no image.")


def denoise_file(
    data: bytes, policy: Policy, limits: Limits, progress: Callable[[int, int], object]
) -> Result:
    """Denoise a file; what is left as it is comes back byte for byte.

    Args:
        data: the file.
        policy: how.
        limits: what is refused.
        progress: told after each tile; of several frames, after each frame.

    Raises:
        Fault: the file is refused.
        InputError: it is broken, or the model does not take it.
        RunError: there was not enough memory.
    """
    form = checked(data)
    images = list(frames_of(data, limits))
    alone = len(images) == 1
    denoised, outcomes = [], []
    for number, image in enumerate(images):
        after, outcome = process(
            image, policy, progress if alone else lambda *_, at=number: progress(at, len(images))
        )
        denoised.append(after)
        outcomes.append(outcome)
    changed = any(outcome.changed for outcome in outcomes)
    content = encode(denoised, _written(form, denoised)) if changed else data
    return Result(content, form, tuple(outcomes), images[0], denoised[0])


def _written(form: str, images: list[Image]) -> str:
    """The format's name for writing."""
    if form != "PNM":
        return form
    return "PGM" if images[0].channels == 1 else "PPM"


def view(image: Image) -> bytes:
    """An image for the eye: PNG, 8 bits, nothing beside its pixels."""
    pixels = np.nan_to_num(image.pixels)
    return encode(replace(image, pixels=pixels, depth=8, premultiplied=False, metadata=Metadata()), "PNG")
