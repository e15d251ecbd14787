"""Samples out of shards, in an order that is a function of the seed: read ahead, decoded in threads, few held."""

from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from grainless.data.decode import Decoded, decode_all, in_bytes, in_used_bits
from grainless.data.shards import tar
from grainless.data.shards.index import Index, Shard
from grainless.data.shards.place import Here, Place
from grainless.errors import InputError, RunError
from grainless.image.image import DTYPES

Sample = tuple[NDArray[np.unsignedinteger], ...]
"""(c, h, w) clean, and its noisy partner where the data come in pairs."""

AHEAD = 16
"""Samples that are decoded before they are asked for, at most: a quarter of those that are held."""

WORKERS = 2
"""Threads that read and decode: one waits for the disk while the other decodes."""

OPEN = 4
"""Shards whose members are known at once; copies of those that came from afar lie on the disk for as long."""

MIXED = 4096
"""Samples of which a batch is drawn, at most, however small they are."""


@dataclass
class Stream:
    """The training samples of a folder of shards, without end: pass after pass, each in an order of its own.

    What cannot be read is skipped: the next sample that can takes its place. `faults` tells of each, once.

    Args:
        place: where the shards lie.
        index: what they hold.
        channels: 1 grey, 3 RGB.
        memory: bytes of decoded images that are held, about.
        part: which are streamed.
    """

    place: Place
    index: Index
    channels: int
    memory: int
    part: str = "train"
    faults: list[str] = field(default_factory=list)

    @property
    def shards(self) -> list[Shard]:
        return self.index.part(self.part)

    def __len__(self) -> int:
        """Samples of a pass."""
        return sum(each.nsamples for each in self.shards)

    @property
    def pixels(self) -> int:
        """Of all images, a partner not counted."""
        return sum(each.pixels for each in self.shards)

    @property
    def least(self) -> int:
        """Pixels of the shortest side."""
        return min(each.least for each in self.shards)

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) if all images share it, else None."""
        sizes = {each.size for each in self.shards}
        return next(iter(sizes)) if len(sizes) == 1 else None

    @property
    def white(self) -> int:
        """The value of full scale."""
        return int(np.iinfo(DTYPES[self.index.depth]).max)

    @property
    def ahead(self) -> int:
        """Samples that are decoded before they are asked for."""
        return max(1, min(AHEAD, self._held // 4))

    @property
    def window(self) -> int:
        """Samples of which a batch of crops is drawn: as many as the memory holds beside those that are read ahead."""
        return max(1, min(self._held - self.ahead, MIXED, len(self)))

    @property
    def _held(self) -> int:
        """Samples that the memory holds."""
        sample = self.pixels / len(self) * self.channels * (self.index.depth // 8) * (1 + self.index.paired)
        return int(self.memory / sample)

    def reader(self, seed: int) -> "Reader":
        """What gives the samples in the order of a seed."""
        return Reader(self, seed)

    def first(self, count: int) -> list[Sample]:
        """The first samples as they are stored."""
        reader, found = Reader(self, None), []
        for at in range(min(count, len(self))):
            found.append(reader.sample(at))
        reader.close()
        return found


class Reader:
    """Samples by their position in the endless order.

    Args:
        stream: of which.
        seed: of the order of shards, and of the samples in each, anew in each pass; None: as they are stored.
    """

    def __init__(self, stream: Stream, seed: int | None) -> None:
        self._stream, self._seed, self._shards = stream, seed, stream.shards
        self._samples = len(stream)
        self._pool: ThreadPoolExecutor | None = None
        self._coming: dict[int, Future[Sample]] = {}
        self._known: OrderedDict[int, NDArray[np.int64]] = OrderedDict()
        self._orders: OrderedDict[tuple[int, ...], NDArray[np.int64]] = OrderedDict()
        self._lock = Lock()
        self._arriving: defaultdict[int, Lock] = defaultdict(Lock)
        self._next: ThreadPoolExecutor | None = None

    def span(self, first: int, count: int) -> list[Sample]:
        """The samples at positions first, first + 1, ...; those before are let go, those behind are on their way.

        Raises:
            RunError: none of all samples can be read.
        """
        ahead = self._stream.ahead
        for at in [at for at in self._coming if not first <= at < first + count + ahead]:
            self._coming.pop(at).cancel()
        self._pool = self._pool or ThreadPoolExecutor(WORKERS, thread_name_prefix="shards")
        for at in range(first, first + count + ahead):
            if at not in self._coming:
                self._coming[at] = self._pool.submit(self.sample, at)
        return [self._coming[at].result() for at in range(first, first + count)]

    def sample(self, position: int) -> Sample:
        """The sample there; where it cannot be read, the next one that can.

        Raises:
            RunError: none of all can be read.
        """
        for at in range(position, position + self._samples):
            found = self._read(at)
            if found is not None:
                return found
        raise RunError(f"No image in {self._stream.place.name} can be read: {self._stream.faults[0]}")

    def close(self) -> None:
        """Stop reading ahead; copies of what came from afar go."""
        for pool in filter(None, (self._pool, self._next)):
            pool.shutdown(cancel_futures=True)
        self._pool = self._next = None
        for number in self._arriving:
            self._stream.place.drop(self._shards[number].url)
        self._known.clear()
        self._coming.clear()

    def _read(self, position: int) -> Sample | None:
        number, at = self._place_of(position)
        shard = self._shards[number]
        try:
            path, members = self._opened(number, position)
        except (OSError, RunError) as error:
            self._fault(f"{shard.url} cannot be read, its {shard.nsamples:,} images are skipped: {error}")
            return None
        if at >= len(members):
            whole = f"{len(members):,} of {shard.nsamples:,} images"
            self._fault(f"{shard.url} is damaged: {whole} can be found, the others are skipped.")
            return None
        try:
            with path.open("rb") as file:
                sides = [self._decoded(file.seek(int(a)), file.read(int(n)), shard) for a, n in members[at]]
            return tuple(map(self._in_depth, in_used_bits(sides)))
        except (InputError, RunError, OSError) as error:
            self._fault(f"Skipped: {error}")
            return None

    def _decoded(self, start: int, data: bytes, shard: Shard) -> Decoded:
        name = f"the image at byte {start:,} of {shard.url}"
        return next(decode_all(data, self._stream.channels, name=name))

    def _in_depth(self, image: NDArray[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
        """In bytes, if that is what all images of the shards have."""
        return in_bytes(image) if self._stream.index.depth == 8 else image

    def _fault(self, told: str) -> None:
        with self._lock:
            if told not in self._stream.faults:
                self._stream.faults.append(told)

    def _opened(self, number: int, position: int) -> tuple[Path, NDArray[np.int64]]:
        """A shard's file, and where the samples lie in it; the next one is fetched meanwhile.

        Copies of shards that were not asked for of late are dropped.
        """
        path, members = self._local(number), self._known.get(number)
        if members is None:
            members = tar.samples(path, paired=self._stream.index.paired)
            self._fetch_next(position + self._shards[number].nsamples)
        with self._lock:
            self._known[number] = members
            self._known.move_to_end(number)
            old = [self._known.popitem(last=False)[0] for _ in range(len(self._known) - OPEN)]
        for each in old:
            self._stream.place.drop(self._shards[each].url)
        return path, members

    def _local(self, number: int) -> Path:
        """A shard's file; it is copied once, though several threads ask for it."""
        shard = self._shards[number]
        with self._lock:
            arriving = self._arriving[number]
        with arriving:
            return self._stream.place.local(shard.url, shard.filesize)

    def _fetch_next(self, position: int) -> None:
        """Begin to copy the shard that a later sample is in, if it is far away and a pool reads ahead."""
        if self._pool is None or isinstance(self._stream.place, Here):
            return
        self._next = self._next or ThreadPoolExecutor(1, thread_name_prefix="shards-next")
        self._next.submit(self._local, self._place_of(position)[0])  # what fails is met again

    def _place_of(self, position: int) -> tuple[int, int]:
        """The shard, and the sample in it."""
        turn, at = divmod(position, self._samples)
        shards = self._order((turn,), len(self._shards))
        ends = list(accumulate(self._shards[each].nsamples for each in shards))
        place = bisect_right(ends, at)
        number = int(shards[place])
        inside = at - (ends[place - 1] if place else 0)
        return number, int(self._order((turn, number), self._shards[number].nsamples)[inside])

    def _order(self, key: tuple[int, ...], count: int) -> NDArray[np.int64]:
        """An order of so many things, always the same for a key; the last few are remembered."""
        if self._seed is None:
            return np.arange(count)
        with self._lock:
            if key not in self._orders:
                self._orders[key] = np.random.default_rng([self._seed, *key]).permutation(count)
                while len(self._orders) > 4 * OPEN:
                    self._orders.popitem(last=False)
            return self._orders[key]


def stacked(samples: Sequence[Sample], role: int) -> NDArray[np.unsignedinteger]:
    """(n, c, h, w) of one side of samples of one size."""
    return np.stack([sample[role] for sample in samples])
