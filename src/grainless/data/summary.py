"""What a data set holds, in numbers."""

from typing import Any

import numpy as np

from grainless.data.images import Data, Images

PIECE = 2**22
"""Values that are looked at at a time."""


def describe(data: Data) -> dict[str, Any]:
    """A summary of each part.

    Returns:
        name, found (where it was read from), and for train, validation and test: images (how many), heights
        and widths (the least and the most), channels, white (the value of full scale), lowest, highest and
        mean (of the stored values), and classes (how many, where there are any).
    """
    parts = {name: _numbers(images) for name, images in data.parts.items()}
    stream = data.train.stream
    streamed = {} if stream is None else {"streamed": {"images": len(stream), "shards": len(stream.shards)}}
    return {"name": data.name, "found": data.found} | streamed | parts


def _numbers(images: Images) -> dict[str, Any]:
    numbers = {
        "images": len(images),
        "heights": [int(images.heights.min()), int(images.heights.max())],
        "widths": [int(images.widths.min()), int(images.widths.max())],
        "channels": images.channels,
        "white": images.white,
        **_values(images),
    }
    if images.labels is not None:
        numbers["classes"] = len(np.unique(images.labels))
    return numbers


def _values(images: Images) -> dict[str, float]:
    """Lowest, highest and mean of the stored values, piece by piece: a memory map need not fit into memory."""
    lowest, highest, total = images.white, 0, 0
    for start in range(0, images.buffer.size, PIECE):
        piece = images.buffer[start : start + PIECE]
        lowest, highest = min(lowest, int(piece.min())), max(highest, int(piece.max()))
        total += int(piece.sum(dtype=np.uint64))
        images.release()
    return {"lowest": lowest, "highest": highest, "mean": total / images.buffer.size}
