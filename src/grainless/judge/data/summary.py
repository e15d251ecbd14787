"""What a data set holds, in numbers."""

from typing import Any

import numpy as np

from grainless.judge.data.images import Data, Images


def describe(data: Data) -> dict[str, Any]:
    """A summary of each part.

    Returns:
        name, found (where it was read from), and for train, validation and test: images (how many), heights
        and widths (the least and the most), channels, white (the value of full scale), lowest, highest and
        mean (of the stored values), and classes (how many, where there are any).
    """
    parts = {name: _numbers(images) for name, images in data.parts.items()}
    return {"name": data.name, "found": data.found} | parts


def _numbers(images: Images) -> dict[str, Any]:
    numbers = {
        "images": len(images),
        "heights": [int(images.heights.min()), int(images.heights.max())],
        "widths": [int(images.widths.min()), int(images.widths.max())],
        "channels": images.channels,
        "white": images.white,
        "lowest": int(images.buffer.min()),
        "highest": int(images.buffer.max()),
        "mean": float(images.buffer.mean(dtype=np.float64)),
    }
    if images.labels is not None:
        numbers["classes"] = len(np.unique(images.labels))
    return numbers
