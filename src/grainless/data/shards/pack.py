"""Pack image files into shards: each tar file whole or not at all, the same source to the same bytes."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from grainless.data.decode import head
from grainless.data.find import DataRoots
from grainless.data.shards import tar
from grainless.data.shards.index import FORMAT, NAME, Index, Shard
from grainless.disk.temporary import is_left_over
from grainless.disk.whole import whole, write_text
from grainless.errors import InputError

SHARD = 250_000_000
"""Bytes of a shard, about: large files are read at the speed of any disk and store."""

Sample = tuple[Path, ...]
"""An image's file; or that of a noisy one, and its clean partner's."""


@runtime_checkable
class HasFiles(Protocol):
    """A data set whose images are files."""

    def files(self, roots: DataRoots) -> dict[str, list[Sample]]:
        """Part -> the files of its samples."""


@dataclass(frozen=True)
class Packed:
    """What came of it.

    Args:
        index: of all shards.
        written: how many are new; the others lay there already.
        skipped: files that could not be looked at, each with the reason.
    """

    index: Index
    written: int
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class _Seen:
    """A sample that can be looked at."""

    files: Sample
    size: tuple[int, int]
    depth: int

    @property
    def lengths(self) -> list[int]:
        return [file.stat().st_size for file in self.files]


def pack(
    source: object,
    out: Path,
    *,
    roots: DataRoots | None = None,
    size: int = SHARD,
    seed: int = 0,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Packed:
    """Write the files of a data set into tar files of about `size` bytes, and an index beside them.

    Those to train on are dealt out by chance, so that neighbours in a shard are of no kind. Files stay as they are,
    byte for byte. A call that was killed goes on where it was; what is packed already is left alone.

    Args:
        source: a data set whose images are files.
        out: a folder, new, empty, or of the same source.
        roots: where data files are looked for.
        size: bytes of a shard, about.
        seed: of the order.
        progress: told of each shard: (1, how many there are).

    Raises:
        InputError: the source has no files of its own, or `out` holds something else.
        RunError: a shard could not be written; those before are there, whole.
    """
    if not isinstance(source, HasFiles):
        raise InputError("Only images that are files are packed: folder:path=DIR, or pairs:path=DIR.")
    parts, skipped = _looked_at(source.files(roots or DataRoots()))
    plan = [
        (part, seen) for part, samples in parts.items() for seen in _cut(_mixed(part, samples, seed), size)
    ]
    index = _index(parts, plan, seed, size)
    _check(out, index)
    write_text(out / NAME, index.to_json())
    written = 0
    for shard, (_part, seen), keys in zip(index.shards, plan, _keys(plan), strict=True):
        path = out / shard.url
        if not path.exists() or path.stat().st_size != shard.filesize:
            with whole(path) as lent:
                named = ((key, each.files) for key, each in zip(keys, seen, strict=True))
                tar.write(lent, named, paired=index.paired)
            written += 1
        progress(1, len(plan))
    index = replace(index, complete=True)
    write_text(out / NAME, index.to_json())
    return Packed(index, written, tuple(skipped))


def _looked_at(files: dict[str, list[Sample]]) -> tuple[dict[str, list[_Seen]], list[str]]:
    """The samples of each part by their files' heads, and what cannot be looked at."""
    parts: dict[str, list[_Seen]] = {}
    skipped = []
    for part, samples in files.items():
        parts[part] = []
        for sample in samples:
            try:
                heads = [head(file) for file in sample]
            except InputError as error:
                skipped.append(str(error))
                continue
            parts[part].append(_Seen(sample, heads[-1].turned, min(each.depth for each in heads)))
    return parts, skipped


def _mixed(part: str, samples: list[_Seen], seed: int) -> list[_Seen]:
    """In the order of the shards."""
    if part != "train":
        return samples
    return [samples[at] for at in np.random.default_rng(seed).permutation(len(samples))]


def _cut(samples: Sequence[_Seen], size: int) -> Iterator[list[_Seen]]:
    """The samples of each shard."""
    held: list[_Seen] = []
    nbytes = 0
    for sample in samples:
        more = tar.room(sample.lengths)
        if held and nbytes + more > size:
            yield held
            held, nbytes = [], 0
        held.append(sample)
        nbytes += more
    if held:
        yield held


def _index(
    parts: dict[str, list[_Seen]], plan: Sequence[tuple[str, list[_Seen]]], seed: int, size: int
) -> Index:
    numbers = dict.fromkeys(parts, 0)
    shards = []
    for part, seen in plan:
        shards.append(_shard(f"{part}-{numbers[part]:06d}.tar", part, seen))
        numbers[part] += 1
    every = [each for samples in parts.values() for each in samples]
    if not numbers.get("train"):
        raise InputError("None of the images can be read, so nothing was packed.")
    stated = [
        [file.name, file.stat().st_size, file.stat().st_mtime_ns] for each in every for file in each.files
    ]
    source = sha256(json.dumps([FORMAT, seed, size, stated]).encode()).hexdigest()
    depth = 16 if all(each.depth == 16 for each in every) else 8
    return Index(source, tuple(shards), depth, paired=len(every[0].files) > 1)


def _shard(name: str, part: str, seen: Sequence[_Seen]) -> Shard:
    sizes = {each.size for each in seen}
    return Shard(
        name,
        part,
        len(seen),
        tar.length(length for each in seen for length in each.lengths),
        sum(height * width for height, width in (each.size for each in seen)),
        min(min(each.size) for each in seen),
        next(iter(sizes)) if len(sizes) == 1 else None,
    )


def _keys(plan: Sequence[tuple[str, list[_Seen]]]) -> Iterator[list[str]]:
    """Names of the samples of each shard, counted through the whole folder."""
    count = 0
    for _part, seen in plan:
        yield [f"{number:09d}" for number in range(count, count + len(seen))]
        count += len(seen)


def _check(out: Path, index: Index) -> None:
    """Whether shards of this index may be written there.

    Raises:
        InputError: something else lies there.
    """
    if not out.exists() or (out.is_dir() and all(map(is_left_over, out.iterdir()))):
        return
    there = Index.of_json((out / NAME).read_text("utf-8"), str(out)) if (out / NAME).is_file() else None
    if there is None or there.source != index.source:
        raise InputError(f"{out} holds something else, or shards of other images: give another folder.")
