"""Shards: what `grainless pack` wrote, streamed; for sets larger than memory, or far away."""

from dataclasses import dataclass, replace
from typing import Annotated

from annotated_types import Ge

from grainless.data.any_size import AnySize
from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.data.shards.index import NAME, Index
from grainless.data.shards.place import Away, Here, Place
from grainless.data.shards.stream import Sample, Stream
from grainless.errors import InputError

SHOWN = 64
"""Training images that are held as examples of all."""


@dataclass(frozen=True, kw_only=True)
class Shards(AnySize):
    """Shards: images packed by grainless pack, streamed from a folder or an address; for sets larger than memory.

    Each pass goes through the shards, and through the images of each, in an order of its own; crops of a batch are
    drawn of as many successive images as `memory` holds. Images that cannot be read are skipped and told. Validation
    and test images lie in memory. Over the network (s3://, gs://, https://) a few shards are copied to the cache at a
    time.

    Args:
        path: the folder that grainless pack wrote: a path, or below a data folder, or an address.
        grey: turn colour into grey: one channel. Else grey into colour: three.
        memory: megabytes of decoded training images that lie in memory.
        held: validation images, and test images, that are looked at, at most.
    """

    path: str
    grey: bool = False
    memory: Annotated[float, Ge(0)] = 256
    held: Annotated[int, Ge(1)] = 1000

    def read(self, roots: DataRoots) -> Data:
        """Read the index, what is held out, and a few of the training images.

        Raises:
            InputError: there is no such folder, or it was not packed to its end.
            RunError: an address could not be read, or no image can be.
        """
        place: Place = Away(self.path, roots.cache) if "://" in self.path else Here(roots.locate(self.path))
        index = Index.of_json(place.text(NAME), place.name)
        if not index.complete:
            raise InputError(
                f"{place.name} was not packed to its end: the same call of grainless pack goes on."
            )
        stream = Stream(place, index, self.channels, int(self.memory * 1e6))
        held = {part: self._held(stream, part) for part in ("validation", "test")}
        train = replace(_images(stream.first(SHOWN), self.channels), stream=stream)
        return Data("shards", train, **held, found=place.name)

    def _held(self, stream: Stream, part: str) -> Images:
        """A part that lies in memory."""
        if not stream.index.part(part):
            raise InputError(f"{stream.place.name} holds no {part} images: pack the images anew.")
        one = replace(stream, part=part)
        return _images(one.first(self.held), self.channels)


def _images(samples: list[Sample], channels: int) -> Images:
    sides = [Images.of(list(side)) for side in zip(*samples, strict=True)]
    clean = replace(sides[0], channels=channels)
    return replace(clean, noisy=sides[1]) if len(sides) > 1 else clean
