"""What a folder of shards holds: index.json, in the form of WebDataset's own index of shards (wids)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from grainless.errors import InputError

NAME = "index.json"
KIND = "wids-shard-index-v1"
FORMAT = 1


@dataclass(frozen=True)
class Shard:
    """A tar file.

    Args:
        url: its name in the folder.
        part: train, validation or test.
        nsamples: images in it, or pairs.
        filesize: bytes.
        pixels: of all its images, a partner not counted.
        least: pixels of the shortest side.
        size: (height, width) if all its images share it.
    """

    url: str
    part: str
    nsamples: int
    filesize: int
    pixels: int
    least: int
    size: tuple[int, int] | None


@dataclass(frozen=True)
class Index:
    """All shards of a folder.

    Args:
        source: what was packed: a sha256 of names, lengths and times; the same source is packed alike.
        shards: in their order.
        depth: bits of a sample when it is read: 16 if all images have so many, else 8.
        paired: each sample is a noisy image and its clean partner.
        complete: all shards are there.
    """

    source: str
    shards: tuple[Shard, ...]
    depth: int = 8
    paired: bool = False
    complete: bool = False

    def part(self, name: str) -> list[Shard]:
        """The shards of a part."""
        return [each for each in self.shards if each.part == name]

    def to_json(self) -> str:
        """As it stands in the file."""
        own = {"format": FORMAT, **{key: value for key, value in asdict(self).items() if key != "shards"}}
        shards = [asdict(each) for each in self.shards]
        head = {"__kind__": KIND, "wids_version": 1, "grainless": own, "shardlist": shards}
        return json.dumps(head, indent=1) + "\n"

    @classmethod
    def of_json(cls, text: str | bytes, where: str) -> Self:
        """From the file.

        Raises:
            InputError: it is none, or of another version.
        """
        try:
            head = json.loads(text)
            own: Mapping[str, Any] = dict(head["grainless"])
            if own["format"] != FORMAT:
                raise InputError(
                    f"{where} was packed by another version of Grainless (format {own['format']}; this one reads "
                    f"{FORMAT}): pack it anew."
                )
            shards = tuple(Shard(**{**each, "size": _size(each["size"])}) for each in head["shardlist"])
            facts = {key: own[key] for key in ("source", "depth", "paired", "complete")}
            return cls(shards=shards, **facts)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{where} holds no {NAME} of grainless pack: pack the images anew.") from error


def _size(sides: list[int] | None) -> tuple[int, int] | None:
    return None if sides is None else (sides[0], sides[1])
